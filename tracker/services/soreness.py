"""Soreness where the needles went: a rating is a moment, with the session it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import uuid4

from tracker.domain import catalog
from tracker.domain.days import day_bounds, to_utc
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.needling import SORENESS_LATEST_HOURS, Side
from tracker.services import raising, summaries
from tracker.services.daybook import Book, Moment, SorenessInput, check_scale
from tracker.store.schema import NeedlingSession, SorenessEntry

MOMENT = timedelta(hours=2)
"""A soreness rating is a moment: mended within two hours, after that a new rating."""

EVENING = time(20)
"""When a soreness that is added later for a past day is taken to have been felt."""


def record_soreness(book: Book, given: SorenessInput) -> SorenessEntry:
    """Record a rating from the page, or mend the one just made."""
    session, own = _find(book, given)
    row = rating_to_mend(book.moment, own)
    sent = next((old for old in own if old.entry_id == given.entry_id), None)
    if row is not None:
        book.amend(row, {"soreness": given.soreness, **given.more}, row.rev)
    elif sent is not None and _says_the_same(sent, given):
        row = sent  # a page left open says again what it said hours ago: that is no new rating
    else:
        row = _new_soreness(book, given, session)
    return _noted(book, session, row)


def _says_the_same(row: SorenessEntry, given: SorenessInput) -> bool:
    said = {"soreness": given.soreness, **given.more}
    return all(getattr(row, name) == value for name, value in said.items())


def record_rating(book: Book, given: SorenessInput) -> SorenessEntry:
    """Record or amend the rating that a phone knows by its id."""
    session, _own = _find(book, given)
    row = next((old for old in book.soreness if old.entry_id == given.entry_id), None)
    if row is None:
        row = _new_soreness(book, given, session)
    elif row.needling_session_id != session.id:
        raise Invalid({"entry_id": ["entry_elsewhere"]})
    else:
        book.amend(row, {"soreness": given.soreness, **given.more}, given.base_rev)
    return _noted(book, session, row)


def _find(book: Book, given: SorenessInput) -> tuple[NeedlingSession, list[SorenessEntry]]:
    check_scale("soreness", given.soreness)
    known = catalog.answers().side_effects
    if not set(given.more.get("side_effects") or ()) <= set(known):
        raise Invalid({"side_effects": ["unknown"]})
    if (given.more.get("muscle") or "") not in {"", *catalog.muscles()}:
        raise Invalid({"muscle": ["unknown"]})
    if (given.more.get("side") or Side.LEFT) not in {*Side}:
        raise Invalid({"side": ["unknown"]})
    session = book.sessions.get(given.needling_session_id)
    if session is None:
        raise NotFound("needling session")
    book.check_day(book.episode(session.episode_id).opened_on)
    return session, [row for row in book.soreness if row.needling_session_id == session.id]


def _noted(book: Book, session: NeedlingSession, row: SorenessEntry) -> SorenessEntry:
    summary = book.summary(session.episode_id)
    summaries.note_soreness(summary, row.soreness, row.felt_at, row.local_date)
    own = [one for one in book.soreness if one.needling_session_id == session.id]
    raising.raise_soreness(book.scope, session, own, row, book.moment.now)
    book.saved.count += 1
    return row


def _new_soreness(book: Book, given: SorenessInput, session: NeedlingSession) -> SorenessEntry:
    moment = book.moment
    row = SorenessEntry(
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        # The id of a rating that stands already, on a page left open, is not used twice.
        entry_id=uuid4() if book.has_entry(given.entry_id) else given.entry_id,
        needling_session_id=session.id,
        felt_at=_alone(book, felt_when(moment, session.needled_at)),
        local_date=moment.local_date,
        zone=moment.zone,
        soreness=given.soreness,
        muscle=given.more.get("muscle"),
        side=given.more.get("side"),
        side_effects=list(given.more.get("side_effects") or ()),
        is_backfilled=moment.is_backfill,
        rev=1,
        updated_at=moment.now,
    )
    book.scope.add(row)
    book.soreness.append(row)
    return row


def _alone(book: Book, felt_at: datetime) -> datetime:
    """A moment that no other rating of this patient has: the newest is one, whoever looks.

    Evenings of past days, and what a wrong clock said, would fall together otherwise.
    """
    within = SorenessEntry.felt_at.between(felt_at, felt_at + timedelta(seconds=1))
    taken = {row.felt_at for row in (*book.soreness, *book.scope.entities(SorenessEntry, within))}
    while felt_at in taken:
        felt_at += timedelta(microseconds=1)
    return felt_at


def rating_to_mend(moment: Moment, ratings: Sequence[SorenessEntry]) -> SorenessEntry | None:
    """The rating that another one mends: the day's on a past day, else one just made (MOMENT)."""
    for rating in reversed(ratings):
        if moment.is_backfill and rating.local_date == moment.local_date:
            return rating
        if not moment.is_backfill and moment.now - rating.felt_at < MOMENT:
            return rating
    return None


def felt_when(moment: Moment, needled_at: datetime) -> datetime:
    """When a soreness was felt: as it was entered, or on the evening of the past day it is for.

    Never before the needles went in; raises Invalid outside the days it is asked about.
    """
    _, day_end = day_bounds(moment.local_date, moment.zone)
    soonest = needled_at + timedelta(minutes=1)
    if not moment.is_backfill:
        felt_at = moment.entered_at
        if moment.said_at is not None and felt_at < needled_at < day_end:
            felt_at = min(soonest, moment.now)  # the phone's clock is behind: its day still counts
    else:
        if day_end <= needled_at:
            raise Invalid({"soreness": ["before_needling"]})
        evening = to_utc(datetime.combine(moment.local_date, EVENING), moment.zone)
        felt_at = max(evening, min(soonest, day_end))
    latest = needled_at + timedelta(hours=SORENESS_LATEST_HOURS + 24)
    if felt_at < needled_at:
        raise Invalid({"soreness": ["before_needling"]})
    if felt_at > latest:
        raise Invalid({"soreness": ["soreness_over"]})
    return felt_at
