"""The caseload of a large clinic, with one year of history behind it and with five."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

from sqlalchemy import func, select, text, update

from tracker.bench import data
from tracker.bench.data import Bench
from tracker.bench.measure import Printer, Request, Times, alternate, call, count_queries
from tracker.services import judging
from tracker.store.engine import WRITES
from tracker.store.schema import Checkin, Patient
from tracker.web.physio import caserows

SIMULATED_DAYS = 120

_OLDER = {
    "sqlite": """
INSERT INTO checkin (entry_id, episode_id, local_date, zone, pain_average, is_backfilled, rev,
    recorded_at, updated_at, clinic_id, patient_id)
WITH RECURSIVE back(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM back WHERE n < :last)
SELECT lower(hex(randomblob(16))), id, date(opened_on, '-' || n || ' days'), 'Europe/London',
    abs(random()) % 11, 0, 1, '2020-01-01 00:00:00.000000', '2020-01-01 00:00:00.000000',
    clinic_id, patient_id
FROM episode CROSS JOIN back
""",
    "postgresql": """
INSERT INTO checkin (entry_id, episode_id, local_date, zone, pain_average, is_backfilled, rev,
    recorded_at, updated_at, clinic_id, patient_id)
SELECT gen_random_uuid(), id, opened_on - n, 'Europe/London', floor(random() * 11), false, 1,
    '2020-01-01', '2020-01-01', clinic_id, patient_id
FROM episode CROSS JOIN generate_series(CAST(:first AS int), CAST(:last AS int)) AS back(n)
""",
}


def bench(folder: Path, printer: Printer, given: argparse.Namespace) -> None:
    """Server time of the whole list and of a page, after one year and after more, by engine."""
    for url in ["", given.database] if given.database else [""]:
        _measure(data.open_bench(folder, url), printer, given)


def _measure(own: Bench, printer: Printer, given: argparse.Namespace) -> None:
    engine = own.hub.database.engine
    printer.say(f"  {engine.dialect.name}: making {given.patients} patients ...")
    data.fill(own, patients=given.patients, days=SIMULATED_DAYS)
    cookie = data.staff_cookie(own)
    asked = {
        "whole": Request("/patients?all=1&whole=1", cookie),
        "page of 50": Request("/patients?all=1", cookie),
        "page 20": Request("/patients?all=1&page=20", cookie),
    }
    first: list[Times] = []
    reached = SIMULATED_DAYS
    for years in sorted({1, given.years}):
        printer.say(f"  adding check-ins up to {years} years ...")
        _add_older(own, reached - SIMULATED_DAYS + 1, years * 365 - SIMULATED_DAYS)
        reached = years * 365
        # The first request marks the look and draws each row once.
        caserows.forget()
        cold = alternate([(own.app.wsgi_app, [asked["whole"]], 200)])[0]
        # One after the other: a page of megabytes leaves nothing in the processor's caches.
        times = [
            alternate([(own.app.wsgi_app, [one] * given.rounds, 200)])[0] for one in asked.values()
        ]
        printer.row(f"check-ins behind it after {years} years", f"{_count(own):,}")
        printer.row("whole, each row drawn for the first time", _wall(cold))
        for words, own_times in zip(asked, times, strict=True):
            printer.row(f"{words}, p50 / p95", _wall(own_times))
        if first:
            for words, now, before in zip(asked, times, first, strict=True):
                slower = now.median_cpu / before.median_cpu
                printer.row(f"{years} years over one, {words}", f"{slower:.2f} times the CPU time")
        first = first or times
    for words, request in asked.items():
        with count_queries(engine) as sent:
            answer = call(own.app.wsgi_app, request.environ())
        size = len(gzip.decompress(answer.body))
        printer.row(
            f"{words}: queries, bytes packed (plain)",
            f"{len(sent)}, {len(answer.body):,} ({size:,})",
        )
    printer.row("judging everybody anew (the worker, once a day)", _judge_all(own))


def _judge_all(own: Bench) -> str:
    with own.hub.database.door(writes=True) as door:
        door.session.execute(update(Patient).values(judged_until=None))
    times = Times()
    with times.one():
        judging.judge_everybody(own.hub.database, own.now)
    return _wall(times)


def _wall(times: Times) -> str:
    return f"{times.wall_at(50):.1f} / {times.wall_at(95):.1f} ms (CPU {times.median_cpu:.1f} ms)"


def _add_older(own: Bench, first: int, last: int) -> None:
    if last < first:
        return
    engine = own.hub.database.engine.execution_options(**{WRITES: True})
    with engine.begin() as connection:
        connection.execute(text(_OLDER[engine.dialect.name]), {"first": first, "last": last})
        connection.exec_driver_sql("ANALYZE")


def _count(own: Bench) -> int:
    with own.hub.database.door() as door:
        return int(door.session.scalar(select(func.count()).select_from(Checkin)) or 0)
