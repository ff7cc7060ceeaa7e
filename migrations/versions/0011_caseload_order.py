"""the caseload's own order as an index, and two for whose judgement has run out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_index(
        "ix_patient_caseload",
        "patient",
        [
            "clinic_id",
            "place",
            sa.text("weight DESC"),
            "name",
            "id",
            "visit_on",
            "news_at",
            "physio_id",
        ],
    )
    op.create_index("ix_patient_judged_from", "patient", ["clinic_id", "judged_from"])
    op.create_index("ix_patient_judged_until", "patient", ["clinic_id", "judged_until"])
