"""`tracker bench`: what the pages cost, beside a bare program that does only the same work.

Every figure is of this machine and this run. Both programs are called in one process through
WSGI, turn about, so that whatever else the machine does falls on both; the ratio is bare over
ours (1.0 means as fast as the bare one), of the medians of CPU time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tracker.bench import alerts, caseload, days, pages, start
from tracker.bench.measure import Printer

Bench = Callable[[Path, Printer, argparse.Namespace], None]

BENCHES: dict[str, tuple[str, Bench]] = {
    "checkin": ("a day's check-in beside the bare write of the same rows", days.bench_checkin),
    "history": ("a year's history beside the bare page", days.bench_history),
    "caseload": ("the caseload with one and five years of history", caseload.bench),
    "pages": ("bytes, requests, queries and time of the main pages", pages.bench),
    "alerts": ("flares found and false alerts on a simulated caseload", alerts.bench_alerts),
    "start": ("cold start and memory", start.bench),
}


def main(argv: Sequence[str]) -> int:
    """Run the benches that are named, all of them when none is; gives the exit code."""
    parser = argparse.ArgumentParser(prog="tracker bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--patients", type=int, default=2000, help="caseload's size (2000)")
    parser.add_argument("--years", type=int, default=5, help="years of history (5)")
    parser.add_argument(
        "--database", metavar="URL", default="", help="an empty PostgreSQL database, for caseload"
    )
    parser.add_argument("--rounds", type=int, default=200, help="requests measured (200)")
    given = parser.parse_args(argv)
    unknown = [name for name in given.names if name not in BENCHES]
    if unknown:
        parser.exit(2, f"tracker bench: {unknown[0]} is none of {', '.join(BENCHES)}\n")
    printer = Printer(sys.stdout)
    printer.machine()
    for name in given.names or BENCHES:
        words, bench = BENCHES[name]
        printer.head(name, words)
        with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as folder:
            bench(Path(folder), printer, given)
    return 0
