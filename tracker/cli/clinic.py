"""`tracker clinic create`: a clinic and the link by which its lead comes in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from tracker.cli import parts
from tracker.domain import invitation
from tracker.domain.access import Role
from tracker.domain.days import is_zone
from tracker.domain.errors import ConfigError
from tracker.domain.invitation import Secret
from tracker.services.secrets import Secrets
from tracker.store.schema import Clinic, Invitation
from tracker.store.scope import Door


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
        clinic_id = _make_clinic(door, answers, now)
        secret = _invite_lead(door, Secrets(settings), clinic_id, answers["lead_email"], now)
    database.dispose()
    who = answers["lead_name"] or answers["lead_email"]
    until = f"{invitation.link_expiry(now):%Y-%m-%d %H:%M} UTC"
    parts.say(f"Made the clinic {answers['name']} ({clinic_id}).")
    parts.say(f"Give this link to {who}; it works once, until {until}, and is not shown again:")
    parts.say(f"{settings.base_url}/join/{secret.token}")
    return 0


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


def _make_clinic(door: Door, answers: dict[str, str], now: datetime) -> UUID:
    clinic = Clinic(
        id=uuid4(),
        name=answers["name"],
        zone=answers["zone"],
        language=answers["language"],
        emergency_number=answers["emergency_number"],
        clinic_number=answers["clinic_number"],
        out_of_hours_number=answers["out_of_hours_number"],
        crisis_number=answers["crisis_number"],
        opening_hours=answers["opening_hours"],
        minimum_age=int(answers["minimum_age"]),
        created_at=now,
    )
    door.session.add(clinic)
    door.session.flush()
    return clinic.id


def _invite_lead(
    door: Door, secrets: Secrets, clinic_id: UUID, email: str, now: datetime
) -> Secret:
    """The first invitation of a clinic, which nobody inside could make."""
    secret = invitation.new_secret()
    row = Invitation(
        clinic_id=clinic_id,
        id=uuid4(),
        role=Role.LEAD,
        email=email,
        token_hash=secrets.keyed_hash("invitation", secret.token),
        made_at=now,
        expires_at=invitation.link_expiry(now),
        code_expires_at=invitation.code_expiry(now),
    )
    door.session.add(row)
    door.session.flush()
    return secret
