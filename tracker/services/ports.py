"""What services need from outside, as Protocols that adapters implement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One mail, ready to hand over; `headers` beyond the usual ones."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: dict[str, str] = field(default_factory=dict)


class MailFault(Exception):
    """The mail was not taken; it stays in the outbox."""


class Mailer(Protocol):
    """Hands mails to a post office; one connection for many."""

    @property
    def is_open(self) -> bool:
        """Whether there is a post office at all: while there is none, mails wait untouched."""

    def send(self, message: Message) -> None:
        """Hand over one mail; raises MailFault."""

    def close(self) -> None:
        """Let the connection go."""
