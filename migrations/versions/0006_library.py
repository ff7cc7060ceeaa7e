"""A clinic's own stretches, their pictures, and which stretches a clinician has reviewed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "own_stretch",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("caution", sa.Text(), nullable=False),
        sa.Column("muscles", sa.JSON(), nullable=False),
        sa.Column("sides", sa.String(length=20), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("repetitions", sa.Integer(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("picture", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "sides IN ('one_side', 'both_at_once')", name=op.f("ck_own_stretch_sides_known")
        ),
        sa.CheckConstraint("sets BETWEEN 1 AND 6", name=op.f("ck_own_stretch_sets_range")),
        sa.CheckConstraint(
            "repetitions BETWEEN 1 AND 20", name=op.f("ck_own_stretch_repetitions_range")
        ),
        sa.CheckConstraint(
            "hold_seconds BETWEEN 3 AND 120", name=op.f("ck_own_stretch_hold_seconds_range")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_own_stretch_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "made_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_own_stretch_clinic_id_made_by",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_own_stretch")),
    )
    op.create_table(
        "stretch_picture",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("stretch", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('image/webp')", name=op.f("ck_stretch_picture_kind_known")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "stretch"],
            ["own_stretch.clinic_id", "own_stretch.id"],
            name="fk_stretch_picture_clinic_id_stretch",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "stretch", name=op.f("pk_stretch_picture")),
    )
    op.create_table(
        "stretch_review",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stretch", sa.String(length=60), nullable=False),
        sa.Column("reviewer", sa.String(length=80), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("marked_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "marked_by"],
            ["membership.clinic_id", "membership.id"],
            name="fk_stretch_review_clinic_id_marked_by",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_stretch_review")),
    )
    with op.batch_alter_table("stretch_review", schema=None) as batch_op:
        batch_op.create_index(
            "uq_stretch_review_standing",
            ["clinic_id", "stretch"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
