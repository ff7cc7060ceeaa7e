"""The adverse-event register: each kind once a treatment, rates, and a file without names."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NOW, TODAY
from tests.support.pages import text_of
from tracker.domain.register import Event
from tracker.services import register
from tracker.services.daybook import DayEntries, Moment, SorenessInput, open_book
from tracker.services.soreness import record_rating
from tracker.store.schema import NeedledMuscle


def feels(maker, who, *effects, now=NOW):
    """Log a soreness with side effects, as a phone does."""
    moment = Moment(now.date(), who.clinic.zone, now)
    said = SorenessInput(who.needling_id, 1, uuid4(), more={"side_effects": list(effects)})
    with maker.database.scope(maker.patient(who, now), writes=True) as scope:
        record_rating(open_book(scope, moment, DayEntries(soreness=[said])), said)
        scope.flush()


@pytest.fixture
def seen(cast, maker, database):
    def look(span="all", who=cast.lea):
        with database.scope(maker.staff(who)) as scope:
            found = register.see_register(scope, span, NOW)
        return found, {line.event: line for line in found.lines}

    return look


def test_each_kind_counts_once_a_treatment(cast, maker, seen):
    feels(maker, cast.alice, "bruise", "drowsy")
    feels(maker, cast.alice, "bruise", now=NOW + timedelta(hours=3))
    maker.reports(cast.alice, "small_bruise", now=NOW + timedelta(hours=4))
    maker.reports(cast.emil, "wide_bruise")
    maker.reports(cast.dora, "small_bruise")
    found, lines = seen()
    assert found.treatments == 2
    assert (lines[Event.BRUISE].count, lines[Event.DROWSY].count) == (2, 1)
    assert lines[Event.BRUISE].rate.per_thousand == 1000
    assert lines[Event.DROWSY].rate.per_thousand == 500
    assert lines[Event.BLEEDING].count == 0
    assert lines[Event.BRUISE].published.brady == 75.5


def test_what_the_physio_saw_counts_once_with_what_was_logged(cast, maker, database, seen):
    with database.door(writes=True) as door:
        for row in door.session.query(NeedledMuscle).filter_by(
            needling_session_id=cast.alice.needling_id
        ):
            row.bleeding = row.bruising = True
    feels(maker, cast.alice, "bruise")
    found, lines = seen()
    assert (lines[Event.BLEEDING].count, lines[Event.BRUISE].count) == (1, 1)
    assert {one.source for one in found.entries} == {"session"}


def test_a_report_without_a_treatment_stands_apart(cast, maker, seen):
    maker.reports(cast.bob, "collapse", "fever")
    maker.reports(cast.alice, "tired", now=NOW + timedelta(days=6))
    _found, lines = seen()
    assert (lines[Event.RED].count, lines[Event.RED].apart) == (0, 1)
    assert (lines[Event.URGENT].apart, lines[Event.DROWSY].apart) == (1, 1)


def test_the_span_is_that_of_the_treatments(cast, maker, seen):
    maker.needled(cast.pia, cast.bob, NOW - timedelta(days=15))
    maker.reports(cast.bob, "drop_of_blood", now=NOW - timedelta(days=14))
    assert seen("3m")[0].treatments == seen("12m")[0].treatments == 3
    assert seen("3m")[1][Event.BLEEDING].count == 1


def test_who_does_not_share_is_in_no_count(cast, maker, visit, seen):
    feels(maker, cast.alice, "bruise")
    visit(cast.alice).post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "off"})
    found, lines = seen()
    assert (found.treatments, found.not_sharing) == (1, 1)
    assert lines[Event.BRUISE].count == 0


def test_the_page_shows_rates_beside_the_published_ones(cast, maker, visit):
    feels(maker, cast.alice, "bruise")
    lead = visit(cast.lea)
    page = text_of(lead.get("/clinic/register").text)
    assert "2 treatments · 12 months" in page
    assert "bruise 1 500 94.5 to 905 75.5 77" in page
    assert "Alice" not in page
    assert lead.get("/clinic/register?span=nonsense").status_code == 200
    assert visit(cast.pia).get("/clinic/register").status_code == 404


def test_an_empty_register_says_so(maker, visit):
    house = maker.clinic("Empty", "Europe/London")
    lead = maker.colleague(house, "Edda Moor", "lead")
    assert "Nothing to count yet" in visit(lead).get("/clinic/register").text


def test_the_file_has_a_row_an_event_and_no_names(cast, maker, visit):
    feels(maker, cast.alice, "bruise")
    maker.reports(cast.bob, "collapse")
    answer = visit(cast.lea).get("/clinic/register.csv?span=all")
    assert answer.headers["Content-Disposition"].endswith('"aftercare-register-all.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    told = {(row["event"], row["source"], row["record"]) for row in rows}
    assert told == {
        ("bruise", "soreness", str(cast.alice.patient_id)),
        ("red", "report", str(cast.bob.patient_id)),
    }
    assert {row["hours_after"] for row in rows} == {"26.0", ""}
    assert not [name for name in ("Alice", "Bob", "Archer") if name in answer.text]
    assert str(TODAY) in answer.text
