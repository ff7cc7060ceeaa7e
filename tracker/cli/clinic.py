"""`tracker clinic create`: a clinic and the link by which its lead comes in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from tracker.cli import parts
from tracker.domain.days import is_zone
from tracker.domain.errors import ConfigError
from tracker.services import clinics, staff_joining
from tracker.services.clinics import ClinicSettings
from tracker.services.secrets import Secrets


@dataclass(frozen=True, slots=True)
class _Question:
    """One thing to know: its flag's name, how it is asked, what holds unless it is answered."""

    name: str
    words: str
    default: str | None = None
    most: int = 120

    @property
    def flag(self) -> str:
        """As typed on a command line."""
        return f"--{self.name.replace('_', '-')}"


_QUESTIONS = (
    _Question("name", "Name of the clinic"),
    _Question("zone", "Time zone, as Europe/London", most=64),
    _Question("language", "Language (en or de)", "en", most=8),
    _Question("lead_email", "Address of the lead", most=254),
    _Question("lead_name", "Name of the lead", ""),
    _Question("emergency_number", "Emergency number", most=40),
    _Question("clinic_number", "The clinic's own number", most=40),
    _Question("out_of_hours_number", "Out-of-hours number", "", most=40),
    _Question("crisis_number", "Crisis line", "", most=40),
    _Question("opening_hours", "Opening hours", "", most=300),
    _Question("minimum_age", "Least age to log alone", "16", most=2),
)


def create(given: argparse.Namespace) -> int:
    """Make a clinic and print its lead's invitation, once."""
    settings = parts.settings()
    ask = input if sys.stdin.isatty() and sys.stdout.isatty() else None
    answers = collect(given, ask)
    database = parts.open_database(settings.database_url, settings.database_key)
    parts.upgrade(database.engine)
    now = datetime.now(UTC)
    with database.door(writes=True) as door:
        clinic_id = clinics.found(door, _settings(answers), now)
        made = staff_joining.invite_first_lead(
            door, Secrets(settings), clinic_id, answers["lead_email"], now
        )
    database.dispose()
    who = answers["lead_name"] or answers["lead_email"]
    until = f"{made.expires_at:%Y-%m-%d %H:%M} UTC"
    parts.say(f"Made the clinic {answers['name']} ({clinic_id}).")
    parts.say(f"Give this link to {who}; it works once, until {until}, and is not shown again:")
    parts.say(f"{settings.base_url}/join/{made.token}")
    return 0


def _settings(answers: dict[str, str]) -> ClinicSettings:
    known = {name: answers[name] for name in ClinicSettings.__dataclass_fields__ if name in answers}
    return ClinicSettings(**{**known, "minimum_age": int(answers["minimum_age"])})  # type: ignore[arg-type]


def collect(given: argparse.Namespace, ask: Callable[[str], str] | None) -> dict[str, str]:
    """An answer to every question, from flags, else by asking; raises ConfigError."""
    answers: dict[str, str] = {}
    missing: list[str] = []
    for question in _QUESTIONS:
        value = getattr(given, question.name)
        if value is None and ask is not None:
            value = _asked(question, ask)
        if value is None:
            value = question.default
        if value is None or (question.default is None and not str(value).strip()):
            missing.append(question.flag)
            continue
        answers[question.name] = _checked(question, " ".join(str(value).split()))
    if missing:
        raise ConfigError(f"a clinic needs {', '.join(missing)}")
    return answers


def _asked(question: _Question, ask: Callable[[str], str]) -> str | None:
    """Ask until the answer will do; nothing typed leaves the default."""
    hint = f" [{question.default}]" if question.default else ""
    while True:
        typed = ask(f"{question.words}{hint}: ").strip()
        if not typed and question.default is not None:
            return None
        try:
            if typed:
                return _checked(question, typed)
        except ConfigError as fault:
            parts.warn(str(fault))


def _checked(question: _Question, value: str) -> str:
    """The value, tidied; raises ConfigError."""
    if len(value) > question.most:
        raise ConfigError(f"{question.flag} is longer than {question.most} characters")
    if question.name == "zone" and not is_zone(value):
        raise ConfigError(f"{value} is not a time zone; they look like Europe/London")
    if question.name == "language" and value not in {"en", "de"}:
        raise ConfigError(f"{value} is not a language here; there are en and de")
    if question.name == "minimum_age" and not (value.isdigit() and int(value) <= 25):
        raise ConfigError("--minimum-age is a number from 0 to 25")
    return _address(value) if question.name == "lead_email" else value


def _address(value: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(value, check_deliverability=False).normalized.lower()
    except EmailNotValidError as fault:
        raise ConfigError(f"{value} is not an e-mail address") from fault
