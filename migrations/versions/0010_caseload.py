"""the caseload sorted by the database: judgements stored, looks and filters kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward; every patient is judged when somebody looks."""
    with op.batch_alter_table("patient") as patient:
        patient.add_column(sa.Column("judged_from", sa.DateTime(timezone=True), nullable=True))
        patient.add_column(sa.Column("judged_until", sa.DateTime(timezone=True), nullable=True))
        patient.add_column(sa.Column("place", sa.SmallInteger(), nullable=True))
        patient.add_column(sa.Column("weight", sa.Float(), server_default="0", nullable=False))
        patient.add_column(sa.Column("speaks_id", sa.Uuid(), nullable=True))
        patient.add_column(
            sa.Column("others", sa.SmallInteger(), server_default="0", nullable=False)
        )
        patient.add_column(sa.Column("visit_on", sa.Date(), nullable=True))
        patient.add_column(sa.Column("news", sa.String(length=16), nullable=True))
        patient.add_column(
            sa.Column("news_days", sa.SmallInteger(), server_default="0", nullable=False)
        )
        patient.add_column(sa.Column("news_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "caseload_face",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name="fk_caseload_face_clinic_id_patient_id",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", name=op.f("pk_caseload_face")),
    )
    op.create_table(
        "caseload_look",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filters", sa.JSON(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "membership_id"],
            ["membership.clinic_id", "membership.id"],
            name="fk_caseload_look_clinic_id_membership_id",
        ),
        sa.PrimaryKeyConstraint("clinic_id", "membership_id", name=op.f("pk_caseload_look")),
    )
