"""Mail about safety reports: at once, again after half an hour, to who has to hear, saying nothing."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import update

from tests.support.cast import NOW
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tests.test_outreach import Postbox, smtp_server
from tracker.adapters.mail import NoMailer, SmtpMailer
from tracker.services import outreach
from tracker.store.schema import Membership, Outbox, Patient

NIGHT = NOW + timedelta(hours=12)
"""Past midnight: no digest goes out now."""

WORDS = ("Alice", "Archer", "Neck pain", "Fever", "fever", "chest", "emergency", "urgent", "red")


@pytest.fixture
def postbox():
    return Postbox()


@pytest.fixture
def run(app, hub, clock, cast, postbox):
    """A worker's round at a moment."""

    def at(moment, mailer=postbox):
        clock.move_to(moment)
        with app.app_context():
            return outreach.run_due(hub.database, hub.secrets, mailer, hub.render, moment)

    return at


@pytest.fixture
def tell(maker, cast):
    def report(*signs, who=cast.alice, now=NIGHT):
        maker.reports(who, *signs, now=now)
        return maker.flags_of(who)[-1]

    return report


def to(postbox):
    return sorted(mail.to for mail in postbox.taken)


@pytest.mark.parametrize("sign, count", [("collapse", 2), ("fever", 2), ("wide_bruise", 0),
                                         ("tired", 0)])  # fmt: skip
def test_only_what_presses_is_mailed_to_the_physio_and_the_lead(
    sign, count, tell_if, run, postbox, cast
):
    tell_if(sign)
    run(NIGHT + timedelta(seconds=20))
    assert to(postbox) == sorted([cast.lea.email, cast.pia.email])[:count]


@pytest.fixture
def tell_if(maker, cast):
    return lambda *signs: maker.reports(cast.alice, *signs, now=NIGHT)


def test_it_is_queued_with_the_report_itself(tell, database):
    flag = tell("fever")
    rows = rows_of(database, Outbox)
    assert {(row.kind, row.period, row.state) for row in rows} == {
        ("safety", f"{flag.id}.1", "waiting")
    }


def test_it_says_nothing_but_that_a_report_waits(tell, run, postbox):
    flag = tell("collapse", "fever")
    run(NIGHT)
    for mail in postbox.taken:
        said = f"{mail.subject}\n{mail.text}\n{mail.html}"
        bare = text_of(f"{mail.subject}\n{mail.text}")
        assert not [word for word in WORDS if word in bare.split()]
        assert str(flag.patient_id) not in said
        assert "/flags" in said
        assert "List-Unsubscribe" not in mail.headers


def test_it_comes_again_once_after_half_an_hour(tell, run, postbox):
    tell("fever")
    for minutes in (0, 1, 29, 30, 31, 60, 24 * 60):
        run(NIGHT + timedelta(minutes=minutes))
    safety = [mail for mail in postbox.taken if "safety report" in mail.subject]
    assert len(safety) == 4
    assert ["30 minutes" in mail.text for mail in safety] == [False, False, True, True]


def test_an_answer_stops_it(tell, run, postbox, cast, visit):
    flag = tell("fever")
    run(NIGHT)
    visit(cast.pia).post(f"/flags/{flag.id}/acknowledge")
    run(NIGHT + timedelta(minutes=31))
    assert len(postbox.taken) == 2
    second = tell("fever", now=NIGHT + timedelta(minutes=32))
    visit(cast.pia).post(f"/flags/{second.id}/acknowledge")
    run(NIGHT + timedelta(minutes=33))
    assert len(postbox.taken) == 2, "answered before the worker's round"
    visit(cast.pia).post(f"/flags/{second.id}/undo")
    run(NIGHT + timedelta(minutes=63))
    assert len(postbox.taken) == 4, "it waits again"


def test_two_reports_in_one_minute_are_two_mails_each(tell, run, postbox, cast):
    tell("fever")
    tell("pus", now=NIGHT + timedelta(seconds=10))
    run(NIGHT + timedelta(seconds=20))
    assert to(postbox) == sorted([cast.lea.email, cast.pia.email] * 2)
    assert len({mail.message_id for mail in postbox.taken}) == 4


def test_a_lead_who_is_the_physio_and_covers_gets_one(tell, run, postbox, cast, visit, database):
    with database.door(writes=True) as door:
        own = update(Patient).where(Patient.clinic_id == cast.harbour.id)
        door.run(own.values(physio_id=cast.lea.membership_id))
    lead = visit(cast.lea)
    lead.send(lead.form("/clinic"), cover_id=str(cast.lea.membership_id))
    tell("fever")
    run(NIGHT)
    assert to(postbox) == [cast.lea.email]


def test_the_cover_gets_it_too_until_somebody_else_covers(
    tell, run, postbox, cast, visit, database
):
    lead = visit(cast.lea)
    lead.send(lead.form("/clinic"), cover_id=str(cast.paul.membership_id))
    assert lead.form("/clinic").one("cover_id") == str(cast.paul.membership_id)
    tell("fever")
    run(NIGHT)
    assert cast.paul.email in to(postbox)
    clocked = visit(cast.lea)
    for cover in (cast.pia.membership_id, ""):
        clocked.send(clocked.form("/clinic"), cover_id=str(cover))
    postbox.taken.clear()
    tell("pus", now=NIGHT + timedelta(minutes=1))
    run(NIGHT + timedelta(minutes=1))
    assert cast.paul.email not in to(postbox)
    assert [row.covers_since for row in rows_of(database, Membership)].count(None) == len(
        rows_of(database, Membership)
    )


def test_who_has_left_gets_none_and_covers_no_more(tell, run, postbox, cast, visit):
    lead = visit(cast.lea)
    lead.send(lead.form("/clinic"), cover_id=str(cast.paul.membership_id))
    tell("fever")
    for colleague in (cast.paul, cast.pia):
        lead.post(f"/clinic/people/{colleague.membership_id}", {"action": "end"})
    run(NIGHT)
    assert to(postbox) == [cast.lea.email]
    assert visit(cast.lea).form("/clinic").one("cover_id") == ""


def test_who_stopped_sharing_meanwhile_is_not_told_of(tell, run, postbox, cast, visit):
    tell("fever")
    visit(cast.alice).post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "off"})
    run(NIGHT)
    run(NIGHT + timedelta(minutes=31))
    assert postbox.taken == []


def test_it_goes_before_every_other_mail(tell, run, postbox, database):
    with database.door(writes=True) as door:
        outreach.queue_digests(door, NOW + timedelta(days=4, hours=5, minutes=30))
    sunday = NOW + timedelta(days=4, hours=5, minutes=30)
    tell("fever", now=sunday)
    run(sunday)
    subjects = [mail.subject for mail in postbox.taken]
    assert len(subjects) > 2
    assert all("safety report" in subject for subject in subjects[:2])


def test_the_digest_counts_what_waits(tell, run, postbox, cast):
    tell("wide_bruise")
    run(NIGHT)
    assert postbox.taken == []
    run(NOW + timedelta(days=1))
    (mail,) = [mail for mail in postbox.taken if mail.to == cast.pia.email]
    assert "1 flag waits for you." in mail.text


def test_a_post_office_that_is_down_and_comes_up(tell, run, cast, visit, database):
    tell("fever")
    with smtp_server() as (taken, url):
        taken.answer = "451 later"
        run(NIGHT, SmtpMailer(url, "care@clinic.example"))
        assert {row.state for row in rows_of(database, Outbox)} == {"waiting"}
        lead = visit(cast.lea)
        assert "did not go out" not in text_of(lead.get("/flags").text)
        taken.mails.clear()
        taken.answer = "250 OK"
        run(NIGHT + timedelta(minutes=2), SmtpMailer(url, "care@clinic.example"))
    mails = [message_from_bytes(raw, policy=policy.default) for raw in taken.mails]
    assert sorted(mail["To"] for mail in mails) == sorted([cast.lea.email, cast.pia.email])
    assert {mail["Subject"] for mail in mails} == {"A safety report needs you"}


def test_what_could_not_be_delivered_is_shown_to_the_lead(tell, run, cast, visit, postbox):
    tell("fever")
    run(NIGHT + timedelta(minutes=5), NoMailer())
    told = text_of(visit(cast.lea).get("/flags").text)
    assert "Mail about a report did not go out" in told
    assert "still waiting" in told
    assert cast.pia.email in told
    assert "did not go out" not in text_of(visit(cast.pia).get("/flags").text)
    postbox.faults = 10_000
    for minutes in range(6, 30, 2):
        run(NIGHT + timedelta(minutes=minutes))
    assert "450 try later" in text_of(visit(cast.lea).get("/flags").text)


def test_a_report_of_somebody_without_a_physio_goes_to_the_leads(
    tell, run, postbox, cast, database
):
    with database.door(writes=True) as door:
        door.run(update(Patient).values(physio_id=None))
    tell("fever")
    run(NIGHT)
    assert to(postbox) == [cast.lea.email]
