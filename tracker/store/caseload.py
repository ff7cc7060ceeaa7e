"""Queries over the caseload: the database sorts and counts by the judgements on patients' rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    case,
    false,
    func,
    or_,
    select,
    true,
)

from tracker.domain.glance import Show
from tracker.domain.triage import NEEDS_LOOK, NUDGES, ORDER, Kind
from tracker.store.judged import is_stale
from tracker.store.outreach import insert_into
from tracker.store.schema import (
    CaseloadFace,
    CaseloadLook,
    Consent,
    Episode,
    Flag,
    Membership,
    Patient,
)
from tracker.store.scope import Scope

Rows = Sequence[Row[Any]]

_LOOK = tuple(sorted(ORDER[kind] for kind in NEEDS_LOOK))
_NUDGES = tuple(sorted(ORDER[kind] for kind in NUDGES))
_QUIET = ORDER[Kind.QUIET]
_STRETCHES = ORDER[Kind.FEW_STRETCHES]


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose rows are asked for, on which day and against which look."""

    today: date
    now: datetime
    physio_id: UUID | None = None
    search: str = ""
    since: datetime | None = None
    pressing: Collection[UUID] = ()
    """Who waits for an answer to a flag that presses."""
    flagged: Collection[UUID] = ()
    """Of whom a flag was raised since the last look."""

    @property
    def chosen(self) -> list[ColumnElement[bool]]:
        """SQL: whose patients, by which name."""
        found: list[ColumnElement[bool]] = []
        if self.physio_id is not None:
            found.append(Patient.physio_id == self.physio_id)
        for word in self.search.split():
            pattern = word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            found.append(func.lower(Patient.name).like(f"%{pattern}%", escape="\\"))
        return found

    @property
    def is_first(self) -> ColumnElement[bool]:
        """SQL: whoever presses or comes today is never counted among the quiet."""
        due = Patient.visit_on == self.today
        return or_(due, Patient.id.in_(self.pressing)) if self.pressing else due

    def shown(self, show: Show) -> ColumnElement[bool]:
        """SQL: which of them a filter lets through."""
        match show:
            case Show.LOOK:
                look = Patient.place.in_(_LOOK)
                return or_(look, Patient.id.in_(self.pressing)) if self.pressing else look
            case Show.DUE:
                return Patient.visit_on == self.today
            case Show.CHANGED:
                return self._changed
            case Show.STRETCHES:
                return Patient.place == _STRETCHES
            case Show.QUIET:
                return and_(Patient.place == _QUIET, ~self._is_first)
            case _:
                return true()

    @property
    def _is_first(self) -> ColumnElement[bool]:
        # A visit that is not planned is no visit today: NULL would say neither yes nor no.
        return func.coalesce(self.is_first, false())

    @property
    def _changed(self) -> ColumnElement[bool]:
        if self.since is None:
            return false()
        news = Patient.news_at > self.since
        return or_(news, Patient.id.in_(self.flagged)) if self.flagged else news


def counts(scope: Scope, wish: Wish) -> Row[Any]:
    """How many rows each filter lets through, and how many have to be judged first."""

    def many(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    open_ones = Patient.place.is_not(None)
    (row,) = scope.rows(
        select(
            many(is_stale(wish.now)).label("stale"),
            many(open_ones).label("total"),
            many(Patient.place.in_(_LOOK)).label("need_look"),
            many(Patient.place.in_(_NUDGES)).label("silent"),
            *(
                many(and_(open_ones, wish.shown(show))).label(show.value)
                for show in Show
                if show is not Show.ALL
            ),
        ).where(*wish.chosen),
        Patient,
    )
    found: Row[Any] = row
    return found


_ROW = (
    Patient.id,
    Patient.name,
    Patient.place,
    Patient.visit_on,
    Patient.news,
    Patient.news_days,
    Patient.news_at,
    Patient.others,
    Patient.speaks_id,
    Episode.complaint,
    Episode.last_session_at,
    CaseloadFace.told,
)


def rows(scope: Scope, wish: Wish, show: Show, *, offset: int = 0, most: int | None = None) -> Rows:
    """The rows in the caseload's order: who presses, who comes today, then worst first.

    What a row tells of the log is joined only where a consent stands.
    """
    order = (
        case((Patient.id.in_(wish.pressing), 0), (Patient.visit_on == wish.today, 1), else_=2)
        if wish.pressing
        else case((Patient.visit_on == wish.today, 1), else_=2),
        Patient.place,
        Patient.weight.desc(),
        Patient.name,
        Patient.id,
    )
    chosen = (Patient.place.is_not(None), *wish.chosen, wish.shown(show))
    statement = (
        select(*_ROW)
        .join(
            Episode,
            and_(
                Episode.clinic_id == Patient.clinic_id,
                Episode.patient_id == Patient.id,
                Episode.id == Patient.speaks_id,
            ),
        )
        .outerjoin(
            CaseloadFace,
            and_(
                CaseloadFace.clinic_id == Patient.clinic_id,
                CaseloadFace.patient_id == Patient.id,
                scope.visible(CaseloadFace),
            ),
        )
        .order_by(*order)
    )
    if most is None:
        statement = statement.where(*chosen)
    else:
        # Sorted before it is joined: of thousands only the page's own are looked up.
        page = (
            select(Patient.id)
            .where(scope.visible(Patient), *chosen)
            .order_by(*order)
            .limit(most)
            .offset(offset)
        )
        statement = statement.where(Patient.id.in_(page))
    return scope.rows(statement, Patient, Episode, narrowed=(CaseloadFace, Consent))


def beside(scope: Scope, membership_id: UUID) -> Rows:
    """What stands beside the rows, one row a patient and tier of flags that wait, at least one.

    (looked_at, since_at, filters) of one of the staff's looks, None before the first, and
    (patient_id, tier, count, raised_at of the newest), None where no flag waits.
    """
    waiting = (
        select(
            Flag.clinic_id,
            Flag.patient_id,
            Flag.tier,
            func.count().label("count"),
            func.max(Flag.raised_at).label("raised_at"),
        )
        .where(Flag.acknowledged_at.is_(None), scope.visible(Flag))
        .group_by(Flag.clinic_id, Flag.patient_id, Flag.tier)
        .subquery()
    )
    return scope.rows(
        select(
            CaseloadLook.looked_at,
            CaseloadLook.since_at,
            CaseloadLook.filters,
            waiting.c.patient_id,
            waiting.c.tier,
            waiting.c.count,
            waiting.c.raised_at,
        )
        .select_from(Membership)
        .outerjoin(
            CaseloadLook,
            and_(
                CaseloadLook.clinic_id == Membership.clinic_id,
                CaseloadLook.membership_id == Membership.id,
            ),
        )
        .outerjoin(waiting, waiting.c.clinic_id == Membership.clinic_id)
        .where(Membership.id == membership_id),
        Membership,
        narrowed=(CaseloadLook, Flag, Consent),
    )


def mark_look(
    scope: Scope, membership_id: UUID, looked_at: datetime, since_at: datetime | None
) -> None:
    """Note when a look began, unless a later one is noted already."""
    door = scope.open_door()
    statement = insert_into(door, CaseloadLook).values(
        clinic_id=select(Membership.clinic_id)
        .where(Membership.id == membership_id, scope.visible(Membership))
        .scalar_subquery(),
        membership_id=membership_id,
        looked_at=looked_at,
        since_at=since_at,
        filters=[],
    )
    new = statement.excluded
    door.run(
        statement.on_conflict_do_update(
            index_elements=["clinic_id", "membership_id"],
            set_={"looked_at": new.looked_at, "since_at": new.since_at},
            where=CaseloadLook.looked_at < new.looked_at,
        )
    )


def lock_look(scope: Scope, membership_id: UUID) -> CaseloadLook | None:
    """One of the staff's look, held for changing it: of two tabs the second sees what the first kept."""
    found = scope.rows(
        select(CaseloadLook)
        .where(CaseloadLook.membership_id == membership_id)
        .with_for_update()
        .execution_options(populate_existing=True),
        CaseloadLook,
    )
    return found[0][0] if found else None
