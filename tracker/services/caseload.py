"""The caseload: every patient of the clinic, worst first, each with one reason and what is new."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tracker.domain.access import StaffActor
from tracker.domain.days import hours_between, local_day
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.glance import FILTER_NAME_MAX, FILTERS_MOST, News, Show, look_at
from tracker.domain.safety import Tier
from tracker.domain.triage import NEEDS_LOOK, NUDGES, ORDER, Kind, Reason
from tracker.services import judging
from tracker.services.flags import Waiting
from tracker.services.patients import staff
from tracker.store import caseload as store
from tracker.store.caseload import Wish
from tracker.store.schema import CaseloadLook
from tracker.store.scope import Scope

PAGE = 50
"""Rows of one page."""

SEARCH_MAX = 100


class Filter(NamedTuple):
    """What somebody wants to see; kept under a name, one of them may be what comes by itself."""

    name: str = ""
    everybody: bool = False
    show: Show = Show.ALL
    search: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """What stands beside the rows: flags that wait, the look before this one, filters."""

    is_stale: bool
    """Whether somebody has to be judged before an order can be shown."""
    tiers: Mapping[UUID, Tier]
    raised: Mapping[UUID, datetime]
    waiting: Waiting
    looked_at: datetime | None
    begins_at: datetime
    since: datetime | None
    filters: Sequence[Filter]

    @property
    def is_new_look(self) -> bool:
        """Whether the last look is over, so that another begins."""
        return self.begins_at != self.looked_at


class CaseRow(NamedTuple):
    """One patient's row, of plain values alone: equal rows are drawn once."""

    patient_id: UUID
    episode_id: UUID | None
    """Named where the patient has other problems besides."""
    name: str
    complaint: str
    others: int
    kind: Kind
    hours: int
    """Since the last session, where that is the reason."""
    told: str | None
    """What it shows of the log, as JSON; None where nothing is shared."""
    session_days: int | None
    tier: Tier | None
    news: News | None
    news_days: int
    is_flag_new: bool
    visit_in: int | None
    """Days until the next visit; None where none is planned, or it is later than tomorrow."""

    @property
    def facts(self) -> dict[str, Any]:
        """What is shown of the log; nothing for who does not share."""
        found: dict[str, Any] = json.loads(self.told) if self.told else {}
        return found

    @property
    def reason(self) -> Reason:
        """Why the row stands where it stands."""
        if self.kind is Kind.NEEDLED:
            return Reason(self.kind, {"hours": self.hours})
        return Reason(self.kind, self.facts.get("numbers", {}))

    @property
    def last_pain(self) -> int | None:
        """The newest rating of the last 28 days."""
        found: int | None = self.facts.get("pain")
        return found

    @property
    def stretches(self) -> tuple[float, int]:
        """(done, due) of the last four weeks: the adherence's two sums."""
        found = self.facts
        return found.get("done", 0.0), found.get("due", 0)

    @property
    def is_pressing(self) -> bool:
        """Whether a flag of this patient can't wait."""
        return self.tier is not None and self.tier.is_pressing


@dataclass(frozen=True, slots=True)
class Caseload:
    """The rows of a page in their order, those gone quiet apart, and how many there are of each."""

    first: Sequence[CaseRow]
    """Who presses, then who comes today."""
    rows: Sequence[CaseRow]
    quiet: Sequence[CaseRow]
    counts: Mapping[Show, int]
    total: int
    need_look: int
    silent: int
    page: int
    pages: int
    beside: Glance

    @property
    def shown(self) -> list[CaseRow]:
        """Every row of the page, in order."""
        return [*self.first, *self.rows, *self.quiet]


# Seeing.


def glance(scope: Scope, now: datetime) -> Glance:
    """The flags that wait, when the actor looked last, the filters kept. NotFound for a patient."""
    actor = staff(scope)
    tiers: dict[UUID, Tier] = {}
    raised: dict[UUID, datetime] = {}
    pressing = total = 0
    rows = store.beside(scope, actor.membership_id, now)
    for row in rows:
        if row.patient_id is None:
            continue
        tier = Tier(row.tier)
        total += row.flags
        pressing += row.flags if tier.is_pressing else 0
        tiers[row.patient_id] = min(tier, tiers.get(row.patient_id, tier), key=_TIERS.__getitem__)
        raised[row.patient_id] = max(row.raised_at, raised.get(row.patient_id, row.raised_at))
    looked_at = rows[0].looked_at
    begins_at, since = look_at(looked_at, rows[0].since_at, now)
    waiting = Waiting(pressing, total - pressing)
    kept = [_filter(one) for one in rows[0].filters or ()]
    return Glance(bool(rows[0].is_stale), tiers, raised, waiting, looked_at, begins_at, since, kept)


_TIERS = {tier: place for place, tier in enumerate(Tier)}


def see_caseload(
    scope: Scope,
    now: datetime,
    *,
    everybody: bool = False,
    search: str = "",
    show: Show = Show.ALL,
    page: int | None = None,
    beside: Glance | None = None,
) -> Caseload:
    """The actor's own patients, or everybody's; whole, or one page of them. NotFound for a patient.

    Whoever has to be judged anew is judged first, and that is kept where the scope writes. With the
    worker alive that is nobody, or whom the last seconds changed.
    """
    actor = staff(scope)
    beside = beside or glance(scope, now)
    if beside.is_stale:
        judging.judge_all(scope.open_door(), actor.clinic_id, actor.clinic_zone, now)
    wish = Wish(
        today=local_day(now, actor.clinic_zone),
        now=now,
        physio_id=None if everybody else actor.membership_id,
        search=search.strip(),
        since=beside.since,
        pressing=[own for own, tier in beside.tiers.items() if tier.is_pressing],
        flagged=[own for own, at in beside.raised.items() if beside.since and at > beside.since],
    )
    tally = _Tally(store.counts(scope, wish))
    counts = tally.by_filter()
    pages = max(1, -(-counts[show] // PAGE)) if page else 1
    page = page and min(page, pages)
    found = _find_rows(scope, wish, show, tally.first_of(show), page)
    first, rest, quiet = _parted([_row(raw, wish, actor, beside) for raw in found], show)
    return Caseload(
        first=first,
        rows=rest,
        quiet=quiet,
        counts=counts,
        total=counts[Show.ALL],
        need_look=tally.many(NEEDS_LOOK),
        silent=tally.many(NUDGES),
        page=page or 1,
        pages=pages,
        beside=beside,
    )


class _Tally:
    """The counts of each place, summed up for filters and headings."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = {_KINDS[row.place]: row for row in rows}

    def _sum(self, column: str, kinds: Collection[Kind] = ORDER) -> int:
        return sum(getattr(row, column) for kind, row in self._rows.items() if kind in kinds)

    def many(self, kinds: Collection[Kind]) -> int:
        """Patients of these kinds."""
        return self._sum("many", kinds)

    def by_filter(self) -> dict[Show, int]:
        """How many rows each filter lets through, as `Wish.shown` says in SQL."""
        calm = ORDER.keys() - NEEDS_LOOK
        return {
            Show.ALL: self._sum("many"),
            Show.LOOK: self.many(NEEDS_LOOK) + self._sum("pressing", calm),
            Show.DUE: self._sum("due"),
            Show.CHANGED: self._sum("changed"),
            Show.STRETCHES: self.many({Kind.FEW_STRETCHES}),
            Show.QUIET: self.many({Kind.QUIET}) - self._sum("first", {Kind.QUIET}),
        }

    def first_of(self, show: Show) -> int:
        """How many of a filter's rows press or come today."""
        match show:
            case Show.LOOK:
                calm = ORDER.keys() - NEEDS_LOOK
                return self._sum("first", NEEDS_LOOK) + self._sum("pressing", calm)
            case Show.DUE:
                return self._sum("due")
            case Show.CHANGED:
                return self._sum("changed_first")
            case Show.STRETCHES:
                return self._sum("first", {Kind.FEW_STRETCHES})
            case Show.QUIET:
                return 0
            case _:
                return self._sum("first")


def _find_rows(scope: Scope, wish: Wish, show: Show, first: int, page: int | None) -> Sequence[Any]:
    """The rows of a page, or all: of those who press or come today there are `first`."""
    offset, most = ((page - 1) * PAGE, PAGE) if page else (0, None)
    found: list[Any] = []
    if offset < first:
        found += store.rows(scope, wish, show, is_first=True, offset=offset, most=most)
    if most is None or len(found) < most:
        found += store.rows(
            scope,
            wish,
            show,
            is_first=False,
            offset=max(0, offset - first),
            most=None if most is None else most - len(found),
        )
    return found


def _parted(
    rows: Sequence[CaseRow], show: Show
) -> tuple[list[CaseRow], list[CaseRow], list[CaseRow]]:
    """(who presses or comes today, the others worst first, those gone quiet)."""
    parts: tuple[list[CaseRow], list[CaseRow], list[CaseRow]] = ([], [], [])
    for row in rows:
        is_first = row.is_pressing or row.visit_in == 0
        is_quiet = row.kind is Kind.QUIET and show is not Show.QUIET
        parts[0 if is_first else 2 if is_quiet else 1].append(row)
    return parts


_KINDS = tuple(ORDER)
_CLOSED = (Kind.NOT_JOINED, Kind.NOT_SHARING)


def _row(raw: Any, wish: Wish, actor: StaffActor, beside: Glance) -> CaseRow:
    (
        patient_id, name, place, visit_on, news, news_days, news_at, others, speaks_id, complaint,
        last_session_at, told,
    ) = raw  # fmt: skip
    kind = _KINDS[place]
    if told is None and kind not in _CLOSED:
        # Withdrawn since it was judged: of the log nothing is told, not even by the place's name.
        kind, news = Kind.NOT_SHARING, None
    since = beside.since
    visit_in = (visit_on - wish.today).days if visit_on else None
    days = None
    if last_session_at is not None:
        days = max(0, (wish.today - local_day(last_session_at, actor.clinic_zone)).days)
    is_new = since is not None and news is not None and news_at > since
    return CaseRow(
        patient_id,
        speaks_id if others else None,
        name,
        complaint,
        others,
        kind,
        int(hours_between(last_session_at, wish.now)) if kind is Kind.NEEDLED else 0,
        told,
        days,
        beside.tiers.get(patient_id),
        News(news) if is_new else None,
        news_days if is_new else 0,
        patient_id in wish.flagged,
        visit_in if visit_in in {0, 1} else None,
    )


# The look that goes on.


def mark_look(scope: Scope, seen: Glance) -> None:
    """Note that a look has begun: what changes from now on is news for the next one."""
    store.mark_look(scope, staff(scope).membership_id, seen.begins_at, seen.since)


def _new_look(actor: StaffActor, at: datetime) -> CaseloadLook:
    return CaseloadLook(
        clinic_id=actor.clinic_id,
        membership_id=actor.membership_id,
        looked_at=at,
        since_at=None,
        filters=[],
    )


# Filters kept under a name.


def _filter(kept: Sequence[Any]) -> Filter:
    name, everybody, show, search, is_default = kept
    return Filter(name, everybody, Show(show), search, is_default)


def keep_filter(scope: Scope, given: Filter, now: datetime) -> None:
    """Keep what is shown under a name; a name that is there already means the new one.

    Raises Invalid for a name that is none, or too many of them.
    """
    name = " ".join(given.name.replace("\0", "").split())
    if not name:
        raise Invalid({"name": ["filter_name"]})
    if len(name) > FILTER_NAME_MAX:
        raise Invalid({"name": ["filter_long"]})
    row = _look(scope, now)
    others = [kept for kept in map(_filter, row.filters) if kept.name.lower() != name.lower()]
    if len(others) >= FILTERS_MOST:
        raise Invalid({"name": ["filter_many"]})
    if given.is_default:
        others = [kept._replace(is_default=False) for kept in others]
    _store(scope, row, [*others, given._replace(name=name, search=given.search[:SEARCH_MAX])])


def remove_filter(scope: Scope, name: str) -> None:
    """Forget a filter; raises NotFound where there is none of that name."""
    row, kept = _kept(scope, name)
    _store(scope, row, [one for one in kept if one.name != name])


def choose_default(scope: Scope, name: str, *, is_default: bool) -> None:
    """Have a filter come by itself, or no longer; of all of somebody's at most one does."""
    row, kept = _kept(scope, name)
    _store(scope, row, [one._replace(is_default=is_default and one.name == name) for one in kept])


def _kept(scope: Scope, name: str) -> tuple[CaseloadLook, list[Filter]]:
    row = store.lock_look(scope, staff(scope).membership_id)
    kept = [_filter(one) for one in row.filters] if row else []
    if row is None or name not in {one.name for one in kept}:
        raise NotFound("filter")
    return row, kept


def _look(scope: Scope, now: datetime) -> CaseloadLook:
    actor = staff(scope)
    row = store.lock_look(scope, actor.membership_id)
    if row is None:
        row = _new_look(actor, now)
        scope.add(row)
    return row


def _store(scope: Scope, row: CaseloadLook, kept: Sequence[Filter]) -> None:
    row.filters = [list(one) for one in kept]
    scope.flush()
