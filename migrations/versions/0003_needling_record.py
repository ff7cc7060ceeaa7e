"""The whole needling record: needles, consent, screening, motion, amendments; aftercare's text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ENTRY = "clinic_id", "patient_id", "needling_session_id"


def _add(table: str, *columns: sa.Column[object]) -> None:
    """Add columns; what fills the rows that are there already is no default for new ones."""
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column)
    with op.batch_alter_table(table) as batch:
        for column in columns:
            if column.server_default is not None:
                batch.alter_column(
                    column.name,
                    existing_type=column.type,
                    existing_nullable=False,
                    server_default=None,
                )


def _whole(name: str, usual: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=usual is None, server_default=usual)


def _line(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _list(name: str, usual: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=usual is None, server_default=usual)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    """Bring the schema one step forward."""
    _add("clinic", sa.Column("aftercare", sa.Text(), nullable=False, server_default=""))
    _add("episode", _list("consent_scope"), _list("screening"), _moment("screened_at"))
    _add(
        "needling_session",
        _whole("minutes", "30"),
        _whole("needles_in"),
        _whole("needles_out"),
        _line("needles_reason", 200),
        _whole("pain_before"),
        _whole("pain_after"),
        _list("motions", "[]"),
        _list("co_treatments", "[]"),
        _flag("is_aftercare_given"),
        _list("consent_scope"),
        sa.Column("consent_version", sa.String(length=20), nullable=True),
        _list("screening"),
        _whole("rev", "1"),
        _moment("amended_at"),
    )
    with op.batch_alter_table("needling_session") as batch:
        for name in ("pain_before", "pain_after"):
            batch.create_check_constraint(
                op.f(f"ck_needling_session_{name}_0_10"), f"{name} BETWEEN 0 AND 10"
            )
    _add(
        "needled_muscle",
        *(_whole(name) for name in ("gauge", "length", "depth", "dwell", "hertz")),
        sa.Column("milliamps", sa.Float(), nullable=True),
        _line("lot", 40),
        *(_flag(name) for name in ("referred_pain", "bleeding", "bruising")),
    )
    with op.batch_alter_table("needled_muscle") as batch:
        batch.create_check_constraint(
            op.f("ck_needled_muscle_depth_within_length"), "depth <= length"
        )
    op.create_table(
        "session_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("needling_session_id", sa.Uuid(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ENTRY,
            ["needling_session.clinic_id", "needling_session.patient_id", "needling_session.id"],
            name="fk_session_revision_clinic_id_patient_id_needling_session_id",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "changed_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_session_revision_clinic_id_changed_by",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_revision")),
        sa.UniqueConstraint(*ENTRY, "rev", name="uq_session_revision_rev"),
    )
