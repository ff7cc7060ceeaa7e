"""What the main pages weigh and ask of the server."""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tracker.bench import data
from tracker.bench.data import Bench
from tracker.bench.measure import Answer, Printer, Request, alternate, call, count_queries
from tracker.web import figures

_KEPT = re.compile(r"const KEEP = (\[.*\]);")
_LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+|/manifest\.webmanifest)')


_IMPORTED = re.compile(r'from "\./([a-z_]+\.js)"')


def bench(folder: Path, printer: Printer, given: argparse.Namespace) -> None:
    """Bytes of the first /today and of the figures; queries and server time of three pages."""
    own = data.open_bench(folder)
    data.fill(own, patients=500, days=365 + 60)
    people = data.patients_of(own, 30)
    cookies = data.patient_cookies(own, [person for _, person in people])
    staff = data.staff_cookie(own)
    _weigh(own, printer, cookies[0][0])
    _count_taps(own, printer, cookies)
    _weigh_figures(printer)
    count = min(given.rounds, 50)
    for words, request in (
        ("/today", Request("/today", cookies[0][0])),
        ("/patients with 500 patients", Request("/patients?all=1", staff)),
        ("/patients/<id> with a year", Request(f"/patients/{people[0][0]}?range=12w", staff)),
    ):
        with count_queries(own.hub.database.engine) as sent:
            answer = call(own.app.wsgi_app, request.environ())
        [times] = alternate([(own.app.wsgi_app, [request] * count, 200)])
        printer.row(f"{words}: queries", str(len(sent)))
        printer.row(
            f"{words}: server time p50 / p95",
            f"{times.wall_at(50):.1f} / {times.wall_at(95):.1f} ms",
        )
        printer.row(f"{words}: page, compressed", f"{len(answer.body) / 1000:.1f} kB")


def _weigh(own: Bench, printer: Printer, cookie: str) -> None:
    """The page and everything that it links to, as a browser fetches it with an empty cache."""
    page = call(own.app.wsgi_app, Request("/today", cookie).environ())
    html = gzip.decompress(page.body).decode()
    parts: dict[str, Answer] = {"/today": page}
    for path in dict.fromkeys(_LINKED.findall(html)):
        parts[path] = call(own.app.wsgi_app, Request(path, cookie).environ())
    # The scripts that these ask for, the worker with all that it keeps, and the last 14 days.
    worker = call(own.app.wsgi_app, Request("/sw.js", cookie).environ())
    parts["/sw.js"] = worker
    kept: list[str] = json.loads(_KEPT.findall(gzip.decompress(worker.body).decode())[0])
    modules = [path for path in kept if "/js/" in path]
    besides = [path for path in kept if path not in modules]
    for path in (*modules, *besides, "/safety", "/api/v1/days"):
        if path not in parts:
            parts[path] = call(own.app.wsgi_app, Request(path, cookie).environ())
    total = sum(part.wire_bytes for part in parts.values())
    linked = {"/today", *_LINKED.findall(html)}
    sources = {path: _text(parts[path].body) for path in modules}
    on_today = _loaded(html, sources)
    shown = sum(parts[path].wire_bytes for path in linked | on_today)
    script = sum(len(parts[path].body) for path in ("/sw.js", *modules))
    printer.row("first /today: requests, with the worker's", str(len(parts)))
    printer.row("first /today: bytes over the wire, headers included", f"{total / 1000:.1f} kB")
    printer.row("  of these the page with all its script", f"{shown / 1000:.1f} kB")
    printer.row("all script of the patient's side, compressed", f"{script / 1000:.1f} kB")
    # What a page runs: the modules that it names and those that these import, the worker besides.
    guided = call(own.app.wsgi_app, Request("/stretches/start", cookie).environ())
    added = _loaded(gzip.decompress(guided.body).decode(), sources) - on_today
    today = sum(len(parts[path].body) for path in {"/sw.js", *on_today})
    session = sum(len(parts[path].body) for path in added)
    printer.row("  of it what /today loads, with the worker", f"{today / 1000:.1f} kB")
    printer.row("  of it what the guided session adds", f"{session / 1000:.1f} kB")


def _text(body: bytes) -> str:
    """An answer's text; a short one is not packed."""
    return (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode()


def _loaded(html: str, sources: Mapping[str, str]) -> set[str]:
    """The modules that a page loads: those it names, and what they import in turn."""
    found: set[str] = set()
    waiting = [path for path in _LINKED.findall(html) if path in sources]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            folder = path.rpartition("/")[0]
            waiting += [f"{folder}/{name}" for name in _IMPORTED.findall(sources[path])]
    return found


def _weigh_figures(printer: Printer) -> None:
    """Each drawn stretch as it moves, packed as the server packs it."""
    sizes = {
        name: len(gzip.compress(text.encode(), 9))
        for name, text in figures.files().items()
        if name.startswith("figures/") and not name.endswith("-still.svg")
    }
    largest = max(sizes, key=sizes.__getitem__)
    mean = sum(sizes.values()) / len(sizes)
    printer.row(f"{len(sizes)} moving figures, compressed: mean", f"{mean / 1000:.2f} kB")
    printer.row(f"  the largest, {Path(largest).stem}", f"{sizes[largest] / 1000:.2f} kB")


def _count_taps(own: Bench, printer: Printer, cookies: Sequence[tuple[str, str]]) -> None:
    """One tap a scale that stands open, one for all stretches, one to save; the most of many."""
    most = 0
    for cookie, _token in cookies:
        page = call(own.app.wsgi_app, Request("/today", cookie, gzip=False).environ()).body.decode()
        scales = set(re.findall(r'type="radio" name="((?:pain_average|soreness)[^"]*)"', page))
        most = max(
            most, len(scales) + page.count('name="all_done"') + page.count('class="save-bar"')
        )
    printer.row(f"taps for a whole day, the most of {len(cookies)} patients", str(most))
