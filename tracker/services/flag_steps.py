"""What the clinic's staff do about a flag: each step is kept, and none is done twice.

A form says how many steps its page showed (`seen`). Where more were made since, by a colleague or
by the same tap a moment ago, nothing is done and False is given.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tracker.domain.errors import Invalid, NotFound
from tracker.domain.safety import FLAG_NOTE_MAX, SNOOZES, Step, Tier
from tracker.services import flags
from tracker.services.patients import staff
from tracker.store import flags as store
from tracker.store.schema import Flag, FlagStep
from tracker.store.scope import Scope


def read_note(text: str) -> str:
    """A note as it is kept; raises Invalid for one that is too long."""
    note = text.replace("\0", "").strip()
    if len(note) > FLAG_NOTE_MAX:
        raise Invalid({"note": ["too_long"]})
    return note


def acknowledge(scope: Scope, flag_id: UUID, note: str, now: datetime) -> bool:
    """Take a flag on; False where somebody has done so already, whose word stands.

    Raises Invalid for a note that is too long, NotFound for a flag that is not the clinic's.
    """
    note = read_note(note)
    flag = _locked(scope, flag_id)
    if flag.acknowledged_at is not None:
        return False
    _take_on(scope, flag, now)
    flag.note = note
    _keep(scope, flag, Step.ACKNOWLEDGED, now, note=note)
    return True


def undo(scope: Scope, flag_id: UUID, now: datetime) -> None:
    """Take an acknowledgement, a closing or a snooze back: the flag waits. Raises NotFound."""
    flag = _locked(scope, flag_id)
    if _waits(flag):
        return
    step = Step.UNDONE
    if flag.closed_at is not None:
        step = Step.REOPENED
    elif flag.acknowledged_at is None:
        step = Step.WOKEN
    flag.acknowledged_at = flag.acknowledged_by = flag.closed_at = flag.snoozed_until = None
    _keep(scope, flag, step, now)


def snooze(scope: Scope, flag_id: UUID, days: int, seen: int, now: datetime) -> bool:
    """Put a flag off for some days; it waits again afterwards.

    Raises Invalid for one that presses, or other days than are offered.
    """
    flag = _locked(scope, flag_id)
    if Tier(flag.tier).is_pressing or days not in SNOOZES:
        raise Invalid({"days": ["unknown"]})
    if _has_moved(scope, flag, seen) or flag.acknowledged_at is not None:
        return False
    flag.snoozed_until = now + timedelta(days=days)
    _keep(scope, flag, Step.SNOOZED, now, until=flag.snoozed_until)
    return True


def add_note(scope: Scope, flag_id: UUID, text: str, now: datetime) -> bool:
    """Add a note to those that stand; False for none, or the very one that was made last."""
    note = read_note(text)
    flag = _locked(scope, flag_id)
    last = store.steps_of(scope, [flag.id])[-1:]
    by = staff(scope).membership_id
    if not note or any((row.note, row.made_by) == (note, by) for row in last):
        return False
    _keep(scope, flag, Step.NOTED, now, note=note)
    return True


def hand_over(scope: Scope, flag_id: UUID, to: UUID, seen: int, now: datetime) -> bool:
    """Make a flag a colleague's: it waits for them, whoever had taken it on.

    Raises NotFound for anybody but a colleague who works here now.
    """
    flag = _locked(scope, flag_id)
    if to not in {row.id for row in flags.others(scope)}:
        raise NotFound("colleague")
    if _has_moved(scope, flag, seen):
        return False
    flag.handed_to = to
    flag.acknowledged_at = flag.acknowledged_by = flag.closed_at = flag.snoozed_until = None
    _keep(scope, flag, Step.HANDED, now, handed_to=to)
    return True


def close(scope: Scope, flag_id: UUID, seen: int, now: datetime) -> bool:
    """Be done with a flag; who closes one that nobody took on has taken it on."""
    flag = _locked(scope, flag_id)
    if flag.closed_at is not None or _has_moved(scope, flag, seen):
        return False
    if flag.acknowledged_at is None:
        _take_on(scope, flag, now)
    flag.closed_at = now
    _keep(scope, flag, Step.CLOSED, now)
    return True


def mark_nudged(scope: Scope, flag_id: UUID, now: datetime) -> None:
    """Note that the patient was written to, which takes the flag on."""
    flag = _locked(scope, flag_id)
    if flag.acknowledged_at is None:
        _take_on(scope, flag, now)
    _keep(scope, flag, Step.NUDGED, now)


def _keep(
    scope: Scope,
    flag: Flag,
    step: Step,
    now: datetime,
    *,
    note: str = "",
    handed_to: UUID | None = None,
    until: datetime | None = None,
) -> None:
    """Write a step into a flag's history."""
    scope.add(
        FlagStep(
            clinic_id=flag.clinic_id,
            patient_id=flag.patient_id,
            id=uuid4(),
            flag_id=flag.id,
            step=step,
            made_by=staff(scope).membership_id,
            made_at=now,
            handed_to=handed_to,
            until=until,
            note=note,
        )
    )
    scope.flush()


def _take_on(scope: Scope, flag: Flag, now: datetime) -> None:
    flag.acknowledged_at, flag.acknowledged_by = now, staff(scope).membership_id
    flag.snoozed_until = None


def _waits(flag: Flag) -> bool:
    return flag.acknowledged_at is None and flag.closed_at is None and flag.snoozed_until is None


def _has_moved(scope: Scope, flag: Flag, seen: int) -> bool:
    return len(store.steps_of(scope, [flag.id])) != seen


def _locked(scope: Scope, flag_id: UUID) -> Flag:
    """A flag with its patient's writes held back: of two who answer at once one is first."""
    staff(scope)
    flag = scope.get(Flag, Flag.id == flag_id)
    store.lock(scope, flag)
    return flag
