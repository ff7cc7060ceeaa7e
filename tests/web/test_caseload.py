"""The caseload: worst first, one reason a row, the same few queries whatever its size."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, text, update

from tests.support.cast import NOW, OPENED_ON, TODAY
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tests.support.sql import recorded
from tracker.domain.access import Role
from tracker.domain.errors import NotFound
from tracker.domain.strip import build
from tracker.domain.triage import Kind
from tracker.services import caseload, patients, programme
from tracker.store.schema import (
    CaseloadLook,
    Consent,
    Episode,
    EpisodeSummary,
    Membership,
    Patient,
    Person,
)

MOST_QUERIES = 6
MOST_QUERIES_JUDGING = 13


def many(database, cast, count):
    """Patients of Pia's, all joined and sharing, as bulk rows through a door."""
    rows: dict[Any, list[dict[str, Any]]] = {
        kind: [] for kind in (Person, Membership, Patient, Consent, Episode, EpisodeSummary)
    }
    pain = build({TODAY - timedelta(days=ago): 3 for ago in range(20)})
    for number in range(count):
        person_id, patient_id, episode_id = uuid4(), uuid4(), uuid4()
        key = {"clinic_id": cast.harbour.id, "patient_id": patient_id}
        made = {"created_at": NOW}
        rows[Person].append({"id": person_id, "name": "x", "language": "en", "zone": "UTC", **made})
        rows[Membership].append(
            {"clinic_id": cast.harbour.id, "id": uuid4(), "person_id": person_id,
             "role": Role.PATIENT, **made}
        )  # fmt: skip
        rows[Patient].append(
            {"clinic_id": cast.harbour.id, "id": patient_id, "person_id": person_id,
             "physio_id": cast.pia.membership_id, "name": f"Patient {number:03}",
             "year_of_birth": 1980, **made}
        )  # fmt: skip
        rows[Consent].append(
            {**key, "id": uuid4(), "version": "x", "given_by": "x", "given_at": NOW}
        )
        rows[Episode].append(
            {**key, "id": episode_id, "complaint": "Neck", "regions": [], "opened_on": OPENED_ON,
             "opened_by": cast.pia.membership_id, "session_hours": "", "lines": [], **made}
        )  # fmt: skip
        rows[EpisodeSummary].append(
            {**key, "episode_id": episode_id, "last_logged_on": TODAY, "pain_end": pain.end,
             "pain": pain.text, "done_halves": ""}
        )  # fmt: skip
    with database.door(writes=True) as door:
        for model, values in rows.items():
            door.session.execute(insert(model), values)
        # What a server does by itself soon after: without statistics the planner guesses one row.
        door.run(text("ANALYZE"))


@pytest.mark.parametrize("path", ["/patients", "/patients?all=1", "/patients?q=Patient"])
def test_the_number_of_queries_does_not_grow_with_the_patients(path, cast, visit, database):
    desk = visit(cast.pia)
    judging: list[int] = []
    counts: list[int] = []
    desk.get("/me")
    for more in (10, 490):
        many(database, cast, more)
        for found in (judging, counts):
            with recorded(database.engine) as statements:
                assert desk.get(path).status_code == 200
            found.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= MOST_QUERIES
    # Who has never been judged is judged first, in a few statements more, whatever their number.
    assert max(judging) <= MOST_QUERIES_JUDGING
    assert "Patient 4" in desk.get("/patients?whole=1").text


def test_other_pages_stay_within_a_few_queries_too(cast, visit, database):
    for who, path, most in (
        (cast.alice, "/today", 23),
        (cast.alice, "/progress", 18),
        (cast.pia, f"/patients/{cast.alice.patient_id}", 22),
        (cast.pia, f"/patients/{cast.alice.patient_id}/brief", 23),
    ):
        browser = visit(who)
        with recorded(database.engine) as statements:
            assert browser.get(path).status_code == 200
        assert len(statements) <= most, (path, len(statements))


# Reasons.


def seen(database, maker, who, **wishes):
    with database.scope(maker.staff(who)) as scope:
        return caseload.see_caseload(scope, NOW, **wishes)


def reason(database, maker, cast, name="Bob Bennett"):
    found = seen(database, maker, cast.pia, everybody=True)
    return next(row.reason for row in found.shown if row.name == name)


def logs(maker, who, pains, last=0):
    """Ratings day by day, the newest `last` days ago."""
    for ago, pain in enumerate(reversed(pains), start=last):
        moment = NOW - timedelta(days=ago)
        maker.rates(who, pain, moment.date(), moment)


CASES = {
    Kind.FLARE: lambda maker, cast: logs(maker, cast.bob, [2, 2, 3, 2, 2, 2, 5, 6]),
    Kind.STEADY_HIGH: lambda maker, cast: logs(maker, cast.bob, [7, 8, 7, 7, 8, 7]),
    Kind.SILENT: lambda maker, cast: logs(maker, cast.bob, [2, 2], last=4),
    Kind.QUIET: lambda maker, cast: logs(maker, cast.bob, [2, 2], last=15),
    Kind.NEW: lambda maker, cast: logs(maker, cast.bob, [3, 2]),
    Kind.ON_COURSE: lambda maker, cast: logs(maker, cast.bob, [4, 3, 3, 3, 2, 2]),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_row_states_the_worst_rule_that_applies(kind, cast, maker, database):
    CASES[kind](maker, cast)
    assert reason(database, maker, cast).kind is kind


def test_soreness_beyond_three_days_needs_a_look(cast, maker, database, visit, clock):
    needled = NOW - timedelta(hours=80)
    maker.needled(cast.pia, cast.bob, needled)
    logs(maker, cast.bob, [3, 3, 3])
    assert reason(database, maker, cast).kind is not Kind.LONG_SORENESS
    phone = visit(cast.bob)
    phone.send(phone.form("/today"), soreness="4")
    found = reason(database, maker, cast)
    assert (found.kind, found.numbers["soreness"], found.numbers["hours"]) == (
        Kind.LONG_SORENESS, 4, 80,
    )  # fmt: skip
    phone.send(phone.form("/today"), soreness="0")
    assert reason(database, maker, cast).kind is not Kind.LONG_SORENESS


def test_few_stretches_done_are_worth_a_nudge(cast, maker, database):
    maker.prescribed(cast.pia, cast.bob, now=NOW - timedelta(days=10))
    logs(maker, cast.bob, [3, 3, 3, 3, 3, 3])
    found = reason(database, maker, cast)
    assert (found.kind, found.numbers) == (Kind.FEW_STRETCHES, {"done": 0.0, "due": 10})


def test_the_cast_has_its_reasons(cast, maker, database):
    found = {
        row.name: row.reason.kind for row in seen(database, maker, cast.pia, everybody=True).rows
    }
    assert found["Carol Cole"] is Kind.NOT_JOINED
    assert found["Alice Archer"] is Kind.FEW_STRETCHES


def test_the_worst_come_first_and_the_quiet_stand_apart(cast, maker, database, visit):
    logs(maker, cast.bob, [2, 2, 3, 2, 2, 2, 5, 6])
    gone = maker.new_patient(cast.pia, "Quentin Quiet")
    logs(maker, gone, [2], last=16)
    found = seen(database, maker, cast.pia)
    assert [row.name for row in found.rows] == ["Bob Bennett", "Alice Archer", "Carol Cole"]
    assert [row.name for row in found.quiet] == ["Quentin Quiet"]
    assert (found.total, found.need_look) == (4, 1)
    page = text_of(visit(cast.pia).get("/patients").text)
    assert page.index("Bob Bennett") < page.index("Alice Archer") < page.index("Carol Cole")
    assert "1 needs a look" in page


def test_of_two_problems_the_worse_one_speaks(cast, maker, database):
    second = maker.episode(cast.pia, cast.bob, "Shoulder pain")
    logs(maker, cast.bob, [2, 2, 3, 2, 2, 2, 5, 6])
    found = [row for row in seen(database, maker, cast.pia).rows if row.name == "Bob Bennett"]
    assert [(row.complaint, row.others) for row in found] == [("Neck pain", 1)]
    assert second != found[0].episode_id


def test_a_closed_problem_leaves_the_caseload(cast, maker, database):
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        patients.close_episode(scope, cast.bob.patient_id, cast.bob.episode_id, TODAY)
    assert "Bob Bennett" not in {row.name for row in seen(database, maker, cast.pia).rows}


def test_an_ended_programme_asks_for_nothing_more(cast, maker, database):
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        programme.end(scope, cast.alice.patient_id, cast.alice.prescription_id, NOW, TODAY)
    row = next(row for row in seen(database, maker, cast.pia).rows if row.name == "Alice Archer")
    assert row.stretches == (0.5, 20)


def test_only_ones_own_are_shown_until_all_are_asked_for(cast, visit):
    desk = visit(cast.lea)
    assert "Nobody is yours yet" in text_of(desk.get("/patients").text)
    page = desk.get("/patients?all=1").text
    names = re.findall(r"(Alice Archer|Bob Bennett|Carol Cole|Emil Ernst)", text_of(page))
    assert set(names) == {"Alice Archer", "Bob Bennett", "Carol Cole", "Emil Ernst"}


def test_a_patient_has_no_caseload(cast, maker, database):
    with pytest.raises(NotFound), database.scope(maker.patient(cast.alice)) as scope:
        caseload.see_caseload(scope, NOW)


# At a glance.


def names_on(page):
    return re.findall(r'class="who"[^>]*><strong>([^<]+)', page)


def visits(database, maker, cast, who, day):
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        patients.set_next_visit(scope, who.patient_id, who.episode_id, day)


def test_who_comes_today_stands_first_and_tomorrow_is_said(cast, maker, database, visit):
    logs(maker, cast.alice, [2, 2, 3, 2, 2, 2, 5, 6])
    visits(database, maker, cast, cast.bob, TODAY)
    visits(database, maker, cast, cast.carol, TODAY + timedelta(days=1))
    page = visit(cast.pia).get("/patients").text
    assert names_on(page) == ["Bob Bennett", "Alice Archer", "Carol Cole"]
    assert "visit today" in page
    assert "visit tomorrow" in page
    assert names_on(visit(cast.pia).get("/patients?show=due").text) == ["Bob Bennett"]
    visits(database, maker, cast, cast.bob, None)
    assert "visit today" not in visit(cast.pia).get("/patients").text


def test_a_report_that_presses_stands_before_todays_visits(cast, maker, database, visit):
    visits(database, maker, cast, cast.carol, TODAY)
    maker.reports(cast.bob, "chest_pain")
    page = visit(cast.pia).get("/patients").text
    assert names_on(page)[:2] == ["Bob Bennett", "Carol Cole"]
    assert names_on(visit(cast.pia).get("/patients?show=look").text) == ["Bob Bennett"]


def test_what_changed_is_said_until_the_look_is_over(cast, maker, visit, clock):
    desk = visit(cast.pia)
    assert "changed since" not in text_of(desk.get("/patients").text)
    clock.shift(timedelta(hours=5))
    maker.reports(cast.bob, "wide_bruise", now=NOW + timedelta(hours=4))
    desk = visit(cast.pia)
    for _again in range(2):
        page = desk.get("/patients").text
        assert "1 changed since 12:00 today" in text_of(page)
        assert "new flag" in page
        assert names_on(desk.get("/patients?show=changed").text) == ["Bob Bennett"]
    clock.shift(timedelta(minutes=31))
    desk = visit(cast.pia)
    assert "Nothing changed since 17:00 today" in text_of(desk.get("/patients").text)


@pytest.mark.parametrize("show", ["look", "due", "changed", "stretches", "quiet", "", "nonsense"])
@pytest.mark.parametrize("page", ["1", "0", "-1", "99", "x", "9" * 40])
def test_any_address_of_the_list_answers(show, page, cast, visit):
    answer = visit(cast.pia).get("/patients", query_string={"show": show, "page": page})
    assert answer.status_code == 200


def test_a_page_holds_fifty_and_links_to_the_next(cast, database, visit):
    many(database, cast, 120)
    desk = visit(cast.pia)
    first, third = desk.get("/patients?all=1").text, desk.get("/patients?all=1&page=3").text
    assert len(names_on(first)) == 50
    assert "page=2" in first
    assert "Page 3 of 3" in text_of(third)
    everybody = [
        name
        for page in (1, 2, 3)
        for name in names_on(desk.get(f"/patients?all=1&page={page}").text)
    ]
    assert everybody == names_on(desk.get("/patients?all=1&whole=1").text)
    assert len(set(everybody)) == 124
    # A search and a filter go over everybody, not over the page.
    assert names_on(desk.get("/patients?all=1&q=patient+119").text) == ["Patient 119"]


def test_the_menus_count_comes_with_the_list(cast, maker, visit):
    maker.reports(cast.bob, "chest_pain")
    maker.reports(cast.alice, "wide_bruise")
    page = visit(cast.pia).get("/patients").text
    assert re.search(r'class="count plum"><span class="sr">waiting: </span>2<', page)


def test_a_row_tells_nothing_of_a_consent_withdrawn_since_it_was_judged(cast, visit, database):
    """However the judgement and the consent came apart, the log's half is joined under consent."""
    assert "of 20 stretches" in text_of(visit(cast.pia).get("/patients").text)
    with database.door(writes=True) as door:
        door.run(
            update(Consent)
            .where(Consent.patient_id == cast.alice.patient_id)
            .values(withdrawn_at=NOW)
        )
    page = visit(cast.pia).get("/patients").text
    row = text_of(page[page.index("Alice Archer") :].split("</li>")[0])
    assert "Does not share the log" in row
    assert "no pain logged" in row
    assert "of 20 stretches" not in row


def test_a_planned_visit_is_cleared_with_a_button(cast, visit):
    desk, page = visit(cast.pia), f"/patients/{cast.bob.patient_id}"
    plan = f"{page}/episodes/{cast.bob.episode_id}/visit"
    assert "No visit planned" not in desk.get(page).text
    desk.send(desk.form(page, plan), next_visit_on=str(TODAY))
    assert names_on(desk.get("/patients").text)[0] == "Bob Bennett"
    assert "No visit planned" in desk.get(page).text
    desk.post(plan, {"next_visit_on": str(TODAY), "clear": "1"})
    assert names_on(desk.get("/patients").text)[0] == "Alice Archer"


# Kept views.


def keep(desk, name, **more):
    form = {"name": name, "all": "1", "show": "look", "q": "", **more}
    return desk.post("/patients/filters", form, follow=True)


def test_a_view_is_kept_under_a_name_and_opens_first_if_wished(cast, visit):
    desk = visit(cast.pia)
    answer = keep(desk, "  Mondays   round ", show="stretches", default="on")
    assert "Kept." in text_of(answer.text)
    page = desk.get("/patients").text
    assert set(names_on(page)) == {"Alice Archer", "Emil Ernst"}
    assert "Mondays round" in page
    assert "Bob Bennett" not in page
    assert "Bob Bennett" in desk.get("/patients?all=1").text, "an address that asks is obeyed"
    change = {"name": "Mondays round", "do": "plain"}
    desk.post("/patients/filters/change", change)
    assert "Bob Bennett" in desk.get("/patients").text
    desk.post("/patients/filters/change", {**change, "do": "remove"})
    assert "Mondays round" not in desk.get("/patients").text
    again = desk.post("/patients/filters/change", {**change, "do": "remove"}, follow=True)
    assert "removed already" in text_of(again.text)


def test_at_most_one_view_opens_first(cast, visit, database):
    desk = visit(cast.pia)
    keep(desk, "One", default="on")
    keep(desk, "Two", default="on")
    (row,) = rows_of(database, CaseloadLook)
    assert [(kept[0], kept[4]) for kept in row.filters] == [("One", False), ("Two", True)]


def test_a_views_name_is_ones_own_and_the_same_name_is_the_same_view(cast, visit, database):
    keep(visit(cast.lea), "Round")
    desk = visit(cast.pia)
    assert "Round" not in desk.get("/patients?all=1").text
    keep(desk, "Round", q="Bob")
    keep(desk, "round", q="Alice")
    mine = rows_of(database, CaseloadLook, CaseloadLook.membership_id == cast.pia.membership_id)
    assert [kept[:4] for kept in mine[0].filters] == [["round", True, "look", "Alice"]]


@pytest.mark.parametrize("name", ["", "   ", "\0", "x" * 41])
def test_a_view_without_a_usable_name_is_not_kept(name, cast, visit, database):
    desk = visit(cast.pia)
    assert desk.post("/patients/filters", {"name": name}).status_code == 303
    assert not rows_of(database, CaseloadLook)


def test_twelve_views_are_enough_and_a_hostile_name_is_only_a_name(cast, visit):
    desk = visit(cast.pia)
    for number in range(11):
        keep(desk, f"View {number}")
    page = keep(desk, "<img src=x onerror=alert(1)>&\"'").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "12 views already" in text_of(keep(desk, "One more").text)
    # One that is there already can still be changed.
    assert "Kept." in text_of(keep(desk, "View 3", q="Bob").text)
