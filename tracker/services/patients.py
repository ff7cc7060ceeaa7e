"""A clinic's patients: making a record with its first episode, mending it, opening episodes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from tracker.domain import catalog
from tracker.domain.access import StaffActor
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.needling import Side
from tracker.store import records
from tracker.store.schema import Episode, Patient
from tracker.store.scope import Scope

LONGEST_AGO = timedelta(days=3653)
"""Ten years: a treatment or session dated before is a slip in the year (working rule)."""


@dataclass(frozen=True, slots=True)
class NewEpisode:
    """A complaint: short words, where it is, and since when it is treated here."""

    complaint: str
    region: str
    side: str
    opened_on: date
    next_visit_on: date | None = None
    also: tuple[tuple[str, str], ...] = ()
    """Where else it reaches: (region, side)."""


@dataclass(frozen=True, slots=True)
class NewPatient:
    """What the clinic knows of a patient before the patient joins."""

    name: str
    year_of_birth: int
    email: str | None
    is_own: bool
    episode: NewEpisode
    phone: str | None = None


PHONE_MOST = 40
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.\-]{1,38}")


def read_phone(text: str | None) -> str | None:
    """A telephone number as it is kept, None for none; raises Invalid for what can't be dialled."""
    phone = " ".join((text or "").split())
    if not phone:
        return None
    if not _PHONE.fullmatch(phone):
        raise Invalid({"phone": ["phone"]})
    return phone


def staff(scope: Scope) -> StaffActor:
    """The physio or lead who acts; raises NotFound for a patient."""
    if not isinstance(scope.actor, StaffActor):
        raise NotFound("staff")
    return scope.actor


def lead(scope: Scope) -> StaffActor:
    """The lead who acts; raises NotFound for anybody else."""
    actor = staff(scope)
    if not actor.is_lead:
        raise NotFound("lead")
    return actor


def add_patient(scope: Scope, given: NewPatient, now: datetime, today: date) -> Patient:
    """Make a record with its first episode; raises Invalid."""
    actor = staff(scope)
    patient = Patient(
        clinic_id=actor.clinic_id,
        id=uuid4(),
        name=" ".join(given.name.split()),
        year_of_birth=given.year_of_birth,
        email=(given.email or "").strip().lower() or None,
        phone=read_phone(given.phone),
        physio_id=actor.membership_id if given.is_own else None,
        created_at=now,
    )
    scope.add(patient)
    scope.flush()
    open_episode(scope, patient.id, given.episode, now, today)
    return patient


def open_episode(
    scope: Scope, patient_id: UUID, given: NewEpisode, now: datetime, today: date
) -> Episode:
    """Open a complaint's episode; raises Invalid, NotFound for somebody else's patient."""
    actor = staff(scope)
    patient = records.get_patient(scope, patient_id)
    if given.opened_on > today:
        raise Invalid({"opened_on": ["future_day"]})
    if given.opened_on < today - LONGEST_AGO:
        raise Invalid({"opened_on": ["too_long_ago"]})
    if given.region not in catalog.regions():
        raise Invalid({"region": ["unknown"]})
    if any(region not in catalog.regions() for region, _side in given.also):
        raise Invalid({"also": ["unknown"]})
    places = dict.fromkeys(((given.region, given.side), *given.also))
    episode = Episode(
        clinic_id=actor.clinic_id,
        patient_id=patient.id,
        id=uuid4(),
        complaint=" ".join(given.complaint.split()),
        regions=[{"region": region, "side": Side(side).value} for region, side in places],
        opened_on=given.opened_on,
        next_visit_on=given.next_visit_on,
        opened_by=actor.membership_id,
        created_at=now,
        session_hours="",
        lines=[],
    )
    scope.add(episode)
    scope.flush()
    return episode


def close_episode(scope: Scope, patient_id: UUID, episode_id: UUID, today: date) -> None:
    """Close an episode as of today; what was logged stays."""
    staff(scope)
    episode = records.get_episode(scope, patient_id, episode_id)
    episode.closed_on = max(today, episode.opened_on)
    scope.flush()


def reopen_episode(scope: Scope, patient_id: UUID, episode_id: UUID) -> None:
    """Undo a closing."""
    staff(scope)
    records.get_episode(scope, patient_id, episode_id).closed_on = None
    scope.flush()


def set_next_visit(scope: Scope, patient_id: UUID, episode_id: UUID, day: date | None) -> None:
    """Note the next visit."""
    staff(scope)
    records.get_episode(scope, patient_id, episode_id).next_visit_on = day
    scope.flush()


def take_over(scope: Scope, patient_id: UUID, *, is_own: bool) -> None:
    """Make a patient one's own, or give the patient back to everybody."""
    actor = staff(scope)
    patient = records.get_patient(scope, patient_id)
    patient.physio_id = actor.membership_id if is_own else None
    scope.flush()


def note_phone(scope: Scope, patient_id: UUID, phone: str) -> None:
    """Note a patient's telephone number, or that there is none; raises Invalid."""
    staff(scope)
    records.get_patient(scope, patient_id).phone = read_phone(phone)
    scope.flush()


def see_patient(scope: Scope, patient_id: UUID) -> tuple[Patient, Sequence[Episode], bool]:
    """(record, episodes, whether the patient shares); raises NotFound."""
    actor = staff(scope)
    patient = records.get_patient(scope, patient_id)
    episodes = records.episodes_of(scope, patient_id)
    return patient, episodes, records.is_sharing(scope, actor.clinic_id, patient_id)


def choose_episode(episodes: Sequence[Episode], wanted: UUID | None) -> Episode | None:
    """The episode that is asked for, else the first; raises NotFound for an unknown one."""
    if wanted is None:
        return episodes[0] if episodes else None
    for episode in episodes:
        if episode.id == wanted:
            return episode
    raise NotFound("episode")


def own_episodes(scope: Scope) -> Sequence[Episode]:
    """The episodes that the actor sees at all, open ones first: a patient's own."""
    found = scope.entities(Episode)
    return sorted(found, key=lambda row: (row.closed_on is not None, -row.opened_on.toordinal()))
