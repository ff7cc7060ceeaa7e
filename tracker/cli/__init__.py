"""The program `tracker`: its commands and their arguments; each command lives in a module here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import NoReturn

from tracker.domain.errors import ConfigError

WRONG = 2
"""Exit code of a wrong argument or setting."""

INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """argparse with errors of one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message} (see {self.prog} --help)\n")


_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["bench"]:
            return _bench(words[1:])
        given = make_parser().parse_args(words)
        command = import_module(f"tracker.cli.{given.module}")
        return int(getattr(command, given.function)(given))
    except ConfigError as fault:
        print(f"tracker: {fault}", file=sys.stderr, flush=True)
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED


def _bench(words: Sequence[str]) -> int:
    """The benches have arguments of their own."""
    try:
        bench = import_module("tracker.bench")
    except ModuleNotFoundError as fault:
        if fault.name != "tracker.bench":
            raise
        raise ConfigError("the benches are not part of this installation") from fault
    return int(bench.main(list(words)) or 0)


def make_parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    parser = _Parser(prog="tracker", description="Aftercare: between two needling sessions.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_serve(commands)
    _add_mail(commands)
    _add_demo(commands)
    _add_clinic(commands)
    commands.add_parser("bench", help="measure this program", add_help=False)
    return parser


def _add(
    commands: _Commands[_Parser], name: str, module: str, function: str, words: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(module=module, function=function)
    return parser


def _add_serve(commands: _Commands[_Parser]) -> None:
    parser = _add(commands, "serve", "serve", "serve", "upgrade the database, serve, send mail")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_number(0, 65535), default=8000, help="(%(default)s)")
    parser.add_argument("--workers", type=_number(1, 64), default=2, help="processes (%(default)s)")
    parser.add_argument("--threads", type=_number(1, 64), default=4, help="each (%(default)s)")


def _add_mail(commands: _Commands[_Parser]) -> None:
    _add(commands, "worker", "mail", "worker", "send mail as it falls due, until stopped")
    due = _add(commands, "run-due", "mail", "run_due", "do everything due once; prints JSON")
    due.add_argument("--now", type=_moment, metavar="ISO-8601", help="as if it were then")


def _add_demo(commands: _Commands[_Parser]) -> None:
    parser = _add(commands, "demo", "demo", "demo", "make a fresh demo clinic and serve it")
    parser.add_argument("--port", type=_number(0, 65535), default=8000, help="(%(default)s)")
    parser.add_argument("--patients", type=_number(1, 2490), default=24, help="(%(default)s)")
    parser.add_argument("--days", type=_number(42, 3650), default=120, help="(%(default)s)")
    parser.add_argument("--seed", type=_number(0, 2**31), help="the same seed, the same clinic")
    parser.add_argument("--database", metavar="URL", help="an empty database or an older demo")
    parser.add_argument("--no-serve", action="store_true", help="only make the database")


def _add_clinic(commands: _Commands[_Parser]) -> None:
    clinic = commands.add_parser("clinic", help="make a clinic")
    parser = _add(
        clinic.add_subparsers(metavar="COMMAND", required=True),
        "create",
        "clinic",
        "create",
        "make a clinic and invite its lead; asks for what is not given",
    )
    parser.add_argument("--name", help="as patients know it")
    parser.add_argument("--zone", help="time zone, as Europe/London")
    parser.add_argument("--language", choices=("en", "de"), help="of the clinic's mails")
    parser.add_argument("--lead-email", metavar="ADDRESS", help="who will run it")
    parser.add_argument("--lead-name", metavar="NAME", help="for the greeting that is printed")
    parser.add_argument("--emergency-number", metavar="NUMBER")
    parser.add_argument("--clinic-number", metavar="NUMBER")
    parser.add_argument("--out-of-hours-number", metavar="NUMBER")
    parser.add_argument("--crisis-number", metavar="NUMBER")
    parser.add_argument("--opening-hours", metavar="TEXT")
    parser.add_argument("--minimum-age", type=_number(0, 25), metavar="YEARS")


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return parse


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a moment with its offset, as 2026-11-23T07:30:00+00:00"
        )
    return moment
