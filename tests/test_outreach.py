"""Mail: once a period, never lost, rechecked when it is sent, and naming no patient."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import update

from tests.support.cast import NOW, TODAY
from tests.support.databases import rows_of
from tracker.adapters.mail import FolderMailer, NoMailer, SmtpMailer
from tracker.domain.access import Role
from tracker.services import outreach, patient_joining
from tracker.services.ports import MailFault, Message
from tracker.store import outreach as post
from tracker.store.schema import (
    EpisodeSummary,
    Heartbeat,
    Invitation,
    Membership,
    Outbox,
    Person,
)
from tracker.worker import due_now

SUNDAY = datetime(2026, 3, 15, 17, 30, tzinfo=UTC)
NAMES = ("Alice", "Bob", "Carol", "Archer", "Bennett", "Cole", "Dora", "Neck pain", "Private")


class Postbox:
    """Takes mails, or refuses as many as `faults` says."""

    is_open = True

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.faults = 0

    def send(self, message: Message) -> None:
        if self.faults:
            self.faults -= 1
            raise MailFault("450 try later")
        self.taken.append(message)

    def close(self) -> None:
        """Nothing is held open."""


@pytest.fixture
def postbox():
    return Postbox()


@pytest.fixture
def run(app, hub, postbox, clock, cast):
    """Everything due at a moment, as the worker does it."""

    def at(moment=NOW):
        clock.move_to(moment)
        with app.app_context():
            return outreach.run_due(hub.database, hub.secrets, postbox, hub.render, moment)

    return at


@pytest.fixture
def busy(database, cast):
    """Bob fell silent: Pia's daily mail has something to say."""
    assert cast.bob
    with database.door(writes=True) as door:
        door.run(update(EpisodeSummary).values(last_logged_on=TODAY - timedelta(days=5)))


def to(postbox, email):
    return [mail for mail in postbox.taken if mail.to == email]


# What is due.


def test_two_runs_send_one_mail_a_person_kind_and_period(run, postbox, busy, cast):
    first = run()
    assert first.sent == len(postbox.taken) > 0
    for minutes in (0, 1, 120):
        again = run(NOW + timedelta(minutes=minutes))
        assert (again.queued, again.sent) == (0, 0)
    assert len(to(postbox, cast.pia.email)) == 1
    run(NOW + timedelta(days=1))
    assert len(to(postbox, cast.pia.email)) == 2


def test_a_quiet_day_sends_nothing(run, postbox, cast, database, maker):
    for record in (cast.alice, cast.bob):
        maker.rates(record, 3)
    with database.door(writes=True) as door:
        door.run(update(Membership).where(Membership.id != cast.lea.membership_id,
                                          Membership.role != Role.PATIENT).values(ended_at=NOW))  # fmt: skip
    run()
    assert not to(postbox, cast.lea.email)


@pytest.mark.parametrize(
    "moment, sends",
    [(datetime(2026, 3, 11, 6, 59, tzinfo=UTC), False), (datetime(2026, 3, 11, 7, 0, tzinfo=UTC), True),
     (datetime(2026, 3, 11, 20, 59, tzinfo=UTC), True), (datetime(2026, 3, 11, 21, 0, tzinfo=UTC), False),
     (datetime(2026, 3, 14, 9, 0, tzinfo=UTC), False)],
)  # fmt: skip
def test_a_daily_mail_comes_in_the_clinics_working_hours(moment, sends, run, postbox, busy, cast):
    run(moment)
    assert bool(to(postbox, cast.pia.email)) is sends


def test_the_weekly_mail_counts_ones_own_week(run, postbox, cast, maker):
    maker.rates(cast.alice, 3)
    run(SUNDAY)
    (mail,) = to(postbox, "alice@home.example")
    assert "2" in mail.text
    assert "/today" in mail.text
    run(SUNDAY + timedelta(hours=15))
    assert len(to(postbox, "alice@home.example")) == 1


def test_a_missed_evening_is_made_up_on_monday_once(run, postbox, cast):
    for hours in (14, 15, 26):
        run(SUNDAY + timedelta(hours=hours))
    assert len(to(postbox, "alice@home.example")) == 1


def test_somebody_in_two_clinics_gets_one_of_each(run, postbox, cast):
    run(SUNDAY)
    mails = to(postbox, "emil@home.example")
    assert len(mails) == 2
    assert len({mail.message_id for mail in mails}) == 2


# What is said.


def test_nothing_names_a_patient_or_a_score(run, postbox, busy, cast):
    run()
    run(SUNDAY)
    assert {mail.subject for mail in postbox.taken}
    for mail in postbox.taken:
        said = f"{mail.subject}\n{mail.text}\n{mail.html}"
        own = {"alice@home.example": {"Alice", "Archer"}, "dora@home.example": {"Dora"}}
        # One's own name may stand in a greeting, in the subject nobody's.
        assert not [n for n in NAMES if n in said and n not in own.get(mail.to, set())], mail.to
        assert not [name for name in NAMES if name in mail.subject]
        assert str(cast.alice.patient_id) not in said
        assert not re.search(r"<img|https?://(?!127\.0\.0\.1)", mail.html)


def test_a_digest_can_be_turned_off_with_one_click(run, postbox, busy, cast, client):
    run()
    (mail,) = to(postbox, cast.pia.email)
    link = mail.headers["List-Unsubscribe"].strip("<>")
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.text
    path = "/" + link.split("/", 3)[3]
    assert client.client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    run(NOW + timedelta(days=1))
    assert len(to(postbox, cast.pia.email)) == 1


def test_a_mail_speaks_its_readers_language(run, postbox, busy, cast, database):
    run()
    with database.door(writes=True) as door:
        door.run(update(Person).where(Person.id == cast.pia.person_id).values(language="de"))
    run(NOW + timedelta(days=1))
    english, german = to(postbox, cast.pia.email)
    assert english.subject != german.subject


# Sending: claims, tries, crashes.


def waiting(database):
    return {row.state for row in rows_of(database, Outbox)}


def test_of_two_workers_one_sends(run, hub, postbox, busy, cast, database):
    with database.door(writes=True) as door:
        outreach.queue_digests(door, NOW)
    (first, *_rest) = rows_of(database, Outbox)
    until = NOW + outreach.LEASE
    with database.door(writes=True) as door:
        assert post.claim(door, first.id, NOW, until)
    with database.door(writes=True) as door:
        assert not post.claim(door, first.id, NOW, until)
    run()
    held = next(row for row in rows_of(database, Outbox) if row.id == first.id)
    assert held.state == "waiting"
    run(until)
    assert next(r for r in rows_of(database, Outbox) if r.id == first.id).state in {
        "sent",
        "dropped",
    }


def test_a_refused_mail_is_tried_again_with_the_same_id(run, postbox, busy, cast, database):
    postbox.faults = 100
    counts = run()
    assert counts.failed > 0
    assert counts.sent == 0
    failed = [row for row in rows_of(database, Outbox) if row.state == "waiting"]
    assert {row.attempts for row in failed} == {1}
    assert "450" in failed[0].fault
    postbox.faults = 0
    assert run(NOW + timedelta(minutes=1)).sent == 0, "not at once"
    assert run(NOW + timedelta(minutes=2)).sent == len(failed)
    assert {mail.message_id for mail in postbox.taken} == {row.message_id for row in failed}


def test_a_mail_that_nobody_takes_is_given_up_after_eight_tries(run, postbox, busy, database):
    postbox.faults = 10_000
    moment = NOW
    for _ in range(outreach.TRIES):
        run(moment)
        leases = [r.leased_until for r in rows_of(database, Outbox) if r.state == "waiting"]
        moment = max(leases, default=moment)
    first = rows_of(database, Outbox, Outbox.period == str(TODAY))
    assert {row.attempts for row in first if row.state == "failed"} == {outreach.TRIES}
    assert not [row for row in first if row.state == "waiting"]


def test_a_crash_between_sending_and_marking_doubles_at_most_one(
    run, postbox, busy, database, monkeypatch
):
    finish = post.finish
    crashed: list[int] = []

    def crash_once(door, key, state, *rest, **more):
        if state == "sent" and not crashed:
            crashed.append(key)
            raise SystemExit("the power went")
        finish(door, key, state, *rest, **more)

    monkeypatch.setattr(post, "finish", crash_once)
    with pytest.raises(SystemExit):
        run()
    run(NOW + outreach.LEASE)
    ids = [mail.message_id for mail in postbox.taken]
    assert len(ids) == len(set(ids)) + 1, "one mail twice, under one id, and none lost"
    assert waiting(database) <= {"sent", "dropped"}


def test_a_crash_before_sending_loses_nothing(run, postbox, busy, cast, hub, monkeypatch):
    def crash(_message):
        raise SystemExit("the power went")

    monkeypatch.setattr(postbox, "send", crash)
    with pytest.raises(SystemExit):
        run()
    monkeypatch.undo()
    run(NOW + outreach.LEASE)
    assert len(to(postbox, cast.pia.email)) == 1


def poison_render(hub, postbox, email, monkeypatch):
    def render(letter):
        if letter.to == email:
            raise KeyError("Alice Archer has pain 8")
        return hub.render(letter)

    return render


def poison_send(hub, postbox, email, monkeypatch):
    take = postbox.send

    def send(message):
        if message.to == email:
            raise ValueError("Alice Archer has pain 8")
        take(message)

    monkeypatch.setattr(postbox, "send", send)
    return hub.render


def poison_letter(hub, postbox, email, monkeypatch):
    find = post.recipient

    def recipient(door, key):
        row = find(door, key)
        if row and row.email == email:
            raise LookupError("Alice Archer has pain 8")
        return row

    monkeypatch.setattr(post, "recipient", recipient)
    return hub.render


@pytest.mark.parametrize("poison", [poison_letter, poison_render, poison_send])
def test_a_poisoned_mail_keeps_no_other_and_is_given_up(
    poison, app, hub, postbox, busy, cast, monkeypatch, caplog
):
    render, database = poison(hub, postbox, cast.pia.email, monkeypatch), hub.database
    moment = NOW
    for _ in range(outreach.TRIES):
        with app.app_context():
            outreach.run_due(database, hub.secrets, postbox, render, moment)
        rows = rows_of(database, Outbox)
        moment = max((r.leased_until for r in rows if r.state == "waiting"), default=moment)
    (bad,) = [row for row in rows if row.person_id == cast.pia.person_id]
    assert (bad.state, bad.attempts) == ("failed", outreach.TRIES)
    assert bad.fault in {"KeyError", "ValueError", "LookupError"}
    assert "Alice" not in "".join(record.getMessage() for record in caplog.records)
    assert {row.state for row in rows if row is not bad} <= {"sent", "dropped"}
    assert postbox.taken


def test_a_mail_that_takes_the_worker_down_each_time_is_given_up(run, postbox, busy, database):
    queued(database)
    with database.door(writes=True) as door:
        door.run(update(Outbox).values(attempts=outreach.TRIES))
    run()
    assert {(row.state, row.fault) for row in rows_of(database, Outbox)} == {
        ("failed", "unfinished")
    }
    assert not postbox.taken


def test_a_long_round_gives_signs_of_life_and_leases_afresh(
    app, hub, postbox, busy, database, clock, monkeypatch
):
    moment = [NOW]
    beats, leases = [], []
    beat, claim, take = post.beat, post.claim, postbox.send

    def see_beat(door, name, at):
        beats.append(at)
        beat(door, name, at)

    def see_claim(door, key, at, until):
        leases.append((moment[0], until))
        return claim(door, key, at, until)

    def slowly(message):
        moment[0] += timedelta(minutes=1)
        take(message)

    monkeypatch.setattr(post, "beat", see_beat)
    monkeypatch.setattr(post, "claim", see_claim)
    monkeypatch.setattr(postbox, "send", slowly)
    with app.app_context():
        counts = outreach.run_due(
            hub.database, hub.secrets, postbox, hub.render, NOW, lambda: moment[0]
        )
    assert counts.sent >= 2
    assert all(until - at == outreach.LEASE for at, until in leases)
    assert len(beats) == counts.sent + 1
    with database.door() as door:
        assert outreach.is_worker_alive(door, moment[0])


def test_signs_of_life_are_cheap(run, busy, database, monkeypatch):
    beats = []
    monkeypatch.setattr(post, "beat", lambda *given: beats.append(given))
    assert run().sent >= 2
    assert len(beats) == 1


# Rechecked when it is sent.


def queued(database):
    with database.door(writes=True) as door:
        return outreach.queue_digests(door, NOW)


def drop_membership(database, cast, secrets):
    with database.door(writes=True) as door:
        door.run(
            update(Membership).where(Membership.id == cast.pia.membership_id).values(ended_at=NOW)
        )


def drop_address(database, cast, secrets):
    with database.door(writes=True) as door:
        door.run(update(Person).where(Person.id == cast.pia.person_id).values(email=None))


def drop_wish(database, cast, secrets):
    with database.door(writes=True) as door:
        who = (cast.harbour.id, cast.pia.person_id, outreach.MailKind.DAILY)
        outreach.set_wish(door, who, NOW, is_on=False)


@pytest.mark.parametrize("change", [drop_membership, drop_address, drop_wish])
def test_whoever_left_since_gets_nothing(change, run, postbox, busy, database, cast, secrets):
    assert queued(database)
    change(database, cast, secrets)
    run()
    assert not to(postbox, cast.pia.email)
    (row,) = [r for r in rows_of(database, Outbox) if r.person_id == cast.pia.person_id]
    assert row.state == "dropped"


def test_a_daily_mail_is_dropped_after_its_day(run, postbox, busy, cast, database):
    queued(database)
    run(NOW.replace(hour=22, minute=59))
    assert len(to(postbox, cast.pia.email)) == 1
    with database.door(writes=True) as door:
        door.run(update(Outbox).values(state="waiting", leased_until=None))
    run(NOW + timedelta(hours=12))
    assert len(to(postbox, cast.pia.email)) == 1
    assert waiting(database) == {"dropped"}


@pytest.mark.parametrize("day, comes", [(1, True), (2, False)])
def test_a_weekly_mail_is_dropped_after_its_monday(day, comes, run, postbox, cast, database):
    with database.door(writes=True) as door:
        assert outreach.queue_digests(door, SUNDAY)
    run(SUNDAY.replace(hour=12) + timedelta(days=day))
    assert bool(to(postbox, "alice@home.example")) is comes


def test_what_is_not_shared_is_not_counted(run, postbox, busy, cast, visit):
    for record in (cast.alice, cast.bob):
        visit(record).post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "off"})
    run()
    assert not to(postbox, cast.pia.email)


# Mails that people ask for.


def test_a_password_reset_by_mail_sets_a_new_password_once(client, run, postbox, cast):
    client.send(client.form("/forgot"), email=cast.pia.email)
    run(NOW + timedelta(hours=10))
    (mail,) = [m for m in to(postbox, cast.pia.email) if "/reset/" in m.text]
    assert "List-Unsubscribe" not in mail.headers
    path = re.search(r"/reset/[\w.-]+", mail.text)
    assert path is not None
    assert client.send(client.form(path[0]), password="quite another sentence").status_code == 303
    assert client.get(path[0]).status_code == 410


def test_a_new_phone_by_mail_opens_each_clinic_by_its_own_link(client, run, postbox, cast):
    client.send(client.form("/new-phone"), email="emil@home.example")
    client.send(client.form("/new-phone"), email="nobody@home.example")
    run()
    mails = [mail for mail in postbox.taken if "/join/" in mail.text]
    assert [mail.to for mail in mails] == ["emil@home.example"] * 2
    links = {re.search(r"/join/[\w-]+", mail.text)[0] for mail in mails}  # type: ignore[index]
    assert len(links) == 2
    said = {"name": "Emil Ernst", "year_of_birth": "1969"}
    assert client.post(links.pop(), said).status_code == 303
    assert len(client.get("/me/export.json").json["clinics"]) == 1


def test_a_new_phone_mail_tried_again_leaves_one_way_in(
    client, run, postbox, cast, database, maker
):
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        by_staff = patient_joining.invite_patient(
            scope, maker.secrets, cast.alice.patient_id, NOW
        ).token
    client.send(client.form("/new-phone"), email="alice@home.example")
    postbox.faults = 10_000
    moment = NOW
    for _ in range(3):
        run(moment)
        moment += timedelta(minutes=10)
    postbox.faults = 0
    run(moment)
    (mail,) = [mail for mail in postbox.taken if "/join/" in mail.text]
    mine = rows_of(database, Invitation, Invitation.patient_id == cast.alice.patient_id)
    mailed = [row for row in mine if row.made_by is None]
    assert len(mailed) == 4
    assert len([row for row in mailed if row.used_at is None]) == 1
    link = re.search(r"/join/[\w-]+", mail.text)
    assert link is not None
    for path in (link[0], f"/join/{by_staff}"):
        assert client.get(path).status_code == 200


def test_an_address_of_a_patient_resets_no_password(client, run, postbox, cast):
    client.send(client.form("/forgot"), email="alice@home.example")
    run()
    assert not [mail for mail in postbox.taken if "/reset/" in mail.text]


# The worker's sign of life, and post offices.


def test_each_run_leaves_a_sign_of_life(run, database):
    run()
    (beat,) = rows_of(database, Heartbeat)
    assert beat.beat_at == NOW


def test_without_a_post_office_mails_wait_untouched(app, hub, busy, database, clock):
    for hours in range(10):
        counts = due_now(app, NOW + timedelta(hours=hours))
        assert (counts.sent, counts.failed, counts.dropped) == (0, 0, 0)
    rows = rows_of(database, Outbox)
    assert {(row.state, row.attempts) for row in rows} == {("waiting", 0)}
    with pytest.raises(MailFault):
        NoMailer().send(Message("a@b.example", "s", "t", "<p>h</p>", "1@aftercare"))


class _Taken:
    """What an SMTP server took."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope.content)
        return self.answer


class _AnyPort(Controller):
    """Says on which port it listens before it greets itself there."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def smtp_server():
    taken = _Taken()
    server = _AnyPort(taken, hostname="127.0.0.1", port=0)
    server.start()
    try:
        yield taken, f"smtp://127.0.0.1:{server.port}"
    finally:
        server.stop()


MAIL = Message(
    "pia@harbour.example", "Two need a look – früh", "Text ünd link", "<p>Html ünd link</p>", "1@aftercare",
    {"List-Unsubscribe": "<https://a.example/unsubscribe/x>",
     "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)  # fmt: skip


def test_an_smtp_server_gets_whole_mails_over_one_connection():
    with smtp_server() as (taken, url):
        mailer = SmtpMailer(url, "Aftercare <care@clinic.example>")
        mailer.send(MAIL)
        mailer.send(MAIL)
        mailer.close()
    first, second = (message_from_bytes(raw, policy=policy.default) for raw in taken.mails)
    assert first["Message-ID"] == second["Message-ID"] == "<1@aftercare>"
    assert first["To"] == "pia@harbour.example"
    assert first["From"] == "Aftercare <care@clinic.example>"
    assert first["Subject"] == "Two need a look – früh"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    assert "Text ünd link" in next(first.iter_parts()).get_content()


def test_a_server_that_refuses_or_is_away_is_a_fault_and_the_next_mail_goes():
    with smtp_server() as (taken, url):
        mailer = SmtpMailer(url, "care@clinic.example")
        taken.answer = "451 later"
        with pytest.raises(MailFault, match="451"):
            mailer.send(MAIL)
        taken.answer = "250 OK"
        mailer.send(MAIL)
        mailer.close()
    with pytest.raises(MailFault):
        SmtpMailer(url, "care@clinic.example").send(MAIL)


@pytest.mark.parametrize("to_whom", ["a@b.example\nBcc: all@b.example", "a@b.example\r\nX: y"])
def test_a_hostile_header_is_a_fault_and_never_sent(to_whom, tmp_path):
    message = Message(to_whom, "s", "t", "<p>h</p>", "1@aftercare")
    with pytest.raises(MailFault):
        FolderMailer(tmp_path, "care@clinic.example").send(message)
    assert not list(tmp_path.iterdir())


def test_a_folder_keeps_mails_that_any_program_opens(tmp_path):
    FolderMailer(tmp_path / "mail", "care@clinic.example").send(MAIL)
    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["Subject"] == MAIL.subject


def test_real_mail_goes_out_end_to_end(app, hub, busy, cast, clock, database):

    with smtp_server() as (taken, url), app.app_context():
        mailer = SmtpMailer(url, "care@clinic.example")
        counts = outreach.run_due(hub.database, hub.secrets, mailer, hub.render, NOW)
    assert counts.sent == len(taken.mails) > 0
    mail = next(
        mail
        for mail in (message_from_bytes(raw, policy=policy.default) for raw in taken.mails)
        if mail["To"] == cast.pia.email
    )
    assert mail["List-Unsubscribe"].startswith("<http")
    assert not [name for name in NAMES if name in mail.as_string()]
