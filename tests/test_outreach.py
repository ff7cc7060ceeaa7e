"""Mail: each period once, whatever crashes; to whom it is due now; and nothing in it that tells."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from sqlalchemy import select, update

from tests.support.cast import NOW
from tracker.adapters.mail import FolderMailer, SmtpMailer
from tracker.services import outreach, sharing
from tracker.services.outreach import MailKind
from tracker.services.ports import MailFault
from tracker.store.schema import Membership, Outbox

MORNING = NOW.replace(hour=8)
"""A working day's morning in both clinics."""

LATER = timedelta(hours=1)


class Post:
    """A post office in memory, which may refuse or crash."""

    def __init__(self):
        self.taken = []
        self.fails = 0
        self.crash_after = None

    def send(self, message):
        if self.fails:
            self.fails -= 1
            raise MailFault("closed for lunch")
        self.taken.append(message)
        if self.crash_after is not None and len(self.taken) >= self.crash_after:
            self.crash_after = None
            raise KeyboardInterrupt

    def close(self):
        pass


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def run(app, hub, post):
    def run_at(at: datetime = MORNING):
        with app.app_context():
            return outreach.run_due(hub.database, hub.secrets, post, hub.render, at)

    return run_at


@pytest.fixture
def flaring(cast, maker):
    """Alice flares, so that her physio's day has something to say."""
    for back in range(1, 9):
        at = MORNING - timedelta(days=back + 3)
        maker.rates(cast.alice, 2, at.date(), at)
    for back in (3, 2):
        at = MORNING - timedelta(days=back)
        maker.rates(cast.alice, 9, at.date(), at)
    return cast


def test_a_physio_gets_one_mail_a_day_however_often_it_runs(flaring, run, post):
    for _ in range(3):
        run()
    to_pia = [mail for mail in post.taken if mail.to == flaring.pia.email]
    assert len(to_pia) == 1
    run(MORNING + timedelta(days=1))
    assert len([mail for mail in post.taken if mail.to == flaring.pia.email]) == 2


def test_a_day_with_nothing_to_say_and_a_weekend_send_nothing(cast, run, post):
    run(MORNING)
    told = {mail.to for mail in post.taken}
    assert cast.pia.email in told  # Alice's stretches want a nudge
    assert cast.lea.email not in told  # nobody is Lea's own
    post.taken.clear()
    run(MORNING + timedelta(days=3))
    assert post.taken == []


def test_a_patient_gets_the_week_on_its_sunday_evening_or_made_up_on_monday(cast, run, post):
    sunday = MORNING + timedelta(days=4)
    run(sunday.replace(hour=12))
    assert post.taken == []
    run(sunday.replace(hour=18))
    run(sunday.replace(hour=19))
    run(sunday + timedelta(days=1))
    weekly = [
        mail for mail in post.taken if "/today" in mail.text and mail.to == "alice@home.example"
    ]
    assert len(weekly) == 1
    assert "1 day" in weekly[0].text


def test_nothing_in_a_mail_names_a_patient_or_a_score(flaring, run, post):
    run()
    run(MORNING + timedelta(days=4, hours=10))
    assert post.taken
    for mail in post.taken:
        for part in (mail.subject, mail.text, mail.html):
            for name in ("Alice", "Archer", "Neck", "pain", "Emil", "Dora"):
                assert name not in part


def test_a_mail_that_was_refused_comes_again_under_the_same_id(flaring, run, post):
    post.fails = 100
    run()
    assert post.taken == []
    post.fails = 0
    run(MORNING + LATER)
    ids = [mail.message_id for mail in post.taken]
    assert len(ids) == len(set(ids)) >= 1


def test_a_crash_between_handing_over_and_marking_doubles_one_and_loses_none(flaring, run, post):
    post.crash_after = 1
    with pytest.raises(KeyboardInterrupt):
        run()
    run(MORNING + timedelta(minutes=1))
    run(MORNING + LATER)
    by_id = {}
    for mail in post.taken:
        by_id.setdefault(mail.message_id, []).append(mail.to)
    assert sum(len(copies) - 1 for copies in by_id.values()) <= 1
    assert flaring.pia.email in {to for copies in by_id.values() for to in copies}


def test_whoever_left_gets_no_mail_even_when_it_was_queued(flaring, run, post, hub):
    post.fails = 100
    run()
    post.fails = 0
    with hub.database.door(writes=True) as door:
        door.run(
            update(Membership)
            .where(Membership.id == flaring.pia.membership_id)
            .values(ended_at=MORNING)
        )
    run(MORNING + LATER)
    assert flaring.pia.email not in {mail.to for mail in post.taken}


def test_consent_withdrawn_takes_a_patient_out_of_the_counts(flaring, maker, run, post, hub):
    with hub.database.scope(maker.patient(flaring.alice), writes=True) as scope:
        sharing.withdraw(scope, flaring.harbour.id, MORNING)
    run()
    assert flaring.pia.email not in {mail.to for mail in post.taken}


def link_in(mail):
    return mail.headers["List-Unsubscribe"].strip("<>")


def test_one_click_unsubscribes_without_a_cookie_and_a_look_does_not(flaring, run, post, client):
    run()
    mail = next(mail for mail in post.taken if mail.to == flaring.pia.email)
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urlsplit(link_in(mail)).path
    assert client.get(path).status_code == 200
    run(MORNING + timedelta(days=1))
    assert len([one for one in post.taken if one.to == flaring.pia.email]) == 2
    answer = client.post(path, {"List-Unsubscribe": "One-Click"}, csrf=False)
    assert answer.status_code == 200
    run(MORNING + timedelta(days=2))
    assert len([one for one in post.taken if one.to == flaring.pia.email]) == 2


def test_a_forged_unsubscribe_link_is_refused(client):
    assert client.get("/unsubscribe/forged").status_code == 410


def test_each_period_has_one_row_for_a_person_and_a_kind(flaring, run, hub):
    run()
    run()
    with hub.database.door() as door:
        rows = door.run(
            select(Outbox.clinic_id, Outbox.person_id, Outbox.kind, Outbox.period)
        ).all()
    assert len(rows) == len(set(rows))
    assert {row.kind for row in rows} <= set(MailKind)


def test_a_mail_has_both_parts_and_says_that_a_program_sent_it(flaring, run, post, tmp_path):
    run()
    folder = FolderMailer(tmp_path / "mails", "Aftercare <aftercare@harbour.example>")
    folder.send(post.taken[0])
    (file,) = (tmp_path / "mails").iterdir()
    kept = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert [part.get_content_type() for part in kept.iter_parts()] == ["text/plain", "text/html"]
    assert kept["Auto-Submitted"] == "auto-generated"
    assert kept["From"] == "Aftercare <aftercare@harbour.example>"
    assert kept["Message-ID"] == f"<{post.taken[0].message_id}>"


class Inbox(MessageHandler):
    def __init__(self):
        super().__init__()
        self.mails = []

    def handle_message(self, message):
        self.mails.append(message)


class Anywhere(Controller):
    """A server on a port that the system chooses."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def test_any_smtp_server_takes_them_over_one_connection(flaring, app, hub):
    inbox = Inbox()
    controller = Anywhere(inbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{controller.port}", "Aftercare <a@harbour.example>")
        with app.app_context():
            counts = outreach.run_due(hub.database, hub.secrets, mailer, hub.render, MORNING)
    finally:
        controller.stop()
    assert counts.sent == len(inbox.mails) >= 1
    assert flaring.pia.email in {mail["To"] for mail in inbox.mails}


def test_a_post_office_that_is_away_keeps_the_mail_waiting(flaring, app, hub):
    mailer = SmtpMailer("smtp://127.0.0.1:9", "Aftercare <a@harbour.example>")
    with app.app_context():
        counts = outreach.run_due(hub.database, hub.secrets, mailer, hub.render, MORNING)
    assert (counts.sent, counts.failed) == (0, counts.failed)
    with hub.database.door() as door:
        states = set(door.session.scalars(select(Outbox.state)))
    assert "waiting" in states
    assert "sent" not in states
