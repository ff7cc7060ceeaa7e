"""A clinic's server with bad weather, which can be replaced by a newer one; and its patient."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from sqlalchemy import update
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

from tests.support.browser import ClinicServer, _Handler, read_whole
from tests.support.cast import Colleague, Maker, Record
from tests.support.clients import Browser as Cookies
from tracker import serving
from tracker.app import create_app
from tracker.domain.access import Role
from tracker.domain.days import local_day
from tracker.domain.needling import MuscleRow, Side, Technique
from tracker.domain.prescription import EVERY_DAY, Dose
from tracker.paths import STATIC
from tracker.services import needling, patients, programme
from tracker.services.patients import NewEpisode
from tracker.services.programme import NewPrescription
from tracker.store import migrate
from tracker.store.schema import (
    AuthSession,
)
from tracker.web import assets

DAYS_BACK = 60
"""Since when Nora is a patient: days enough to log each round about another one."""


# The server.

WEATHER = ("fair", "slow", "lost before", "lost after", "half", "broken", "away")
"""What may befall a request to the API; "lost after" is lost when the server has done its work."""


class PhoneServer(ClinicServer):
    """A clinic's server that stops and starts on one port, and is sometimes hard to reach."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.weather = "fair"
        self.luck = random.Random(0)
        self.is_up = False
        self.versions = 1
        super().__init__(folder)

    def _serve(self, listener: Any) -> None:
        if self.versions == 1:
            migrate.upgrade(self.hub.database.engine)
        with listener:
            self._server = make_server(
                "127.0.0.1",
                0,
                self._take,
                threaded=True,
                request_handler=_Handler,
                fd=listener.fileno(),
            )
        self._server.daemon_threads = False  # type: ignore[attr-defined]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()
        self.is_up = True

    def halt(self) -> None:
        """Stop listening; the database stays."""
        if self.is_up:
            self.is_up = False
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def resume(self) -> None:
        """Listen again where it was."""
        if not self.is_up:
            self._serve(serving.bind("127.0.0.1", int(self.address.rpartition(":")[2])))

    def stop(self) -> None:
        """Answer nobody any more and close everything."""
        self.halt()
        self.hub.database.dispose()

    def upgrade(self) -> None:
        """Another version of the app: one byte of its static files is another, so is its hash."""
        self.versions += 1
        tree = self.folder / f"static-{self.versions}"
        shutil.copytree(STATIC, tree)
        with (tree / "js" / "app.js").open("a") as module:
            module.write(f"// {self.versions}\n")
        hub = self.hub
        with mock.patch.object(assets, "STATIC", tree):
            app = create_app(self.settings)
        self.hub.database.engine.dispose()
        app.extensions["aftercare"].database.dispose()
        app.extensions["aftercare"] = hub
        self.app = app

    @property
    def version(self) -> str:
        """The hash of the static files."""
        return str(self.app.config["STATIC_VERSION"])

    def _take(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app: Flask = self.app
        is_api = environ["PATH_INFO"].startswith("/api/v1/")
        weather = self.weather if self.luck.random() < 0.6 else "fair"
        if weather == "slow":
            time.sleep(self.luck.uniform(0.02, 0.4))
        if environ["PATH_INFO"] == "/sw.js":
            return self._give_worker(app, environ, start_response)
        if not is_api or weather in {"fair", "slow"}:
            return read_whole(app)(environ, start_response)
        if weather in {"broken", "away"}:
            start_response("500 Broken" if weather == "broken" else "503 Away", [])
            return [b""]
        if weather == "lost before":
            raise ConnectionAbortedError
        body, status, headers = run_wsgi_app(app, environ, buffered=True)
        told = b"".join(body)
        if weather == "lost after":
            raise ConnectionAbortedError
        start_response(status, headers.to_wsgi_list())
        return _half(told)

    @staticmethod
    def _give_worker(
        app: Flask, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """The service worker, which also tells its version to whoever asks."""
        plain = {**environ, "HTTP_ACCEPT_ENCODING": ""}
        body, status, headers = run_wsgi_app(app, plain, buffered=True)
        del headers["Content-Length"]
        start_response(status, headers.to_wsgi_list())
        return [*body, TELL_VERSION]


TELL_VERSION = b"""
self.addEventListener("message", ({ data, ports }) => {
  if (data.kind === "version") ports[0].postMessage(VERSION);
});
"""


def _half(body: bytes) -> Iterator[bytes]:
    """An answer that ends in the middle, as a connection does in a tunnel."""
    yield body[: len(body) // 2]
    raise ConnectionAbortedError


# The patient.


@dataclass
class Nora:
    """A patient with two complaints, two stretches a day and three sessions, and her cookie."""

    server: PhoneServer
    made: Maker = field(init=False)
    record: Record = field(init=False)
    physio: Colleague = field(init=False)
    episodes: list[UUID] = field(default_factory=list)
    today: date = field(init=False)
    sign_ins: int = 0
    cookie: str = ""

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        zone = self.server.zone
        self.today = local_day(now, zone)
        since = self.today - timedelta(days=DAYS_BACK)
        then = now - timedelta(days=DAYS_BACK)
        self.made = Maker(self.server.hub.database, self.server.hub.secrets)
        house = self.made.clinic("Ferry", zone, then)
        self.physio = self.made.colleague(house, "Lea Ferry", Role.LEAD, then)
        self.record = self.made.new_patient(self.physio, "Nora Ferry", opened_on=since, now=then)
        self._live(now, then, since)
        self.sign_in()

    def _live(self, now: datetime, then: datetime, since: date) -> None:
        with self.server.hub.database.scope(self.made.staff(self.physio, now), writes=True) as desk:
            own = self.record.patient_id
            patients.open_episode(
                desk, own, NewEpisode("Right knee", "leg", "right", since), now, self.today
            )
            self.episodes = [row.id for row in patients.see_patient(desk, own)[1]]
            for days in (12, 6, 1):
                row = MuscleRow("upper-trapezius", Side.RIGHT, 6, Technique.DEEP)
                at = now - timedelta(days=days, hours=3)
                session = needling.NewSession(self.episodes[0], at, [row], "", uuid4())
                needling.record_session(desk, own, session, now)
            for stretch in ("side-neck", "armpit-look"):
                given = NewPrescription(stretch, "right", Dose(1, 3, 30, EVERY_DAY), "")
                programme.prescribe(desk, own, self.episodes[0], given, then, since)

    def sign_in(self) -> None:
        """A new session, as a new code of the clinic would open."""
        token = self.made.open(self.record, datetime.now(UTC)).token
        cookies = Cookies(self.server.app).carry(token)
        self.cookie = cookies.cookie() or ""
        self.sign_ins += 1

    def end_sessions(self) -> None:
        """As if they had run out."""
        with self.server.hub.database.door(writes=True) as door:
            door.run(update(AuthSession).values(ended_at=datetime.now(UTC)))
