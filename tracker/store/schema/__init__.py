"""Every table of the product, one module a subject; importing this package knows them all."""

from tracker.store.schema.flags import Flag
from tracker.store.schema.logs import (
    Checkin,
    DiaryDay,
    EpisodeSummary,
    Operation,
    Revision,
    SafetyReport,
    SorenessEntry,
    StretchEntry,
)
from tracker.store.schema.outreach import Heartbeat, Outbox, Subscription
from tracker.store.schema.people import (
    AuthSession,
    Clinic,
    Consent,
    HeldForm,
    Invitation,
    Membership,
    Patient,
    Person,
    RateWindow,
    SessionGrant,
)
from tracker.store.schema.plans import (
    Episode,
    NeedledMuscle,
    NeedlingSession,
    PhaseMark,
    Prescription,
    SessionRevision,
)

__all__ = [
    "AuthSession",
    "Checkin",
    "Clinic",
    "Consent",
    "DiaryDay",
    "Episode",
    "EpisodeSummary",
    "Flag",
    "Heartbeat",
    "HeldForm",
    "Invitation",
    "Membership",
    "NeedledMuscle",
    "NeedlingSession",
    "Operation",
    "Outbox",
    "Patient",
    "Person",
    "PhaseMark",
    "Prescription",
    "RateWindow",
    "Revision",
    "SafetyReport",
    "SessionGrant",
    "SessionRevision",
    "SorenessEntry",
    "StretchEntry",
    "Subscription",
]
