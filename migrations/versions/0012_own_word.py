"""a check-in may say that it is a bad spell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward; no day that stands says so."""
    with op.batch_alter_table("checkin") as checkin:
        checkin.add_column(
            sa.Column("is_flare", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
