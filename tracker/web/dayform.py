"""The whole day as one form: blocks are found by their fields' names, with script or without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict

from tracker.domain.checkin import DAY_FIELDS, PAIN_FIELDS
from tracker.domain.days import day_bounds, hours_between
from tracker.domain.errors import Invalid
from tracker.domain.prescription import Outcome
from tracker.services.daybook import (
    CheckinInput,
    DayEntries,
    DayInput,
    Moment,
    SorenessInput,
    StretchInput,
)
from tracker.services.today import DueStretch, EpisodeDay, SorenessAsk, Today
from tracker.web.forms import PLACE_FIELDS, CheckinForm, SorenessForm, StretchForm
from tracker.web.messages import text_of

Posted = MultiDict[str, str]


@dataclass(slots=True)
class DayForm:
    """Blocks by their suffix; an empty suffix is the first of its kind."""

    checkins: dict[str, CheckinForm] = field(default_factory=dict)
    soreness: dict[str, SorenessForm] = field(default_factory=dict)
    stretches: dict[str, StretchForm] = field(default_factory=dict)
    due: tuple[UUID, ...] = ()
    all_done: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether anything could not be taken."""
        return bool(self.errors) or any(form.errors for form in self.blocks)

    @property
    def blocks(self) -> Sequence[CheckinForm | SorenessForm | StretchForm]:
        """Every block."""
        return [*self.checkins.values(), *self.soreness.values(), *self.stretches.values()]

    def validate(self) -> bool:
        """Check shape and range of every block, so that all faults are shown at once."""
        faults = [form for form in self.blocks if not form.validate()]
        return not faults

    def check(self) -> None:
        """Check every block; raises Invalid, with the reasons beside the fields already."""
        if not self.validate():
            raise Invalid({})

    def entries(self) -> DayEntries:
        """What the blocks say, as the service takes it."""
        return DayEntries(
            checkins=[_checkin(form) for form in self.checkins.values() if form.episode_id.data],
            days=[_day(form) for form in self.checkins.values() if form.clinic_id.data],
            soreness=[
                _soreness(form)
                for form in self.soreness.values()
                if form.soreness.data is not None and form.needling_session_id.data
            ],
            stretches=self._stretches(),
        )

    def _stretches(self) -> list[StretchInput]:
        chosen = {
            UUID(suffix): _stretch(UUID(suffix), form)
            for suffix, form in self.stretches.items()
            if form.outcome.data
        }
        if self.all_done:
            for prescription_id in self.due:
                sweep = StretchInput(prescription_id, Outcome.DONE, fills_only=True)
                chosen.setdefault(prescription_id, sweep)
        return list(chosen.values())

    def take_errors(self, errors: dict[str, list[str]]) -> None:
        """Put a service's errors beside the fields of the first block that has them."""
        for name, codes in errors.items():
            for form in self.blocks:
                if name in form._fields:
                    form.take_errors({name: codes})
                    break
            else:
                shown = CheckinForm()
                shown.take_errors({name: codes})
                self.errors.extend(shown.form_errors)


def _checkin(form: CheckinForm) -> CheckinInput:
    return CheckinInput(
        episode_id=form.episode_id.data,
        said={name: form[name].data for name in PAIN_FIELDS} | _regions(form) | _word(form),
        base_rev=form.base_rev.data,
    )


def _word(form: CheckinForm) -> dict[str, Any]:
    """Whether it is a bad spell, where the form asked."""
    return {} if form.is_flare.data is None else {"is_flare": form.is_flare.data}


def _regions(form: CheckinForm) -> dict[str, Any]:
    """Where it hurts, where the form asked: a place without a number hurts as the day does."""
    rows = [(form[place], form[pain]) for place, pain in PLACE_FIELDS]
    if not any(place.raw_data for place, _pain in rows):
        return {}
    found = []
    for place, pain in rows:
        region, _space, side = (place.data or "").rpartition(" ")
        rating = form.pain_average.data if pain.data is None else pain.data
        if region and rating is not None:
            found.append({"region": region, "side": side, "pain": rating})
    return {"regions": found or None}


def _day(form: CheckinForm) -> DayInput:
    return DayInput(
        clinic_id=form.clinic_id.data,
        said={name: form[name].data for name in DAY_FIELDS},
        base_rev=form.day_rev.data,
    )


def _soreness(form: SorenessForm) -> SorenessInput:
    return SorenessInput(
        needling_session_id=form.needling_session_id.data,
        soreness=form.soreness.data,
        entry_id=form.entry_id.data or uuid4(),
        more=_site(form),
    )


def _site(form: SorenessForm) -> dict[str, Any]:
    """The sorest place, where the form asked."""
    if not form.sorest.raw_data:
        return {}
    muscle, _space, side = form.sorest.data.rpartition(" ")
    return {"muscle": muscle or None, "side": side or None}


def _stretch(prescription_id: UUID, form: StretchForm) -> StretchInput:
    outcome = Outcome(form.outcome.data)
    reason = form.reason.data or None
    return StretchInput(
        prescription_id=prescription_id,
        outcome=outcome,
        reason=None if outcome is Outcome.DONE else reason,
        base_rev=form.stretch_rev.data,
    )


def _suffixes(posted: Posted, *names: str) -> list[str]:
    """The suffixes that some fields stand with, in the order in which they were posted."""
    found: dict[str, None] = {}
    for key in posted:
        name, dash, suffix = key.partition("-")
        if name in names:
            found[suffix if dash else ""] = None
    return list(found)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def from_post(posted: Posted, see: Callable[[], Today]) -> DayForm:
    """The form that was sent; unsuffixed blocks without an id mean the first of their kind.

    `see` looks the day up: only a form that leaves ids out needs it.
    """
    checkins = {
        suffix: CheckinForm(posted, suffix=suffix)
        for suffix in _suffixes(posted, "pain_average", "pain_worst", "stiffness", "note")
        if not suffix or _is_id(suffix)
    }
    for suffix, form in checkins.items():
        _name_episode(form, suffix, see)
    soreness = {
        suffix: SorenessForm(posted, suffix=suffix)
        for suffix in _suffixes(posted, "soreness")
        if not suffix or _is_id(suffix)
    }
    for suffix, sore in soreness.items():
        _name_session(sore, suffix, see)
    return DayForm(
        checkins=checkins,
        soreness=soreness,
        stretches=_stretch_blocks(posted),
        due=tuple(UUID(value) for value in posted.getlist("due") if _is_id(value)),
        all_done=bool(posted.get("all_done")),
    )


def _stretch_blocks(posted: Posted) -> dict[str, StretchForm]:
    blocks = {}
    for suffix in _suffixes(posted, "outcome"):
        form = StretchForm(posted, suffix=suffix)
        if _is_id(suffix) and form.outcome.data in {*Outcome}:
            blocks[suffix] = form
    return blocks


def _name_episode(form: CheckinForm, suffix: str, see: Callable[[], Today]) -> None:
    if form.episode_id.data is not None:
        return
    if suffix:
        form.episode_id.data = UUID(suffix)
        return
    for item in see().episodes[:1]:
        form.episode_id.data, form.clinic_id.data = item.episode_id, item.clinic_id


def _name_session(form: SorenessForm, suffix: str, see: Callable[[], Today]) -> None:
    if form.needling_session_id.data is None:
        if suffix:
            form.needling_session_id.data = UUID(suffix)
            return
        for ask in see().soreness[:1]:
            form.needling_session_id.data = ask.session_id


def from_day(today: Today) -> DayForm:
    """The form as it is first shown, filled from what is stored."""
    form = DayForm()
    for place, item in enumerate(today.episodes):
        suffix = str(item.episode_id) if place else ""
        form.checkins[suffix] = _filled_checkin(item, suffix)
    for place, ask in enumerate(today.soreness):
        suffix = str(ask.session_id) if place else ""
        form.soreness[suffix] = _filled_soreness(ask, suffix)
    for due in today.stretches:
        suffix = str(due.prescription_id)
        form.stretches[suffix] = _filled_stretch(due, suffix)
    return form


def spare_of(today: Today) -> DayForm:
    """The blocks that the page brings along for other days."""
    return DayForm(
        soreness={str(a.session_id): _filled_soreness(a, str(a.session_id))
                  for a in today.spare_soreness},
        stretches={str(due.prescription_id): _filled_stretch(due, str(due.prescription_id))
                   for due in today.spare_stretches},
    )  # fmt: skip


def rekeyed(posted: Posted, today: Today) -> Posted:
    """A sent form with its fields named as the page names them now.

    Which problem or session comes first, and stands without a suffix, may have changed since the
    page was made: what was typed has to stay with the id that it was typed for.
    """
    episodes = [str(item.episode_id) for item in today.episodes]
    sessions = [str(ask.session_id) for ask in today.soreness]
    return MultiDict(
        [
            (_key_now(key, posted, episodes, sessions), value)
            for key, values in posted.lists()
            for value in values
        ]
    )


def _key_now(key: str, posted: Posted, episodes: Sequence[str], sessions: Sequence[str]) -> str:
    name, dash, suffix = key.partition("-")
    if name in _CHECKIN_FIELDS:
        return _named(name, posted.get(f"episode_id{dash}{suffix}", suffix), episodes)
    if name in _SORENESS_FIELDS:
        return _named(name, posted.get(f"needling_session_id{dash}{suffix}", suffix), sessions)
    return key


def _named(name: str, own: str, shown: Sequence[str]) -> str:
    return name if not own or shown[:1] == [own] else f"{name}-{own}"


_CHECKIN_FIELDS = frozenset(
    {"episode_id", "pain_average", "pain_worst", "stiffness", "is_flare", "base_rev", "clinic_id",
     "sleep", "stress", "note", "day_rev", *(name for pair in PLACE_FIELDS for name in pair)}
)  # fmt: skip
_SORENESS_FIELDS = frozenset({"needling_session_id", "soreness", "sorest", "entry_id"})


def complete(form: DayForm, today: Today) -> DayForm:
    """A sent form with the blocks that it did not hold, so that the page can be shown again."""
    blank = from_day(today)
    for suffix, checkin in blank.checkins.items():
        form.checkins.setdefault(suffix, checkin)
    for suffix, sore in blank.soreness.items():
        form.soreness.setdefault(suffix, sore)
    for suffix, stretch in blank.stretches.items():
        form.stretches.setdefault(suffix, stretch)
    return form


def surface(form: DayForm, today: Today) -> None:
    """Say above the page what stands in blocks that the page does not show."""
    shown = from_day(today)
    for sent, kept in (
        (form.checkins, shown.checkins),
        (form.soreness, shown.soreness),
        (form.stretches, shown.stretches),
    ):
        for suffix in sent.keys() - kept.keys():
            for texts in sent[suffix].errors.values():
                form.errors.extend(texts)
            if not sent[suffix].errors and _says_something(sent[suffix]):
                form.errors.append(text_of("gone"))


def _says_something(block: CheckinForm | SorenessForm | StretchForm) -> bool:
    names = ("pain_average", "pain_worst", "stiffness", "sleep", "stress", "note", "soreness")
    chosen = [block[name].data for name in (*names, "outcome") if name in block]
    return any(value not in {None, ""} for value in chosen)


def _filled_checkin(item: EpisodeDay, suffix: str) -> CheckinForm:
    values: dict[str, Any] = {}
    if item.checkin:
        values = {
            "pain_average": item.checkin.pain_average,
            "pain_worst": item.checkin.pain_worst,
            "stiffness": item.checkin.stiffness,
            "is_flare": item.checkin.is_flare,
            "base_rev": item.checkin.rev,
        }
        for (place, pain), one in zip(PLACE_FIELDS, item.checkin.regions or (), strict=False):
            values |= {place: f"{one['region']} {one['side']}", pain: one["pain"]}
    if item.diary:
        values |= {
            "sleep": item.diary.sleep,
            "stress": item.diary.stress,
            "note": item.diary.note,
            "day_rev": item.diary.rev,
        }
    return CheckinForm(
        suffix=suffix,
        data={
            **values,
            "episode_id": item.episode_id,
            "clinic_id": item.clinic_id if item.holds_day else None,
        },
    )


def _filled_soreness(ask: SorenessAsk, suffix: str) -> SorenessForm:
    return SorenessForm(
        suffix=suffix,
        data={
            "needling_session_id": ask.session_id,
            "soreness": ask.current,
            "sorest": ask.sorest,
            "entry_id": ask.entry_id,
        },
    )


def _filled_stretch(due: DueStretch, suffix: str) -> StretchForm:
    return StretchForm(
        suffix=suffix,
        data={"outcome": due.outcome, "reason": due.reason, "stretch_rev": due.rev},
    )


def day_of(posted: Posted) -> date | None:
    """The local day that a form is for, None when it names none; raises ValueError for no day."""
    text = posted.get("local_date", "")
    return date.fromisoformat(text) if text else None


def about_day(posted: Posted) -> Posted:
    """A form whose sender has answered which day it is about; raises ValueError for no day.

    What the page was filled from belonged to the other day, so its revisions don't count.
    """
    about = posted.get("about", "")
    if not about:
        return posted
    date.fromisoformat(about)
    kept = [
        (key, value)
        for key, values in posted.lists()
        for value in values
        if key not in {"about", "was_today", "local_date"}
        and (about == posted.get("local_date") or key.partition("-")[0] not in _OF_THE_OTHER_DAY)
    ]
    return MultiDict([*kept, ("local_date", about)])


_OF_THE_OTHER_DAY = frozenset({"base_rev", "day_rev", "stretch_rev", "entry_id"})

NIGHT_HOURS = 3
"""Until three in the morning a page that was opened as today's is still about that day."""


def is_stale(posted: Posted, moment: Moment) -> bool:
    """Whether a page that was opened as today's is sent on a later day: it has to say which."""
    if not posted.get("was_today") or not moment.is_backfill:
        return False
    _, midnight = day_bounds(moment.local_date, moment.zone)
    return hours_between(midnight, moment.now) > NIGHT_HOURS
