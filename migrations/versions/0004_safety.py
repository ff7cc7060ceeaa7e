"""flags, a clinic's opening hours by weekday, and who covers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.add_column(sa.Column("open_spans", sa.JSON(), nullable=True))
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("covers_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "uq_membership_cover",
            ["clinic_id"],
            unique=True,
            sqlite_where=sa.text("covers_since IS NOT NULL"),
            postgresql_where=sa.text("covers_since IS NOT NULL"),
        )
    op.create_table(
        "flag",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_to", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "tier IN ('red', 'urgent', 'amber', 'expected')", name=op.f("ck_flag_tier_known")
        ),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
            name=op.f("ck_flag_acknowledged_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name="fk_flag_clinic_id_patient_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name="fk_flag_clinic_id_patient_id_episode_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "acknowledged_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_flag_clinic_id_acknowledged_by",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "handed_to"],
            ["membership.clinic_id", "membership.id"],
            name="fk_flag_clinic_id_handed_to",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f("pk_flag")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "kind",
            "source_id",
            name="uq_flag_clinic_id_patient_id_kind_source_id",
        ),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index("ix_flag_answered", ["clinic_id", "acknowledged_at"], unique=False)
        batch_op.create_index(
            "ix_flag_open",
            ["clinic_id", "raised_at"],
            unique=False,
            sqlite_where=sa.text("acknowledged_at IS NULL"),
            postgresql_where=sa.text("acknowledged_at IS NULL"),
        )
