"""a flag's history, the question whether it is a bad spell, a patient's telephone number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PATIENT = ["clinic_id", "patient_id"]


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(length=40), nullable=True))
    op.create_table(
        "flag_step",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_to", sa.Uuid(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "step IN ('acknowledged', 'undone', 'snoozed', 'woken', 'noted', 'handed', 'closed',"
            " 'reopened', 'nudged')",
            name=op.f("ck_flag_step_step_known"),
        ),
        sa.ForeignKeyConstraint(
            [*PATIENT, "flag_id"],
            ["flag.clinic_id", "flag.patient_id", "flag.id"],
            name="fk_flag_step_clinic_id_patient_id_flag_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "made_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_flag_step_clinic_id_made_by",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "handed_to"],
            ["membership.clinic_id", "membership.id"],
            name="fk_flag_step_clinic_id_handed_to",
        ),
        sa.PrimaryKeyConstraint(*PATIENT, "id", name=op.f("pk_flag_step")),
    )
    op.create_index("ix_flag_step_flag", "flag_step", [*PATIENT, "flag_id", "made_at"])
    op.create_table(
        "flare_question",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=3), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer IN ('yes', 'no')", name=op.f("ck_flare_question_answer_known")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_flare_question_answered_at_some_time"),
        ),
        sa.ForeignKeyConstraint(
            [*PATIENT, "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name="fk_flare_question_clinic_id_patient_id_episode_id",
        ),
        sa.PrimaryKeyConstraint(*PATIENT, "id", name=op.f("pk_flare_question")),
        sa.UniqueConstraint(
            *PATIENT, "source_id", name="uq_flare_question_clinic_id_patient_id_source_id"
        ),
    )
