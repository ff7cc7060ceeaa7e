"""The caseload of a large clinic, with one year of history behind it and with five."""

from __future__ import annotations

import argparse
from pathlib import Path

from sqlalchemy import func, select, text

from tracker.bench import data
from tracker.bench.data import Bench
from tracker.bench.measure import Printer, Request, Times, alternate, count_queries
from tracker.store.engine import WRITES
from tracker.store.schema import Checkin

SIMULATED_DAYS = 120

_OLDER = """
INSERT INTO checkin (entry_id, episode_id, local_date, zone, pain_average, is_backfilled, rev,
    recorded_at, updated_at, clinic_id, patient_id)
WITH RECURSIVE back(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM back WHERE n < :last)
SELECT lower(hex(randomblob(16))), id, date(opened_on, '-' || n || ' days'), 'Europe/London',
    abs(random()) % 11, 0, 1, '2020-01-01 00:00:00.000000', '2020-01-01 00:00:00.000000',
    clinic_id, patient_id
FROM episode CROSS JOIN back
"""


def bench(folder: Path, printer: Printer, given: argparse.Namespace) -> None:
    """Server time of the whole list and of its first page, after one year and after more."""
    own = data.open_bench(folder)
    printer.say(f"  making {given.patients} patients ...")
    data.fill(own, patients=given.patients, days=SIMULATED_DAYS)
    cookie = data.staff_cookie(own)
    whole = Request("/patients?all=1&whole=1", cookie)
    page = Request("/patients?all=1", cookie)
    first: list[Times] = []
    reached = SIMULATED_DAYS
    for years in sorted({1, given.years}):
        printer.say(f"  adding check-ins up to {years} years ...")
        _add_older(own, reached - SIMULATED_DAYS + 1, years * 365 - SIMULATED_DAYS)
        reached = years * 365
        count = max(10, given.rounds // 10)
        times = alternate(
            [(own.app.wsgi_app, [whole] * count, 200), (own.app.wsgi_app, [page] * count, 200)]
        )
        printer.row(f"check-ins behind it after {years} years", f"{_count(own):,}")
        printer.row(f"{given.patients} patients, whole, p50 / p95", _wall(times[0]))
        printer.row(f"{given.patients} patients, first page, p50 / p95", _wall(times[1]))
        first = first or times
        if years > 1:
            slower = times[1].wall_at(50) / first[1].wall_at(50)
            printer.row(f"{years} years over one, first page", f"{slower:.2f} times the time")
    with count_queries(own.hub.database.engine) as sent:
        alternate([(own.app.wsgi_app, [page], 200)])
    printer.row("queries of the page", str(len(sent)))


def _wall(times: Times) -> str:
    return f"{times.wall_at(50):.1f} / {times.wall_at(95):.1f} ms"


def _add_older(own: Bench, first: int, last: int) -> None:
    if last < first:
        return
    engine = own.hub.database.engine.execution_options(**{WRITES: True})
    with engine.begin() as connection:
        connection.execute(text(_OLDER), {"first": first, "last": last})
        connection.exec_driver_sql("ANALYZE")


def _count(own: Bench) -> int:
    with own.hub.database.door() as door:
        return int(door.session.scalar(select(func.count()).select_from(Checkin)) or 0)
