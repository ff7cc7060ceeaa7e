"""operations of phones, safety reports, and the day's revision beside a check-in's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("checkin", schema=None) as batch_op:
        batch_op.add_column(sa.Column("day_rev", sa.Integer(), nullable=True))
    # What is there was written together: each check-in belongs to its day as it stands.
    op.execute(
        "UPDATE checkin SET day_rev = (SELECT diary_day.rev FROM diary_day"
        " WHERE diary_day.clinic_id = checkin.clinic_id"
        " AND diary_day.patient_id = checkin.patient_id"
        " AND diary_day.local_date = checkin.local_date)"
    )
    op.create_table(
        "operation",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_operation_person_id")),
        sa.PrimaryKeyConstraint("person_id", "op_id", name=op.f("pk_operation")),
    )
    op.create_table(
        "safety_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("needling_session_id", sa.Uuid(), nullable=True),
        sa.Column("signs", sa.JSON(), nullable=False),
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "tier IN ('red', 'urgent', 'amber', 'expected')",
            name=op.f("ck_safety_report_tier_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name="fk_safety_report_clinic_id_patient_id_episode_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "needling_session_id"],
            ["needling_session.clinic_id", "needling_session.patient_id", "needling_session.id"],
            name="fk_safety_report_clinic_id_patient_id_needling_session_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name="fk_safety_report_clinic_id_patient_id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_report")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "entry_id",
            name="uq_safety_report_clinic_id_patient_id_entry_id",
        ),
    )
    with op.batch_alter_table("safety_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_safety_report_received", ["clinic_id", "received_at"], unique=False
        )
