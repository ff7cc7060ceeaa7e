"""Calling programs turn about and telling medians: CPU time from the process's own clock."""

from __future__ import annotations

import gc
import io
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder

from tracker.store.engine import sqlite_build

Wsgi = Callable[..., Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be made any number of times."""

    path: str
    cookie: str = ""
    form: Sequence[tuple[str, str]] | None = None
    gzip: bool = True

    def environ(self) -> dict[str, Any]:
        """A fresh WSGI environment."""
        headers = {"Host": "127.0.0.1", "Cookie": self.cookie}
        if self.gzip:
            headers["Accept-Encoding"] = "gzip"
        path, _, query = self.path.partition("?")
        body = None
        if self.form is not None:
            from urllib.parse import urlencode  # noqa: PLC0415 - needed for posts alone

            body = urlencode(self.form).encode()
        builder = EnvironBuilder(
            path=path,
            query_string=query,
            method="POST" if body is not None else "GET",
            headers=list(headers.items()),
            input_stream=io.BytesIO(body or b""),
            content_type="application/x-www-form-urlencoded" if body is not None else None,
            content_length=len(body) if body is not None else None,
        )
        return builder.get_environ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def wire_bytes(self) -> int:
        """Body and headers as they go over the wire."""
        heads = sum(len(name) + len(value) + 4 for name, value in self.headers.items())
        return len(self.body) + heads + 17


def call(app: Wsgi, environ: dict[str, Any]) -> Answer:
    """Make one request."""
    got: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _fault: Any = None) -> Any:
        got["status"], got["headers"] = int(status[:3]), dict(headers)
        return lambda _data: None

    result = app(environ, start_response)
    try:
        body = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close:
            close()
    return Answer(got["status"], body, got["headers"])


@dataclass(slots=True)
class Times:
    """CPU and wall times of some requests, in milliseconds."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Time what happens inside."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.cpu.append((time.process_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)

    @property
    def median_cpu(self) -> float:
        """Median CPU time."""
        return statistics.median(self.cpu)

    def wall_at(self, percent: float) -> float:
        """A percentile of the wall times."""
        ordered = sorted(self.wall)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def alternate(pairs: Sequence[tuple[Wsgi, Sequence[Request], int]]) -> list[Times]:
    """Call programs turn about, one request each; each answer's status is checked."""
    gc.collect()
    gc.freeze()
    times = [Times() for _ in pairs]
    for turn in range(min(len(requests) for _, requests, _ in pairs)):
        for (app, requests, status), own in zip(pairs, times, strict=True):
            environ = requests[turn].environ()
            with own.one():
                answer = call(app, environ)
            if answer.status != status:
                raise RuntimeError(f"{requests[turn].path} answered {answer.status}")
    return times


@contextmanager
def count_queries(engine: Engine) -> Iterator[list[str]]:
    """Every statement sent while it lasts, without BEGIN and COMMIT."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        if not args[2].startswith(("BEGIN", "PRAGMA")):
            sent.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


class Printer:
    """Says what is measured, a line a figure."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def say(self, text: str) -> None:
        """A line, at once: some benches take minutes."""
        print(text, file=self._out, flush=True)

    def machine(self) -> None:
        """What it runs on."""
        cores = os.cpu_count()
        self.say(
            f"Python {platform.python_version()}, SQLite {sqlite_build().text} FULL, {cores} cores"
        )

    def head(self, name: str, words: str) -> None:
        """A bench's heading."""
        self.say(f"\n{name}: {words}")

    def row(self, words: str, value: str) -> None:
        """One figure."""
        self.say(f"  {words:<58} {value}")

    def ratio(self, words: str, bare: Times, ours: Times) -> None:
        """Ours beside the bare program."""
        ratio = bare.median_cpu / ours.median_cpu
        self.row(
            words,
            f"{ratio:.2f} of bare (CPU {ours.median_cpu:.2f} ms, bare {bare.median_cpu:.2f} ms)",
        )
        self.row(
            "  its wall time, p50 / p95 / p99",
            f"{ours.wall_at(50):.2f} / {ours.wall_at(95):.2f} / {ours.wall_at(99):.2f} ms",
        )
