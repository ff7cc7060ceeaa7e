"""A throw-away PostgreSQL server on a free loopback port, for tests that need the real engine."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

INSTALL_HINT = (
    "PostgreSQL's server programs (initdb, postgres) are neither on PATH nor under "
    "/usr/lib/postgresql; install them, on Debian with: apt-get install postgresql"
)
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
UNPRIVILEGED = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; the first of these users that exists runs it then."""

READY_SECONDS = 30
STOP_SECONDS = 10
PORT_TRIES = 5
LOG_LINES = 20

CLUSTER_OPTIONS = (
    "--auth=trust",
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)
SERVER_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "synchronous_commit": "off",
}


class PostgresServer:
    """One running server; its files stand in a folder of its own, which goes when it stops."""

    def __init__(self, programs: Path, folder: Path, owner: str | None) -> None:
        self.folder = folder
        self.port = 0
        self._programs = programs
        self._owner = owner
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls) -> Self:
        """Make a cluster and serve it; RuntimeError says what to install or shows the log's end."""
        programs = find_programs()
        owner = _find_owner() if os.geteuid() == 0 else None
        server = cls(programs, Path(tempfile.mkdtemp(prefix="aftercare-postgres-")), owner)
        try:
            server._make_cluster()
            server._serve()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    def url(self, database: str) -> str:
        """SQLAlchemy's address of `database`, for the superuser `postgres`."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make an empty database, in place of any older one of that name; returns its address."""
        database = sql.Identifier(name)
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(database))
        return self.url(name)

    def stop(self) -> None:
        """End the server, roughly since nothing of it is kept, and remove its files."""
        process, self._process = self._process, None
        try:
            if process is not None:
                _end(process)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _make_cluster(self) -> None:
        if self._owner is not None:
            shutil.chown(self.folder, self._owner)
        made = subprocess.run(
            [self._programs / "initdb", f"--pgdata={self.folder / 'data'}", *CLUSTER_OPTIONS],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            user=self._owner,
            group=_group_of(self._owner),
            extra_groups=None if self._owner is None else [],
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed ({made.returncode}):\n{made.stdout}")

    def _serve(self) -> None:
        for _ in range(PORT_TRIES):
            self._launch(_free_port())
            if self._is_ready():
                return
        raise RuntimeError(self._with_log(f"PostgreSQL found no free port in {PORT_TRIES} tries"))

    def _launch(self, port: int) -> None:
        self.port = port
        settings = SERVER_SETTINGS | {
            "port": str(port),
            "unix_socket_directories": str(self.folder),
        }
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_dying_with_parent(), *command, *(f"--{k}={v}" for k, v in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                user=self._owner,
                group=_group_of(self._owner),
                extra_groups=None if self._owner is None else [],
            )

    def _is_ready(self) -> bool:
        """Wait until it answers; False when another program took the port in the meantime."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                if "Address already in use" in self._read_log():
                    return False
                raise RuntimeError(self._with_log("PostgreSQL ended while starting"))
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        raise RuntimeError(self._with_log(f"PostgreSQL not ready within {READY_SECONDS} s"))

    def _connect(self) -> psycopg.Connection[Any]:
        """By the socket in its own folder, so that no other server can answer in its place."""
        return psycopg.connect(
            host=str(self.folder),
            port=self.port,
            user="postgres",
            dbname="postgres",
            autocommit=True,
            connect_timeout=READY_SECONDS,
        )

    def _read_log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _with_log(self, message: str) -> str:
        tail = self._read_log().splitlines()[-LOG_LINES:]
        return "\n".join([f"{message}; its log ends:", *tail])


def find_programs() -> Path:
    """The folder of initdb and postgres: PATH's, else Debian's newest; else RuntimeError."""
    on_path = shutil.which("initdb")
    debian = sorted(DEBIAN_PROGRAMS.glob("*/bin"), key=_version, reverse=True)
    for folder in [*([Path(on_path).resolve().parent] if on_path else []), *debian]:
        if all((folder / program).exists() for program in ("initdb", "postgres")):
            return folder
    raise RuntimeError(INSTALL_HINT)


def _version(programs: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in programs.parent.name.split(".") if part.isdigit())


def _find_owner() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return name
    raise RuntimeError(f"PostgreSQL refuses to run as root and none of {UNPRIVILEGED} exists")


def _group_of(owner: str | None) -> int | None:
    return None if owner is None else pwd.getpwnam(owner).pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _dying_with_parent() -> list[str]:
    """Linux's setpriv lets the server go down even when pytest itself is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT", "--"] if setpriv else []


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)  # PostgreSQL's "immediate" shutdown
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
