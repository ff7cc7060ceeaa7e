"""times of day, pauses, templates, who ended a stretch, and what a patient has seen of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("prescription", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("time_of_day", sa.String(length=8), server_default="any", nullable=False)
        )
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.Uuid(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_prescription_time_of_day_known"),
            "time_of_day IN ('any', 'morning', 'evening', 'both')",
        )
        batch_op.create_foreign_key(
            "fk_prescription_clinic_id_ended_by",
            "membership",
            ["clinic_id", "ended_by"],
            ["clinic_id", "id"],
        )
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pauses", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("episode_summary", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reasons_end", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("reasons", sa.String(length=84), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("excuses", sa.JSON(), server_default="[]", nullable=False))
    _make_pauses()
    _make_templates()


def _make_pauses() -> None:
    op.create_table(
        "pause",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_pause_pause_in_order")),
        sa.CheckConstraint(
            "reason IN ('ill', 'travelling', 'told_to_rest', 'other')",
            name=op.f("ck_pause_reason_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "made_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_pause_clinic_id_made_by",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name="fk_pause_clinic_id_patient_id_episode_id",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f("pk_pause")),
    )
    op.create_table(
        "excuse",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_excuse_excuse_in_order")),
        sa.CheckConstraint(
            "reason IN ('ill', 'travelling', 'told_to_rest', 'other')",
            name=op.f("ck_excuse_reason_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name="fk_excuse_clinic_id_patient_id",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f("pk_excuse")),
    )
    op.create_table(
        "programme_seen",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name="fk_programme_seen_clinic_id_patient_id",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", name=op.f("pk_programme_seen")),
    )


def _make_templates() -> None:
    op.create_table(
        "programme_template",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "made_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_programme_template_clinic_id_made_by",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_programme_template_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_programme_template")),
        sa.UniqueConstraint("clinic_id", "name", name="uq_programme_template_clinic_id_name"),
    )
    op.create_table(
        "template_line",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stretch", sa.String(length=60), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("repetitions", sa.Integer(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("time_of_day", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "time_of_day IN ('any', 'morning', 'evening', 'both')",
            name=op.f("ck_template_line_time_of_day_known"),
        ),
        sa.CheckConstraint("sets BETWEEN 1 AND 6", name=op.f("ck_template_line_sets_range")),
        sa.CheckConstraint(
            "repetitions BETWEEN 1 AND 20", name=op.f("ck_template_line_repetitions_range")
        ),
        sa.CheckConstraint(
            "hold_seconds BETWEEN 3 AND 120", name=op.f("ck_template_line_hold_seconds_range")
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 127", name=op.f("ck_template_line_days_mask")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "template_id"],
            ["programme_template.clinic_id", "programme_template.id"],
            name="fk_template_line_clinic_id_template_id",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "template_id", "place", name=op.f("pk_template_line")),
    )
