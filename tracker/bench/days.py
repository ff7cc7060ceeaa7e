"""A day's check-in and a year's history, each beside the bare program."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from tracker.bench import bare, data
from tracker.bench.data import Bench
from tracker.bench.measure import Printer, Request, alternate
from tracker.domain.days import local_day
from tracker.services import accounts, today
from tracker.services.daybook import Moment
from tracker.services.plan import read_plan
from tracker.store.schema import Episode, NeedlingSession, Patient

HISTORY_DAYS = 366


def bench_checkin(folder: Path, printer: Printer, given: argparse.Namespace) -> None:
    """New days of different patients: rating, stretches, note, soreness where it is asked."""
    bench = data.open_bench(folder)
    data.fill(bench, patients=max(given.rounds, 42), days=90)
    people = data.patients_of(bench, given.rounds)
    cookies = data.patient_cookies(bench, [person for _, person in people])
    requests, rows = [], 0
    for cookie, token in cookies:
        form = _day_form(bench, cookie, token)
        rows += sum(1 for name, _ in form if name.startswith(("pain_", "outcome-", "soreness")))
        requests.append(Request("/today", cookie, form))
    mean = max(1, round(rows / len(requests)) + 2)
    own = [Request("/day", form=[("rows", str(mean)), ("note", "slept well")]) for _ in requests]
    program = bare.make(folder)
    plain, ours = alternate([(program.wsgi_app, own, 303), (bench.app.wsgi_app, requests, 303)])
    printer.row("rows written by one save, with its summary", f"{mean}")
    printer.ratio("a day's check-in, one FULL commit", plain, ours)


def _day_form(bench: Bench, cookie: str, token: str) -> list[tuple[str, str]]:
    with bench.app.test_request_context("/today", headers={"Cookie": cookie}):
        from tracker.web import access  # noqa: PLC0415 - asks for a request

        actor = accounts.require(access.find_actor())
    now = datetime.now(UTC)
    moment = Moment(local_day(now, data.ZONE), data.ZONE, now)
    with bench.hub.database.scope(actor) as scope:
        seen = today.see_day(scope, moment, read_plan(scope))
        form = [("csrf_token", token), ("local_date", moment.local_date.isoformat())]
        form += [("zone", data.ZONE)]
        for item in seen.episodes:
            form += [("episode_id", str(item.episode_id)), ("clinic_id", str(item.clinic_id))]
            form += [("pain_average", "3"), ("note", "slept well")]
        for ask in seen.soreness[:1]:
            form += [("needling_session_id", str(ask.session_id)), ("soreness", "2")]
        form += [(f"outcome-{due.prescription_id}", "done") for due in seen.stretches]
    return form


def bench_history(folder: Path, printer: Printer, given: argparse.Namespace) -> None:
    """The range since the last session, moved a year back, so that the page shows a whole year."""
    bench = data.open_bench(folder)
    data.fill(bench, patients=42, days=HISTORY_DAYS + 60)
    patient_id, person_id = _longest(bench)
    cookie, _token = data.patient_cookies(bench, [person_id])[0]
    program = bare.make(folder, days=HISTORY_DAYS)
    _keep_first_session(bench, patient_id)
    for words, path, days in (
        ("a year's history: line and table of every day", "/progress?range=session", HISTORY_DAYS),
        ("twelve weeks of it", "/progress?range=12w", 84),
    ):
        own = [Request(path, cookie)] * given.rounds
        beside = [Request(f"/history?days={days}")] * given.rounds
        plain_times, ours = alternate(
            [(program.wsgi_app, beside, 200), (bench.app.wsgi_app, own, 200)]
        )
        printer.ratio(words, plain_times, ours)


def _longest(bench: Bench) -> tuple[UUID, UUID]:
    with bench.hub.database.door() as door:
        row = door.run(
            select(Patient.id, Patient.person_id)
            .join(Episode, Episode.patient_id == Patient.id)
            .join(NeedlingSession, NeedlingSession.patient_id == Patient.id)
            .where(Patient.person_id.is_not(None))
            .order_by(Episode.opened_on)
            .limit(1)
        ).one()
    return row.id, row.person_id


def _keep_first_session(bench: Bench, patient_id: UUID) -> None:
    """Move every session to the day of the first: the range since the last is then the year."""
    with bench.hub.database.door(writes=True) as door:
        first = door.session.scalar(
            select(NeedlingSession.needled_at)
            .where(NeedlingSession.patient_id == patient_id)
            .order_by(NeedlingSession.needled_at)
            .limit(1)
        )
        door.run(
            update(NeedlingSession)
            .where(NeedlingSession.patient_id == patient_id)
            .values(needled_at=first)
        )
