"""Consent to share: withdrawn, the clinic sees nothing logged; given again, everything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.cast import NOW, TODAY
from tests.support.pages import text_of
from tracker.domain import catalog
from tracker.domain.triage import Kind
from tracker.services import caseload, sharing
from tracker.store.schema import (
    Checkin,
    Consent,
    DiaryDay,
    EpisodeSummary,
    Revision,
    SorenessEntry,
    StretchEntry,
)

LOGGED = (Checkin, DiaryDay, SorenessEntry, StretchEntry, Revision, EpisodeSummary)


@pytest.fixture
def phone(cast, visit):
    """Alice's, with an entry of today and an amendment besides yesterday's."""
    phone = visit(cast.alice)
    phone.send(phone.form("/today"), pain_average="7")
    phone.send(phone.form("/today"), pain_average="8")
    return phone


def share(phone, cast, on):
    answer = phone.post(
        "/me/sharing", {"clinic_id": str(cast.harbour.id), "share": on}, follow=True
    )
    assert answer.status_code == 200


def row_of_alice(database, actor):
    with database.scope(actor) as scope:
        seen = caseload.see_caseload(scope, NOW, everybody=True)
    return next(row for row in (*seen.rows, *seen.quiet) if row.name == "Alice Archer")


def test_withdrawn_staff_see_nothing_that_was_logged(phone, cast, visit, database, maker):
    desk = visit(cast.pia)
    page = f"/patients/{cast.alice.patient_id}"
    assert "Private words of Alice" in desk.get(page).text
    share(phone, cast, "off")
    shown = text_of(desk.get(page).text)
    assert "does not share" in shown
    assert "Private words" not in shown
    assert "Note on Alice Archer" in shown, "the clinic's own record of the session stays"
    assert catalog.stretches()["side-neck"].name in shown
    row = row_of_alice(database, maker.staff(cast.pia))
    assert row.reason.kind is Kind.NOT_SHARING
    assert row.last_pain is None
    assert row.stretches == (0.0, 0)
    assert row.session_days == 1
    with database.scope(maker.staff(cast.lea)) as scope:
        for model in LOGGED:
            assert cast.alice.patient_id not in {row.patient_id for row in scope.entities(model)}


def test_withdrawn_the_caseload_tells_no_number(phone, cast, visit):
    desk = visit(cast.pia)
    share(phone, cast, "off")
    page = desk.get("/patients").text
    start = page.index("Alice Archer")
    row = text_of(page[start : page.index("</li>", start)])
    assert "no pain logged" in row
    assert "8" not in row


def test_withdrawn_the_patient_still_reads_logs_and_exports(phone, cast):
    share(phone, cast, "off")
    answer = phone.send(phone.form("/today"), pain_average="2", note="for me alone")
    assert answer.status_code == 303
    assert "for me alone" in phone.get("/progress").text
    held = phone.get("/me/export.json").json
    days = [row["local_date"] for row in held["checkins"]]
    assert days == sorted(days)
    assert [row["pain_average"] for row in held["checkins"]] == [4, 2]
    assert held["consents"][0]["withdrawn_at"] is not None


def test_given_again_everything_is_seen_again_what_came_in_between_too(
    phone, cast, visit, database, maker
):
    share(phone, cast, "off")
    phone.send(phone.form("/today"), pain_average="2", note="in between")
    share(phone, cast, "on")
    share(phone, cast, "on")
    shown = visit(cast.pia).get(f"/patients/{cast.alice.patient_id}").text
    assert "in between" in shown
    assert row_of_alice(database, maker.staff(cast.pia)).last_pain == 2
    with database.scope(maker.patient(cast.alice)) as scope:
        rows = scope.entities(Consent)
    assert sorted(row.withdrawn_at is None for row in rows) == [False, True]


def test_withdrawing_at_one_clinic_leaves_the_other(cast, visit, database, maker):
    phone = visit(cast.emil, cast.lighthouse)
    share(phone, cast, "off")
    with database.scope(maker.staff(cast.otto)) as scope:
        assert cast.emil.patient_id not in {row.patient_id for row in scope.entities(Checkin)}
        assert cast.emil_there.patient_id in {row.patient_id for row in scope.entities(Checkin)}
    with database.scope(maker.patient(cast.emil, NOW, cast.lighthouse)) as scope:
        shares = {line.clinic_name: line.is_on for line in sharing.see_shares(scope)}
    assert shares == {"Harbour": False, "Lighthouse": True}


def test_withdrawing_twice_keeps_the_first_moment(cast, database, maker, clock):
    with database.scope(maker.patient(cast.alice), writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, NOW)
    later = NOW.replace(hour=13)
    with database.scope(maker.patient(cast.alice), writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, later)
        (row,) = scope.entities(Consent)
        assert row.withdrawn_at == NOW


def test_a_table_for_spreadsheets_runs_nothing(cast, visit):
    phone = visit(cast.alice)
    phone.send(phone.form("/today"), pain_average="1", note="=1+1")
    table = phone.get("/me/export.csv")
    assert table.mimetype == "text/csv"
    lines = table.text.splitlines()
    assert lines[0].startswith("local_date,problem,pain_average")
    assert lines[-1] == f"{TODAY},Neck pain,1,,,False,,,'=1+1,False"


def test_share_again_tapped_twice_at_once_gives_one_consent(cast, database, maker):
    actor = maker.patient(cast.alice)
    with database.scope(actor, writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, NOW)

    def tap():
        with database.scope(actor, writes=True) as scope:
            sharing.give_again(scope, cast.harbour.id, NOW)

    with ThreadPoolExecutor(1) as second:
        with database.scope(actor, writes=True) as scope:
            sharing.give_again(scope, cast.harbour.id, NOW)
            late = second.submit(tap)
            with pytest.raises(TimeoutError):
                late.result(0.5)
        late.result(10)
    with database.scope(actor) as scope:
        rows = scope.entities(Consent)
    assert sorted(row.withdrawn_at is None for row in rows) == [False, True]
