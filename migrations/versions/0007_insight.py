"""a physio's own starts of phases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EPISODE = ["clinic_id", "patient_id", "episode_id"]


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "phase_mark",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            EPISODE,
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name="fk_phase_mark_clinic_id_patient_id_episode_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "made_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_phase_mark_clinic_id_made_by",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f("pk_phase_mark")),
        sa.UniqueConstraint(
            *EPISODE, "day", name="uq_phase_mark_clinic_id_patient_id_episode_id_day"
        ),
    )
