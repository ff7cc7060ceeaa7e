"""Queries over the caseload: the database sorts and counts by the judgements on patients' rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
)

from tracker.domain.glance import Show
from tracker.domain.triage import NEEDS_LOOK, ORDER, Kind
from tracker.store.base import UtcDateTime
from tracker.store.flags import waits
from tracker.store.judged import any_stale
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
    pressing: Sequence[UUID] = ()
    """Who waits for an answer to a flag that presses."""
    flagged: Sequence[UUID] = ()
    """Of whom a flag was raised since the last look."""

    @property
    def words(self) -> list[str]:
        """What is searched for: each word somewhere in the name."""
        return self.search.lower().split()

    @property
    def shape(self) -> tuple[Any, ...]:
        """What the statement's text depends on, besides its numbers."""
        return (
            self.physio_id is None,
            len(self.words),
            self.since is None,
            bool(self.pressing),
            bool(self.flagged),
        )

    @property
    def given(self) -> dict[str, Any]:
        """What stands for the names in it."""
        found: dict[str, Any] = {"today": self.today}
        if self.physio_id is not None:
            found["physio"] = self.physio_id
        if self.since is not None:
            found["since"] = self.since
        if self.pressing:
            found["pressing"] = self.pressing
        if self.flagged:
            found["flagged"] = self.flagged
        for place, word in enumerate(self.words):
            bare = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            found[f"word_{place}"] = f"%{bare}%"
        return found

    # As conditions.

    @property
    def chosen(self) -> list[ColumnElement[bool]]:
        """SQL: whose patients, by which name."""
        found: list[ColumnElement[bool]] = []
        if self.physio_id is not None:
            found.append(Patient.physio_id == bindparam("physio"))
        for place, _word in enumerate(self.words):
            name = func.lower(Patient.name)
            found.append(name.like(bindparam(f"word_{place}", type_=String), escape="\\"))
        return found

    @property
    def is_due(self) -> ColumnElement[bool]:
        """SQL: who comes today. A visit that is not planned is none: NULL would say neither."""
        return func.coalesce(Patient.visit_on == bindparam("today", type_=Date), false())

    @property
    def is_pressing(self) -> ColumnElement[bool]:
        """SQL: who can't wait."""
        if not self.pressing:
            return false()
        return Patient.id.in_(bindparam("pressing", expanding=True))

    def shown(self, show: Show) -> ColumnElement[bool]:
        """SQL: which of them a filter lets through. Who presses or comes today is not quiet."""
        match show:
            case Show.LOOK:
                return or_(Patient.place.in_(_LOOK), self.is_pressing)
            case Show.DUE:
                return self.is_due
            case Show.CHANGED:
                return self._changed
            case Show.STRETCHES:
                return Patient.place == _STRETCHES
            case Show.QUIET:
                return and_(Patient.place == _QUIET, ~self.is_due, ~self.is_pressing)
            case _:
                return true()

    @property
    def _changed(self) -> ColumnElement[bool]:
        if self.since is None:
            return false()
        news = Patient.news_at > bindparam("since", type_=UtcDateTime)
        if not self.flagged:
            return news
        return or_(news, Patient.id.in_(bindparam("flagged", expanding=True)))

    @property
    def is_first(self) -> ColumnElement[bool]:
        """SQL: who stands above all others: who presses, and who comes today."""
        return or_(self.is_pressing, self.is_due) if self.pressing else self.is_due

    @property
    def first_order(self) -> tuple[Any, ...]:
        """SQL: of those above all others, who presses, then who comes today; worst first."""
        return (case((self.is_pressing, 0), else_=1), *_WORST_FIRST)


_WORST_FIRST = (Patient.place, Patient.weight.desc(), Patient.name, Patient.id)


def counts(scope: Scope, wish: Wish) -> Rows:
    """How many patients there are of each place: one row a place that has some.

    (place, many, due, pressing, first, changed, changed_first): first are those who press or come
    today, changed_first those of them with news.
    """

    def many(condition: ColumnElement[bool]) -> Any:
        return func.count(case((condition, 1)))

    def make() -> Select[*tuple[Any, ...]]:
        changed = wish.shown(Show.CHANGED)
        return (
            select(
                Patient.place,
                func.count().label("many"),
                many(wish.is_due).label("due"),
                many(wish.is_pressing).label("pressing"),
                many(wish.is_first).label("first"),
                many(changed).label("changed"),
                many(and_(changed, wish.is_first)).label("changed_first"),
            )
            .where(Patient.place.is_not(None), *wish.chosen)
            .group_by(Patient.place)
        )

    return scope.prepared(("counts", wish.shape), make, Patient, given=wish.given)


_ROW = (
    Patient.id,
    Patient.name,
    Patient.place,
    Patient.visit_on,
    Patient.news,
    Patient.news_days,
    Patient.news_at,
    Patient.others,
    # Asked for where the patient has other problems too; the most have none.
    case((Patient.others > 0, Patient.speaks_id)).label("speaks_id"),
    Episode.complaint,
    Episode.last_session_at,
    CaseloadFace.told,
)


def rows(
    scope: Scope,
    wish: Wish,
    show: Show,
    *,
    is_first: bool,
    offset: int = 0,
    most: int | None = None,
) -> Rows:
    """Rows worst first: of those who press or come today, or of all others.

    The two are asked for apart, since the others then come in the order of an index and nobody has
    to sort thousands for a page. What a row tells of the log is joined only where a consent stands.
    """
    order = wish.first_order if is_first else _WORST_FIRST

    def make() -> Select[*tuple[Any, ...]]:
        part = wish.is_first if is_first else ~wish.is_first
        chosen = (Patient.place.is_not(None), *wish.chosen, wish.shown(show), part)
        statement = _dressed(scope).order_by(*order)
        if most is None:
            return statement.where(*chosen)
        page = (
            select(Patient.id)
            .where(scope.visible(Patient), *chosen)
            .order_by(*order)
            .limit(bindparam("most", type_=Integer))
            .offset(bindparam("offset", type_=Integer))
        )
        return statement.where(Patient.id.in_(page))

    given = wish.given if most is None else {**wish.given, "most": most, "offset": offset}
    return scope.prepared(
        ("rows", wish.shape, show, is_first, most is None),
        make,
        Patient,
        Episode,
        narrowed=(CaseloadFace, Consent),
        given=given,
    )


def _dressed(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
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
    )


def beside(scope: Scope, membership_id: UUID, now: datetime) -> Rows:
    """What stands beside the rows, one row a patient and tier of flags that wait, at least one.

    (is_stale) whether somebody of the clinic has to be judged first, (looked_at, since_at, filters)
    of one of the staff's looks, None before the first, and (patient_id, tier, flags, raised_at of
    the newest), None where no flag waits.
    """

    def make() -> Select[*tuple[Any, ...]]:
        waiting = (
            select(
                Flag.clinic_id,
                Flag.patient_id,
                Flag.tier,
                func.count().label("flags"),
                func.max(Flag.raised_at).label("raised_at"),
            )
            .where(waits(bindparam("now", type_=UtcDateTime)), scope.visible(Flag))
            .group_by(Flag.clinic_id, Flag.patient_id, Flag.tier)
            .subquery()
        )
        return (
            select(
                any_stale(bindparam("now", type_=UtcDateTime), scope.visible(Patient)).label(
                    "is_stale"
                ),
                CaseloadLook.looked_at,
                CaseloadLook.since_at,
                CaseloadLook.filters,
                waiting.c.patient_id,
                waiting.c.tier,
                waiting.c.flags,
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
            .where(Membership.id == bindparam("member"))
        )

    return scope.prepared(
        "beside",
        make,
        Membership,
        narrowed=(CaseloadLook, Flag, Consent, Patient),
        given={"member": membership_id, "now": now},
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
    """A look held for changing it: of two tabs the second sees what the first has kept."""
    found = scope.rows(
        select(CaseloadLook)
        .where(CaseloadLook.membership_id == membership_id)
        .with_for_update()
        .execution_options(populate_existing=True),
        CaseloadLook,
    )
    return found[0][0] if found else None
