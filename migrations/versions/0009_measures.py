"""activities, measures, questions for the visit, goals, degrees by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

EPISODE = ["clinic_id", "patient_id", "episode_id"]


def keys(*, is_numbered: bool = False) -> list[sa.Column]:
    """The columns that each of these tables begins with."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite") if is_numbered else sa.Uuid()
    own = [
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", kind, nullable=False),
    ]
    return [*own, sa.Column("episode_id", sa.Uuid(), nullable=False)]


def parents(table: str, member: str) -> list[sa.Constraint]:
    """The episode and the member of staff that a row points to."""
    return [
        sa.ForeignKeyConstraint(
            EPISODE,
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name=f"fk_{table}_clinic_id_patient_id_episode_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", member],
            ["membership.clinic_id", "membership.id"],
            name=f"fk_{table}_clinic_id_{member}",
        ),
    ]


def whole(table: str) -> sa.PrimaryKeyConstraint:
    """The key of a table whose ids are made outside."""
    return sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f(f"pk_{table}"))


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    """A stored moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "activity",
        *keys(),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=True),
        moment("named_at"),
        moment("retired_at", nullable=True),
        *parents("activity", "named_by"),
        whole("activity"),
    )
    op.create_index("ix_activity_episode", "activity", EPISODE, unique=False)
    op.create_table(
        "measure_entry",
        *keys(is_numbered=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("told_to", sa.Uuid(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        moment("recorded_at"),
        moment("updated_at"),
        sa.CheckConstraint(
            "measure IN ('change', 'activities', 'weekly')",
            name=op.f("ck_measure_entry_measure_known"),
        ),
        *parents("measure_entry", "told_to"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_entry")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "entry_id",
            name="uq_measure_entry_clinic_id_patient_id_entry_id",
        ),
        sa.UniqueConstraint(*EPISODE, "measure", "local_date", name="uq_measure_entry_day"),
    )
    op.create_table(
        "visit_question",
        *keys(is_numbered=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        moment("recorded_at"),
        moment("updated_at"),
        moment("answered_at", nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(length=300), server_default="", nullable=False),
        *parents("visit_question", "answered_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_question")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "entry_id",
            name="uq_visit_question_clinic_id_patient_id_entry_id",
        ),
    )
    op.create_index(
        "uq_visit_question_open",
        "visit_question",
        EPISODE,
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "goal",
        *keys(),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        moment("made_at"),
        sa.Column("reached_on", sa.Date(), nullable=True),
        moment("removed_at", nullable=True),
        *parents("goal", "made_by"),
        whole("goal"),
    )
    op.create_table(
        "motion_reading",
        *keys(),
        sa.Column("movement", sa.String(length=60), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("degrees", sa.Integer(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("measured_by", sa.Uuid(), nullable=False),
        moment("recorded_at"),
        moment("removed_at", nullable=True),
        sa.CheckConstraint(
            "side IN ('left', 'right', 'middle')", name=op.f("ck_motion_reading_side_known")
        ),
        sa.CheckConstraint(
            "degrees BETWEEN -60 AND 360", name=op.f("ck_motion_reading_degrees_range")
        ),
        *parents("motion_reading", "measured_by"),
        whole("motion_reading"),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_revision_entry_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_revision_entry_known"),
            "entry IN ('checkin', 'day', 'soreness', 'stretch', 'measure', 'question')",
        )
