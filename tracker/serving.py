"""Serving on one machine: gunicorn for the web, and the mail worker beside it."""

from __future__ import annotations

import errno
import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from tracker.domain.errors import ConfigError
from tracker.services.hub import Hub
from tracker.store.engine import is_sqlite, sqlite_build
from tracker.worker import STOPS, Bell, work

RESTART_AFTER = 2
"""Seconds before a worker that died is started again: one that can't start must not spin."""

STOP_WITHIN = 10
"""Seconds that the worker has to finish a mail; one cut off is sent again, at most doubled."""

_log = logging.getLogger("tracker.worker")


@dataclass(frozen=True, slots=True)
class Plan:
    """How many processes and threads serve, and whether the worker is one of the threads."""

    workers: int
    threads: int
    worker_inside: bool


def plan_for(url: str, workers: int, threads: int) -> Plan:
    """What was asked for; a SQLite that several processes may corrupt is left to a single one."""
    if is_sqlite(url) and not sqlite_build().is_wal_safe:
        return Plan(1, max(threads, workers * threads), worker_inside=True)
    return Plan(workers, threads, worker_inside=False)


def bind(host: str, port: int) -> socket.socket:
    """A listening address, taken before anything else is touched; raises ConfigError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # Listening already takes the port: of two that bound it, one would fail only later.
        listener.listen(2048)
    except OSError as fault:
        listener.close()
        if fault.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"port {port} is taken on {host}; choose another with --port"
            ) from fault
        raise ConfigError(f"{host}:{port} can't be listened on: {fault.strerror}") from fault
    return listener


def let_go(app: Flask) -> None:
    """Close pooled connections: none may cross a fork."""
    hub: Hub = app.extensions["aftercare"]
    hub.database.dispose()


def _forget_connections(app: Flask) -> None:
    """In a forked child: leave the parent's connections to the parent."""
    hub: Hub = app.extensions["aftercare"]
    hub.database.engine.dispose(close=False)


class _Master(Arbiter):
    """gunicorn's master, which keeps the mail worker alive besides its own."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._mail_pid = 0
        self._mail_from = 0.0
        super().__init__(server)

    def manage_workers(self) -> None:
        """Called about once a second: start whatever is missing."""
        super().manage_workers()
        if self._server.plan.worker_inside or _is_alive(self._mail_pid):
            return
        if time.monotonic() >= self._mail_from:
            if self._mail_pid:
                _log.error("The worker (pid %d) ended and is started again", self._mail_pid)
            self._mail_from = time.monotonic() + RESTART_AFTER
            self._mail_pid = _fork_worker(self._server.flask, self.LISTENERS)

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 - gunicorn's signature
        """End the web's workers and the mail worker with them."""
        pid, self._mail_pid = self._mail_pid, 0
        if pid and _is_alive(pid):
            os.kill(pid, signal.SIGTERM)
        super().stop(graceful)
        if pid:
            _end(pid)

    def _stay(self) -> None:
        _log.warning("Nothing is reloaded or scaled while it runs: restart it instead")

    handle_hup = handle_usr2 = handle_ttin = handle_ttou = _stay


def _is_alive(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _end(pid: int) -> None:
    """Wait for a child that was asked to end, then insist."""
    limit = time.monotonic() + STOP_WITHIN
    while time.monotonic() < limit:
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
        except ChildProcessError:
            # gunicorn waits for every child, so it may have been faster.
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _fork_worker(app: Flask, listeners: list[Any]) -> int:
    """Start the mail worker; gives its process id. In the child it never returns."""
    parent = os.getpid()
    # Held back over the fork: a signal in between would reach the master's handler in the child.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return pid
    code = 1
    try:
        for listener in listeners:
            listener.close()
        for number in Arbiter.SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        bell = Bell()
        bell.on_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        _forget_connections(app)
        work(app, bell, parent=parent)
        code = 0
    finally:
        os._exit(code)


class _Server(BaseApplication):
    """The application under gunicorn, loaded once before the fork."""

    def __init__(
        self, app: Flask, listener: socket.socket, plan: Plan, loglevel: str, on_ready: Ready
    ) -> None:
        self.flask = app
        self.plan = plan
        self._bind = f"fd://{listener.detach()}"
        self._loglevel = loglevel
        self._on_ready = on_ready
        self._bell: Bell | None = None
        self._thread: threading.Thread | None = None
        super().__init__()

    def load_config(self) -> None:
        """The settings, in place of gunicorn's own command line and files."""
        memory = Path("/dev/shm")  # noqa: S108 - only heartbeats, and gunicorn unlinks them at once
        for name, value in {
            "bind": self._bind,
            "workers": self.plan.workers,
            "threads": self.plan.threads,
            "worker_class": "gthread",
            "worker_tmp_dir": str(memory) if memory.is_dir() else None,
            "preload_app": True,
            "control_socket_disable": True,
            "proc_name": "aftercare",
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 15,
            "umask": 0o077,
            "loglevel": self._loglevel,
            "when_ready": self._ready,
            "post_fork": self._forked,
            "post_worker_init": self._started,
            "worker_exit": self._exits,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, with everything that lives as long as it kept from the collector."""
        let_go(self.flask)
        gc.collect()
        gc.freeze()
        # Full collections hit one request in twenty of a long page; fewer of them are enough.
        gc.set_threshold(20_000, 50, 100)
        return self.flask

    def run(self) -> None:
        """Serve until a signal says otherwise."""
        _Master(self).run()

    def _ready(self, _server: Any) -> None:
        self._on_ready()

    def _forked(self, _server: Any, _worker: Any) -> None:
        _forget_connections(self.flask)

    def _started(self, _worker: Any) -> None:
        if self.plan.worker_inside:
            # Made here: a pipe from before the fork would be shared with the next process.
            self._bell = Bell()
            self._thread = threading.Thread(
                target=work, args=(self.flask, self._bell), name="mail", daemon=True
            )
            self._thread.start()

    def _exits(self, _server: Any, _worker: Any) -> None:
        if self._thread is not None and self._bell is not None:
            self._bell.ring()
            self._thread.join(STOP_WITHIN)


Ready = Callable[[], None]


def serve(
    app: Flask, listener: socket.socket, plan: Plan, *, loglevel: str, on_ready: Ready
) -> NoReturn:
    """Serve and work until SIGTERM or SIGINT, then end every child and exit."""
    _Server(app, listener, plan, loglevel, on_ready).run()
    raise SystemExit(0)
