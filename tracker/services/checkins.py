"""Recording a patient's day: check-ins, what belongs to the day, and one whole save of `/today`."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from tracker.domain import catalog
from tracker.domain.checkin import DAY_FIELDS, NOTE_MAX, PAIN_FIELDS
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.needling import Side
from tracker.services import raising, summaries
from tracker.services.daybook import (
    Book,
    CheckinInput,
    DayEntries,
    DayInput,
    Moment,
    Saved,
    check_scale,
    lock,
    open_book,
    own_records,
)
from tracker.services.soreness import record_soreness
from tracker.services.stretching import record_stretch, sum_up_stretches
from tracker.store.schema import Checkin, DiaryDay, Episode
from tracker.store.scope import Scope


def record_day(scope: Scope, moment: Moment, entries: DayEntries) -> Saved:
    """Record one save of a day in one transaction; raises Invalid (nothing kept) or NotFound."""
    lock(scope)
    book = open_book(scope, moment, entries)
    # The day comes first: a check-in carries the revision of its day.
    for day in entries.days:
        record_diary_day(book, day)
    for checkin in entries.checkins:
        if not checkin.is_empty:
            record_checkin(book, checkin)
    for soreness in entries.soreness:
        record_soreness(book, soreness)
    touched = {record_stretch(book, stretch) for stretch in entries.stretches}
    for episode_id in touched:
        sum_up_stretches(book, episode_id)
    if not book.saved.count:
        raise Invalid({"pain_average": ["nothing_chosen"]})
    move_with_day(book)
    scope.flush()
    return book.saved


# Check-ins.


def record_checkin(book: Book, given: CheckinInput) -> Checkin:
    """Record or amend one episode's day."""
    episode = book.episode(given.episode_id)
    book.check_day(episode.opened_on)
    for name in PAIN_FIELDS:
        check_scale(name, given.said.get(name))
    _check_regions(given.said.get("regions"))
    row = book.checkins.get(episode.id)
    is_left_out = row is not None and "pain_average" not in given.said
    if given.said.get("pain_average") is None and not is_left_out:
        # A day that has a rating keeps it: emptying a scale is not possible on paper either.
        raise Invalid({"pain_average": ["pain_needed"]})
    was_flare = row is not None and row.is_flare
    if row is None:
        row = _new_checkin(book, given, episode)
    else:
        book.amend(row, {**given.said, **_day_rev(book, row)}, given.base_rev)
    summary = book.summary(episode.id)
    summaries.note_pain(summary, row.local_date, row.pain_average)
    raising.raise_course(book.scope, row, episode, summary, book.moment.now, was_flare=was_flare)
    book.saved.count += 1
    return row


def _check_regions(regions: list[dict[str, Any]] | None) -> None:
    for place in regions or ():
        if place["region"] not in catalog.regions() or place["side"] not in {*Side}:
            raise Invalid({"regions": ["unknown"]})
        check_scale("regions", place["pain"])


def _new_checkin(book: Book, given: CheckinInput, episode: Episode) -> Checkin:
    moment = book.moment
    day = book.days.get(episode.clinic_id)
    row = Checkin(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        entry_id=given.entry_id or uuid4(),
        episode_id=episode.id,
        local_date=moment.local_date,
        zone=moment.zone,
        **{"is_flare": False, **given.said},
        is_backfilled=moment.is_backfill,
        day_rev=day.rev if day else None,
        rev=1,
        recorded_at=moment.entered_at,
        updated_at=moment.now,
    )
    book.scope.add(row)
    book.checkins[episode.id] = row
    return row


# The day itself.


def record_diary_day(book: Book, given: DayInput) -> None:
    """Record or amend what belongs to the day itself."""
    said = dict(given.said)
    if "note" in said:
        said["note"] = (said["note"] or "").strip()
        if len(said["note"]) > NOTE_MAX:
            raise Invalid({"note": ["note_long"]})
    for name in DAY_FIELDS[:2]:
        check_scale(name, said.get(name))
    if given.is_empty and given.clinic_id not in book.days:
        return
    _check_any_day(book, given.clinic_id)
    row = book.days.get(given.clinic_id)
    if row is not None:
        book.amend(row, said, given.base_rev)
    else:
        _new_diary_day(book, given.clinic_id, said)
    book.saved.count += 1


def move_with_day(book: Book) -> None:
    """Give each check-in the revision of its day: on a phone the two are one entry."""
    for row in book.checkins.values():
        behind = _day_rev(book, row)
        if behind and row.day_rev != behind["day_rev"]:
            book.amend(row, behind, row.rev)


def _day_rev(book: Book, row: Checkin) -> dict[str, int]:
    day = book.days.get(row.clinic_id)
    return {"day_rev": day.rev} if day else {}


def _check_any_day(book: Book, clinic_id: UUID) -> None:
    """A day counts from the opening of the first of this clinic's episodes."""
    opened = [row.opened_on for row in book.episodes.values() if row.clinic_id == clinic_id]
    if not opened:
        raise NotFound("clinic")
    book.check_day(min(opened))


def _new_diary_day(book: Book, clinic_id: UUID, said: dict[str, Any]) -> None:
    patient_id = dict(own_records(book.scope)).get(clinic_id)
    if patient_id is None:
        raise NotFound("clinic")
    row = DiaryDay(
        clinic_id=clinic_id,
        patient_id=patient_id,
        local_date=book.moment.local_date,
        sleep=said.get("sleep"),
        stress=said.get("stress"),
        note=said.get("note", ""),
        rev=1,
        updated_at=book.moment.now,
    )
    book.scope.add(row)
    book.days[clinic_id] = row
