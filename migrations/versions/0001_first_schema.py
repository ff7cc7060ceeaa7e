"""first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "clinic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("emergency_number", sa.String(length=40), nullable=False),
        sa.Column("clinic_number", sa.String(length=40), nullable=False),
        sa.Column("out_of_hours_number", sa.String(length=40), nullable=False),
        sa.Column("crisis_number", sa.String(length=40), nullable=False),
        sa.Column("opening_hours", sa.String(length=300), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "minimum_age BETWEEN 0 AND 25", name=op.f("ck_clinic_minimum_age_range")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_email", ["email"], unique=False)
        batch_op.create_index(
            "uq_person_staff_email",
            ["email"],
            unique=True,
            sqlite_where=sa.text("password_hash IS NOT NULL"),
            postgresql_where=sa.text("password_hash IS NOT NULL"),
        )

    op.create_table(
        "rate_window",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("window", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window", name=op.f("pk_rate_window")),
    )
    op.create_table(
        "held_form",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_held_form_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_held_form")),
    )
    op.create_table(
        "membership",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('patient', 'physio', 'lead')", name=op.f("ck_membership_role_known")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_membership_clinic_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "clinic_id", "person_id", name=op.f("uq_membership_clinic_id_person_id")
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_person", ["person_id"], unique=False)

    op.create_table(
        "auth_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'staff') = (clinic_id IS NOT NULL)",
            name=op.f("ck_auth_session_staff_in_one_clinic"),
        ),
        sa.CheckConstraint("kind IN ('patient', 'staff')", name=op.f("ck_auth_session_kind_known")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["membership.clinic_id", "membership.person_id"],
            name=op.f("fk_auth_session_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_auth_session_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_session")),
        sa.UniqueConstraint("id", "person_id", name=op.f("uq_auth_session_id_person_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_auth_session_token_hash")),
    )
    with op.batch_alter_table("auth_session", schema=None) as batch_op:
        batch_op.create_index("ix_auth_session_person", ["person_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'dropped', 'failed')", name=op.f("ck_outbox_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["membership.clinic_id", "membership.person_id"],
            name=op.f("fk_outbox_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_outbox_clinic_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outbox_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "kind",
            "period",
            name=op.f("uq_outbox_clinic_id_person_id_kind_period"),
        ),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_waiting",
            ["leased_until"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "patient",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("physio_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("year_of_birth", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "year_of_birth BETWEEN 1900 AND 2100", name=op.f("ck_patient_year_of_birth_range")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["membership.clinic_id", "membership.person_id"],
            name=op.f("fk_patient_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "physio_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_patient_clinic_id_physio_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_patient_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_patient")),
        sa.UniqueConstraint("clinic_id", "person_id", name=op.f("uq_patient_clinic_id_person_id")),
    )
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.create_index("ix_patient_person", ["person_id"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["membership.clinic_id", "membership.person_id"],
            name=op.f("fk_subscription_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "person_id", "kind", name=op.f("pk_subscription")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("given_by", sa.String(length=120), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_consent_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            "uq_consent_standing",
            ["clinic_id", "patient_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "diary_day",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("sleep", sa.Integer(), nullable=True),
        sa.Column("stress", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(note) <= 2000", name=op.f("ck_diary_day_note_length")),
        sa.CheckConstraint("sleep BETWEEN 0 AND 10", name=op.f("ck_diary_day_sleep_0_10")),
        sa.CheckConstraint("stress BETWEEN 0 AND 10", name=op.f("ck_diary_day_stress_0_10")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_diary_day_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "local_date", name=op.f("pk_diary_day")),
    )
    op.create_table(
        "episode",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint", sa.String(length=80), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("next_visit_on", sa.Date(), nullable=True),
        sa.Column("recalled_pain", sa.Integer(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_session_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_end", sa.Date(), nullable=True),
        sa.Column("session_hours", sa.String(length=84), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "closed_on IS NULL OR closed_on >= opened_on",
            name=op.f("ck_episode_closed_after_opening"),
        ),
        sa.CheckConstraint(
            "recalled_pain BETWEEN 0 AND 10", name=op.f("ck_episode_recalled_pain_0_10")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "opened_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_episode_clinic_id_opened_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_episode_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f("pk_episode")),
    )
    op.create_table(
        "invitation",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(role = 'patient') = (patient_id IS NOT NULL)",
            name=op.f("ck_invitation_patient_named"),
        ),
        sa.CheckConstraint(
            "role IN ('patient', 'physio', 'lead')", name=op.f("ck_invitation_role_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "made_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_invitation_clinic_id_made_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_invitation_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_invitation_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            "uq_invitation_open_code",
            ["code_hash"],
            unique=True,
            sqlite_where=sa.text("used_at IS NULL AND code_hash IS NOT NULL"),
            postgresql_where=sa.text("used_at IS NULL AND code_hash IS NOT NULL"),
        )

    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry", sa.String(length=12), nullable=False),
        sa.Column("entry_key", sa.String(length=48), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "entry IN ('checkin', 'day', 'soreness', 'stretch')",
            name=op.f("ck_revision_entry_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_revision_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "entry",
            "entry_key",
            "rev",
            name=op.f("uq_revision_clinic_id_patient_id_entry_entry_key_rev"),
        ),
    )
    op.create_table(
        "session_grant",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["membership.clinic_id", "membership.person_id"],
            name=op.f("fk_session_grant_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "person_id"],
            ["auth_session.id", "auth_session.person_id"],
            name=op.f("fk_session_grant_session_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("session_id", "clinic_id", name=op.f("pk_session_grant")),
    )
    op.create_table(
        "checkin",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("pain_average", sa.Integer(), nullable=False),
        sa.Column("pain_worst", sa.Integer(), nullable=True),
        sa.Column("stiffness", sa.Integer(), nullable=True),
        sa.Column("regions", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_backfilled", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "pain_average BETWEEN 0 AND 10", name=op.f("ck_checkin_pain_average_0_10")
        ),
        sa.CheckConstraint("pain_worst BETWEEN 0 AND 10", name=op.f("ck_checkin_pain_worst_0_10")),
        sa.CheckConstraint("stiffness BETWEEN 0 AND 10", name=op.f("ck_checkin_stiffness_0_10")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name=op.f("fk_checkin_clinic_id_patient_id_episode_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "entry_id",
            name=op.f("uq_checkin_clinic_id_patient_id_entry_id"),
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "episode_id",
            "local_date",
            name=op.f("uq_checkin_clinic_id_patient_id_episode_id_local_date"),
        ),
    )
    op.create_table(
        "episode_summary",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("last_logged_on", sa.Date(), nullable=True),
        sa.Column("pain_end", sa.Date(), nullable=True),
        sa.Column("pain", sa.String(length=84), nullable=False),
        sa.Column("done_end", sa.Date(), nullable=True),
        sa.Column("done_halves", sa.String(length=84), nullable=False),
        sa.Column("last_soreness", sa.Integer(), nullable=True),
        sa.Column("last_soreness_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "last_soreness BETWEEN 0 AND 10", name=op.f("ck_episode_summary_last_soreness_0_10")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name=op.f("fk_episode_summary_clinic_id_patient_id_episode_id"),
        ),
        sa.PrimaryKeyConstraint(
            "clinic_id", "patient_id", "episode_id", name=op.f("pk_episode_summary")
        ),
    )
    op.create_table(
        "needling_session",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("needled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name=op.f("fk_needling_session_clinic_id_patient_id_episode_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "practitioner_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_needling_session_clinic_id_practitioner_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f("pk_needling_session")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "form_id",
            name=op.f("uq_needling_session_clinic_id_patient_id_form_id"),
        ),
    )
    with op.batch_alter_table("needling_session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_needling_session_when", ["clinic_id", "patient_id", "needled_at"], unique=False
        )

    op.create_table(
        "prescription",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stretch", sa.String(length=60), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("repetitions", sa.Integer(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("prescribed_by", sa.Uuid(), nullable=False),
        sa.Column("prescribed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "side IN ('left', 'right', 'both')", name=op.f("ck_prescription_side_known")
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 127", name=op.f("ck_prescription_days_mask")),
        sa.CheckConstraint(
            "hold_seconds BETWEEN 3 AND 120", name=op.f("ck_prescription_hold_seconds_range")
        ),
        sa.CheckConstraint(
            "repetitions BETWEEN 1 AND 20", name=op.f("ck_prescription_repetitions_range")
        ),
        sa.CheckConstraint("sets BETWEEN 1 AND 6", name=op.f("ck_prescription_sets_range")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_prescription_version_from_1")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "episode_id"],
            ["episode.clinic_id", "episode.patient_id", "episode.id"],
            name=op.f("fk_prescription_clinic_id_patient_id_episode_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "prescribed_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_prescription_clinic_id_prescribed_by"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", "id", name=op.f("pk_prescription")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "series_id",
            "version",
            name=op.f("uq_prescription_clinic_id_patient_id_series_id_version"),
        ),
    )
    op.create_table(
        "needled_muscle",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("needling_session_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("muscle", sa.String(length=60), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("insertions", sa.Integer(), nullable=False),
        sa.Column("technique", sa.String(length=20), nullable=False),
        sa.Column("twitch", sa.String(length=5), nullable=True),
        sa.Column("pain_during", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "side IN ('left', 'right', 'middle')", name=op.f("ck_needled_muscle_side_known")
        ),
        sa.CheckConstraint(
            "technique IN ('superficial', 'deep', 'pistoning', 'winding', 'electrical')",
            name=op.f("ck_needled_muscle_technique_known"),
        ),
        sa.CheckConstraint(
            "twitch IN ('0', '1-3', '4-6', '>6')", name=op.f("ck_needled_muscle_twitch_known")
        ),
        sa.CheckConstraint(
            "insertions BETWEEN 1 AND 60", name=op.f("ck_needled_muscle_insertions_range")
        ),
        sa.CheckConstraint(
            "pain_during BETWEEN 0 AND 10", name=op.f("ck_needled_muscle_pain_during_0_10")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "needling_session_id"],
            ["needling_session.clinic_id", "needling_session.patient_id", "needling_session.id"],
            name=op.f("fk_needled_muscle_clinic_id_patient_id_needling_session_id"),
        ),
        sa.PrimaryKeyConstraint(
            "clinic_id",
            "patient_id",
            "needling_session_id",
            "place",
            name=op.f("pk_needled_muscle"),
        ),
    )
    op.create_table(
        "soreness_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("needling_session_id", sa.Uuid(), nullable=False),
        sa.Column("felt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("soreness", sa.Integer(), nullable=False),
        sa.Column("muscle", sa.String(length=60), nullable=True),
        sa.Column("side", sa.String(length=10), nullable=True),
        sa.Column("side_effects", sa.JSON(), nullable=False),
        sa.Column("is_backfilled", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "side IN ('left', 'right', 'middle')", name=op.f("ck_soreness_entry_side_known")
        ),
        sa.CheckConstraint(
            "soreness BETWEEN 0 AND 10", name=op.f("ck_soreness_entry_soreness_0_10")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "needling_session_id"],
            ["needling_session.clinic_id", "needling_session.patient_id", "needling_session.id"],
            name=op.f("fk_soreness_entry_clinic_id_patient_id_needling_session_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_soreness_entry")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "entry_id",
            name=op.f("uq_soreness_entry_clinic_id_patient_id_entry_id"),
        ),
    )
    with op.batch_alter_table("soreness_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_soreness_entry_session",
            ["clinic_id", "patient_id", "needling_session_id", "felt_at"],
            unique=False,
        )

    op.create_table(
        "stretch_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("prescription_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("sets_done", sa.Integer(), nullable=False),
        sa.Column("pain_during", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("provenance", sa.String(length=12), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('done', 'partly', 'too_hard', 'could_not')",
            name=op.f("ck_stretch_entry_outcome_known"),
        ),
        sa.CheckConstraint(
            "provenance IN ('timer', 'ticked', 'backfilled')",
            name=op.f("ck_stretch_entry_provenance_known"),
        ),
        sa.CheckConstraint(
            "pain_during BETWEEN 0 AND 10", name=op.f("ck_stretch_entry_pain_during_0_10")
        ),
        sa.CheckConstraint(
            "sets_done BETWEEN 0 AND 20", name=op.f("ck_stretch_entry_sets_done_range")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "prescription_id"],
            ["prescription.clinic_id", "prescription.patient_id", "prescription.id"],
            name=op.f("fk_stretch_entry_clinic_id_patient_id_prescription_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stretch_entry")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "entry_id",
            name=op.f("uq_stretch_entry_clinic_id_patient_id_entry_id"),
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "prescription_id",
            "local_date",
            name=op.f("uq_stretch_entry_clinic_id_patient_id_prescription_id_local_date"),
        ),
    )
    with op.batch_alter_table("stretch_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stretch_entry_day", ["clinic_id", "patient_id", "local_date"], unique=False
        )
