"""The program's commands: what each says, prints and refuses, with one line and exit 2."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import create_engine, insert, select

from tracker import serving, worker
from tracker.cli import clinic as clinic_command
from tracker.cli import main
from tracker.config import Settings
from tracker.domain.errors import ConfigError, Expired
from tracker.services import invitations, staff_joining
from tracker.services.outreach import Counts
from tracker.services.secrets import Secrets
from tracker.store.base import Base
from tracker.store.engine import SqliteBuild, make_engine
from tracker.store.schema import Clinic
from tracker.store.scope import Database

SECRET = "a throw-away secret of forty characters.."
MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
CLINIC = [
    "clinic",
    "create",
    "--zone",
    "Europe/Vienna",
    "--language",
    "de",
    "--lead-email",
    "Lead@Clinic.example",
    "--emergency-number",
    "112",
    "--clinic-number",
    "01234",
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Each command runs in a folder of its own, with no settings but those of its test."""
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    mask = os.umask(0o022)
    yield
    os.umask(mask)


@pytest.fixture
def url(tmp_path, monkeypatch):
    """The address of a database that the environment names, with a secret beside it."""
    address = f"sqlite:///{tmp_path / 'clinic.db'}"
    monkeypatch.setenv("TRACKER_DATABASE_URL", address)
    monkeypatch.setenv("TRACKER_SECRET_KEY", SECRET)
    return address


def fails(capsys, *words):
    """The one line of a command that ends with exit code 2."""
    code: object
    try:
        code = main(words)
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def content(address):
    """Every row of every table, in the order of the tables."""
    engine = make_engine(address)
    with engine.connect() as connection:
        found = [connection.execute(select(table)).all() for table in Base.metadata.sorted_tables]
    engine.dispose()
    return found


# Wrong arguments and settings


@pytest.mark.parametrize(
    "words",
    [
        "",
        "nonsense",
        "demo --days 41",
        "demo --port 70000",
        "demo --patients 0",
        "demo --seed -1",
        "demo --nonsense",
        "serve --workers none",
        "run-due --now yesterday",
        "run-due --now 2026-11-23T07:30:00",
        "clinic",
    ],
)
def test_wrong_arguments_are_one_clear_line(capsys, words):
    assert fails(capsys, *words.split()).startswith("tracker")


@pytest.mark.parametrize("words", ["serve", "worker", "run-due", "clinic create"])
def test_without_a_secret_nothing_starts(capsys, words, url, monkeypatch):
    monkeypatch.delenv("TRACKER_SECRET_KEY")
    assert "TRACKER_SECRET_KEY is missing" in fails(capsys, *words.split())


@pytest.mark.parametrize(
    "address",
    ["nonsense", "mysql://x@localhost/x", "sqlite:////nowhere/at/all.db", "sqlite://"],
)
def test_a_database_that_cant_be_opened_is_one_clear_line(capsys, address, url, monkeypatch):
    monkeypatch.setenv("TRACKER_DATABASE_URL", address)
    fails(capsys, "run-due")


def test_mail_is_not_sent_from_a_database_that_is_not_upgraded(capsys, url):
    assert "tracker serve upgrades it" in fails(capsys, "run-due")


def test_a_taken_port_is_one_clear_line_and_leaves_the_demo_alone(capsys, tmp_path):
    file = tmp_path / "instance" / "demo" / "clinic.db"
    file.parent.mkdir(parents=True)
    file.write_text("the demo that runs")
    with serving.bind("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port} is taken" in fails(capsys, "demo", "--port", port)
    assert file.read_text() == "the demo that runs"


# The demo


def test_a_demo_is_the_same_for_a_seed(capsys, tmp_path):
    found = []
    for name, seed in (("one", "7"), ("two", "7"), ("three", "8")):
        address = f"sqlite:///{tmp_path / name}.db"
        with time_machine.travel(MONDAY, tick=False):
            assert main(["demo", "--no-serve", "--seed", seed, "--database", address]) == 0
        found.append(content(address))
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert "7." not in capsys.readouterr().err


def test_a_demo_replaces_the_one_before_in_a_private_file(capsys, tmp_path):
    for patients in ("3", "2"):
        assert main(["demo", "--no-serve", "--patients", patients]) == 0
    file = tmp_path / "instance" / "demo" / "clinic.db"
    assert str(file) in capsys.readouterr().out
    assert file.stat().st_mode & 0o077 == 0
    patients = next(
        rows for rows in content(f"sqlite:///{file}") if rows and "year_of_birth" in rows[0]._fields
    )
    assert len(patients) == 2 + 6


def test_a_demo_refuses_a_database_with_a_real_clinic(capsys, url):
    main([*CLINIC, "--name", "Real"])
    capsys.readouterr()
    before = content(url)
    assert "not the demo's" in fails(capsys, "demo", "--no-serve", "--database", url)
    assert content(url) == before


def test_a_demo_refuses_a_database_of_another_program(capsys, tmp_path):
    address = f"sqlite:///{tmp_path / 'other.db'}"
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    engine.dispose()
    assert "another program" in fails(capsys, "demo", "--no-serve", "--database", address)


# A clinic


def test_a_clinic_is_made_and_its_lead_invited_by_a_link_that_works(capsys, url):
    assert main([*CLINIC, "--name", "  Physio  am See "]) == 0
    link = capsys.readouterr().out.splitlines()[-1]
    base, _, token = link.rpartition("/join/")
    assert base == "http://127.0.0.1:8000"
    database = Database(make_engine(url))
    secrets = Secrets(Settings(url, SECRET))
    now = datetime.now(UTC)
    with database.door() as door:
        opened = invitations.look_up(door, secrets, token, now)
    assert (opened.clinic_name, opened.role) == ("Physio am See", "lead")
    assert (opened.email, opened.clinic_language) == ("lead@clinic.example", "de")
    with database.door(writes=True) as door:
        staff_joining.join_staff(
            door, secrets, opened, name="L", password="long enough", language="de", now=now
        )
    with database.door() as door, pytest.raises(Expired):
        invitations.look_up(door, secrets, token, now)
    database.dispose()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--name", " "],
        ["--name", "x" * 121],
        ["--name", "X", "--zone", "Europe/Atlantis"],
        ["--name", "X", "--lead-email", "nobody"],
        ["--name", "X", "--language", "tlh"],
        ["--name", "X", "--minimum-age", "26"],
        ["--name", "X", "--emergency-number", ""],
    ],
)
def test_a_clinic_that_is_not_complete_is_not_made(capsys, url, words):
    fails(capsys, *CLINIC, *words)


def test_a_clinic_asks_for_what_is_not_given_until_it_will_do(capsys):
    given = Namespace(**dict.fromkeys((q.name for q in clinic_command._QUESTIONS), None))
    given.name = "Physio"
    typed = iter(
        ["nowhere", "Europe/Vienna", "", "no", "a@b.example", "", "", "112", "1", *[""] * 4]
    )
    answers = clinic_command.collect(given, lambda _: next(typed))
    assert (answers["zone"], answers["language"], answers["minimum_age"]) == (
        "Europe/Vienna",
        "en",
        "16",
    )
    assert (answers["emergency_number"], answers["clinic_number"]) == ("112", "1")
    assert capsys.readouterr().err.count("\n") == 2


# Mail


def test_run_due_prints_its_counts_as_one_json_line(capsys, url, tmp_path, monkeypatch):
    with time_machine.travel(MONDAY, tick=False):
        main(["demo", "--no-serve", "--database", url])
    monkeypatch.setenv("TRACKER_MAIL_FOLDER", str(tmp_path / "mail"))
    capsys.readouterr()
    assert main(["run-due", "--now", "2026-11-23T07:30:00Z"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(["run-due", "--now", "2026-11-23T07:31:00Z"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert set(first) == {"queued", "sent", "dropped", "failed", "by_kind"}
    assert first["queued"] == first["sent"] + first["dropped"] > 0
    assert (
        sum(first["by_kind"].values()) == first["sent"] == len(list((tmp_path / "mail").iterdir()))
    )
    assert again == {"queued": 0, "sent": 0, "dropped": 0, "failed": 0, "by_kind": {}}


def test_the_worker_goes_on_after_a_fault_and_names_no_one(caplog, monkeypatch):
    bell, rounds = worker.Bell(), []

    def fail_once(app, now):
        rounds.append(now)
        if len(rounds) == 1:
            raise RuntimeError("pat@demo.example has pain 8")
        bell.ring()
        return Counts()

    monkeypatch.setattr(worker, "due_now", fail_once)
    monkeypatch.setattr(worker, "MAIL_EVERY", 0)
    worker.work(Flask("nobody"), bell)
    assert len(rounds) == 2
    assert len(caplog.records) == 1
    assert "RuntimeError" in caplog.text
    assert "pat" not in caplog.records[0].getMessage()


def test_a_rung_bell_wakes_at_once_and_stays_rung():
    bell = worker.Bell()
    bell.ring()
    bell.wait(60)
    bell.wait(60)
    assert bell.is_rung


# Serving


def test_a_sqlite_that_processes_may_corrupt_is_served_by_one(monkeypatch):
    assert serving.plan_for("sqlite:///x.db", 2, 4) == serving.Plan(2, 4, worker_inside=False)
    monkeypatch.setattr(serving, "sqlite_build", lambda: SqliteBuild((3, 40, 1)))
    assert serving.plan_for("sqlite:///x.db", 2, 4) == serving.Plan(1, 8, worker_inside=True)
    assert serving.plan_for("postgresql+psycopg:///x", 2, 4).workers == 2


def test_an_address_that_is_not_ours_is_one_clear_line():
    with pytest.raises(ConfigError, match="can't be listened on"):
        serving.bind("192.0.2.1", 0)


def test_a_foreign_clinic_is_found_even_beside_the_demos(capsys, url):
    main(["demo", "--no-serve", "--patients", "1", "--database", url])
    engine = make_engine(url)
    row = dict.fromkeys(("name", "zone", "language", "emergency_number", "clinic_number"), "x")
    with engine.begin() as connection:
        connection.execute(insert(Clinic).values(**row, created_at=MONDAY))
    engine.dispose()
    capsys.readouterr()
    assert "not the demo's" in fails(capsys, "demo", "--no-serve", "--database", url)
