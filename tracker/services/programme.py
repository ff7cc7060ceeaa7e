"""The home programme: prescribing a stretch, changing it as a new version, ending it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from tracker.domain import catalog
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.prescription import LIMITS, Dose, TimeOfDay, changeover, time_of_day
from tracker.domain.programme_changes import Change, Version, changes
from tracker.services import library, needling, summaries
from tracker.services.patients import staff
from tracker.services.today import as_line
from tracker.store import records
from tracker.store.logs import find_stretch_entry, lock_patient
from tracker.store.schema import Episode, Prescription
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class NewPrescription:
    """A stretch with its dose and side, and a word from the physio.

    `is_confirmed` says that it is meant although the screening speaks against it.
    """

    stretch: str
    side: str
    dose: Dose
    note: str = ""
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A line of a programme: its newest version, and how many came before."""

    row: Prescription
    stretch: catalog.Stretch
    dose: Dose
    is_ended: bool
    is_ended_for_good: bool
    is_coming: bool

    @property
    def is_running(self) -> bool:
        """Whether it is prescribed and nobody has ended it, from today on or from a day to come."""
        return self.row.ends_on is None

    @property
    def may_resume(self) -> bool:
        """Whether its end can be undone: it was ended, and no due day has passed since."""
        return self.row.ended_at is not None and not self.is_ended_for_good

    @property
    def minutes(self) -> float:
        """Minutes on a day when it is due."""
        both = self.row.side == "both" and self.stretch.has_side
        return self.dose.minutes(sides=2 if both else 1)


def _check(scope: Scope, given: NewPrescription, *, is_new: bool) -> None:
    errors: dict[str, list[str]] = {}
    stretch = library.find_many(scope, [given.stretch]).get(given.stretch)
    if stretch is None or (is_new and stretch.is_retired):
        errors["stretch"] = ["unknown"]
    if given.side not in {"left", "right", "both"}:
        errors["side"] = ["unknown"]
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(given.dose, name) <= most:
            errors[name] = [f"{name}_range"]
    if not 1 <= given.dose.days <= 127:
        errors["days"] = ["days_needed"]
    if given.dose.time_of_day not in set(TimeOfDay):
        errors["time_of_day"] = ["unknown"]
    if len(given.note) > 300:
        errors["note"] = ["note_long"]
    if errors:
        raise Invalid(errors)


def prescribe(
    scope: Scope,
    patient_id: UUID,
    episode_id: UUID,
    given: NewPrescription,
    now: datetime,
    today: date,
) -> Prescription:
    """Prescribe a stretch from today; raises Invalid, also for one that is prescribed already."""
    _check(scope, given, is_new=True)
    # Locked before anything is read, so that the summary misses no line prescribed meanwhile.
    lock_patient(scope, staff(scope).clinic_id, patient_id)
    episode = records.get_episode(scope, patient_id, episode_id)
    against = catalog.conflicts(library.find(scope, given.stretch), ruled_out(episode))
    if against and not given.is_confirmed:
        raise Invalid({"is_confirmed": ["ruled_out"]})
    for line in see_programme(scope, episode, today):
        if not line.is_ended and (line.row.stretch, line.row.side) == (given.stretch, given.side):
            raise Invalid({"stretch": ["prescribed_already"]})
    row = _version(scope, episode, given, now, series_id=uuid4(), version=1, starts_on=today)
    summaries.note_programme(scope, episode, today)
    scope.flush()
    return row


def _version(
    scope: Scope,
    episode: Episode,
    given: NewPrescription,
    now: datetime,
    *,
    series_id: UUID,
    version: int,
    starts_on: date,
) -> Prescription:
    row = Prescription(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        id=uuid4(),
        episode_id=episode.id,
        series_id=series_id,
        version=version,
        stretch=given.stretch,
        side=given.side,
        sets=given.dose.sets,
        repetitions=given.dose.repetitions,
        hold_seconds=given.dose.hold_seconds,
        days=given.dose.days,
        time_of_day=time_of_day(given.dose.sets, given.dose.time_of_day).value,
        note=given.note.strip(),
        starts_on=starts_on,
        prescribed_by=staff(scope).membership_id,
        prescribed_at=now,
    )
    scope.add(row)
    scope.flush()
    return row


def change(
    scope: Scope,
    patient_id: UUID,
    prescription_id: UUID,
    given: NewPrescription,
    now: datetime,
    today: date,
) -> Prescription:
    """Replace a version by a new one; the old stays as it was, ended the day before."""
    _check(scope, given, is_new=False)
    old = _current(scope, patient_id, prescription_id)
    last, first = _turn(scope, old, today)
    old.ends_on = last
    scope.flush()
    episode = records.get_episode(scope, patient_id, old.episode_id)
    row = _version(
        scope,
        episode,
        NewPrescription(old.stretch, given.side, given.dose, given.note),
        now,
        series_id=old.series_id,
        version=old.version + 1,
        starts_on=max(first, old.starts_on),
    )
    summaries.note_programme(scope, episode, today)
    scope.flush()
    return row


def end(scope: Scope, patient_id: UUID, prescription_id: UUID, now: datetime, today: date) -> None:
    """End a line: from today, or from tomorrow when today's is already logged."""
    old = _current(scope, patient_id, prescription_id)
    old.ends_on, _ = _turn(scope, old, today)
    old.ended_at, old.ended_by = now, staff(scope).membership_id
    scope.flush()
    summaries.note_programme(scope, records.get_episode(scope, patient_id, old.episode_id), today)
    scope.flush()


def resume(scope: Scope, patient_id: UUID, prescription_id: UUID, today: date) -> None:
    """Undo an end of today: the line goes on as if it had never been ended.

    Raises NotFound for any other line, and Invalid where the stretch was prescribed anew meanwhile.
    """
    lock_patient(scope, staff(scope).clinic_id, patient_id)
    row = records.get_prescription(scope, patient_id, prescription_id)
    episode = records.get_episode(scope, patient_id, row.episode_id)
    lines = see_programme(scope, episode, today)
    if not any(line.row.id == row.id and line.may_resume for line in lines):
        raise NotFound("prescription")
    if any(line.is_running and _is_same(line.row, row) for line in lines):
        raise Invalid({"stretch": ["prescribed_already"]})
    row.ends_on = row.ended_at = row.ended_by = None
    scope.flush()
    summaries.note_programme(scope, episode, today)
    scope.flush()


def _is_same(one: Prescription, other: Prescription) -> bool:
    return (one.stretch, one.side) == (other.stretch, other.side)


def ruled_out(episode: Episode) -> Sequence[str]:
    """What the episode's screening found, by the ids of the library's `askFirst`."""
    return episode.screening or ()


def see_history(scope: Scope, episode: Episode) -> list[Change]:
    """Every change of an episode's programme, the newest first."""
    rows = records.prescriptions_of(scope, episode)
    return changes([as_version(row) for row in rows])[::-1]


def names_of(scope: Scope) -> dict[UUID, str]:
    """The clinic's staff by membership, for who prescribed what."""
    staff(scope)
    return {row.id: row.name for row in records.colleagues(scope)}


def as_version(row: Prescription) -> Version:
    """A stored version as the changes read it."""
    return Version(
        series=row.series_id,
        number=row.version,
        stretch=row.stretch,
        side=row.side,
        dose=as_line(row).dose,
        note=row.note,
        at=row.prescribed_at,
        by=row.prescribed_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def propose(scope: Scope, episode: Episode, running: Collection[str]) -> list[catalog.Stretch]:
    """The stretches to propose for the muscles needled last, without those that are prescribed."""
    needled = [row.muscle for row in needling.last_session(scope, episode)[1]]
    found = catalog.propose(needled, ruled_out(episode))
    return [stretch for stretch in found if stretch.id not in running]


def _current(scope: Scope, patient_id: UUID, prescription_id: UUID) -> Prescription:
    lock_patient(scope, staff(scope).clinic_id, patient_id)
    row = records.get_prescription(scope, patient_id, prescription_id)
    newer = scope.entities(
        Prescription,
        Prescription.patient_id == patient_id,
        Prescription.series_id == row.series_id,
        Prescription.version > row.version,
    )
    if newer or row.ends_on is not None:
        raise NotFound("prescription")
    return row


def _turn(scope: Scope, old: Prescription, today: date) -> tuple[date, date]:
    last, first = changeover(today, is_logged_today=_may_be_logged(scope, old, today))
    # A version that starts tomorrow and is changed today never counted: it ends before it starts.
    return max(last, old.starts_on - timedelta(days=1)), first


def _may_be_logged(scope: Scope, line: Prescription, day: date) -> bool:
    """Whether a day is logged, or may be: a patient who stopped sharing logs out of our sight."""
    patient = records.get_patient(scope, line.patient_id)
    if patient.person_id is not None and not records.is_sharing(
        scope, patient.clinic_id, patient.id
    ):
        return True
    return find_stretch_entry(scope, line, day) is not None


def see_programme(
    scope: Scope, episode: Episode, today: date, versions: Sequence[Prescription] | None = None
) -> list[ProgrammeLine]:
    """An episode's lines, each as its newest version, ended ones last.

    `versions` are all of its programme's, where the caller has read them already.
    """
    newest: dict[UUID, Prescription] = {}
    if versions is None:
        versions = records.prescriptions_of(scope, episode)
    for row in versions:
        newest[row.series_id] = row
    known = library.find_many(scope, (row.stretch for row in newest.values()))
    lines = [
        ProgrammeLine(
            row=row,
            stretch=known[row.stretch],
            dose=as_line(row).dose,
            is_ended=row.ends_on is not None and row.ends_on < today,
            is_ended_for_good=row.ends_on is not None and row.ends_on < today - timedelta(days=1),
            is_coming=row.starts_on > today,
        )
        for row in newest.values()
    ]
    return sorted(lines, key=lambda line: not line.is_running)


def find_version(scope: Scope, patient_id: UUID, prescription_id: UUID) -> Prescription:
    """One version, for the form that changes it; raises NotFound."""
    return _current(scope, patient_id, prescription_id)
