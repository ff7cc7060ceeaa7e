"""Post offices: any SMTP server, or a folder of files where there is none."""

from __future__ import annotations

import re
import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tracker.services.ports import MailFault, Message

TIMEOUT_SECONDS = 20


def build(message: Message, sender: str, sent_at: datetime) -> EmailMessage:
    """A multipart/alternative mail with its text first; a hostile header raises MailFault."""
    mail = EmailMessage()
    name, address = parseaddr(sender)
    user, _, domain = address.partition("@")
    try:
        mail["From"] = Address(name, user, domain)
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Message-ID"] = f"<{message.message_id}>"
        mail["Date"] = format_datetime(sent_at)
        mail["Auto-Submitted"] = "auto-generated"
        for header, value in message.headers.items():
            mail[header] = value
    except ValueError as fault:
        raise MailFault(f"a header can't be written: {fault}") from fault
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


class SmtpMailer:
    """Hands mails to an SMTP server over one connection, opened at the first."""

    is_open = True

    def __init__(self, url: str, sender: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._connection: smtplib.SMTP | None = None

    def send(self, message: Message) -> None:
        """Hand over one mail; raises MailFault, after which the connection is a new one."""
        mail = build(message, self._sender, datetime.now().astimezone())
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.send_message(mail)
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            raise MailFault(f"{type(fault).__name__}: {fault}") from fault
        except Exception:
            # Half a mail may have been said: the next one starts on a connection of its own.
            self.close()
            raise

    def _connect(self) -> smtplib.SMTP:
        host = self._parts.hostname or "localhost"
        if self._parts.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host,
                self._parts.port or 465,
                timeout=TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        else:
            connection = smtplib.SMTP(host, self._parts.port or 25, timeout=TIMEOUT_SECONDS)
        if self._parts.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if self._parts.username:
            connection.login(unquote(self._parts.username), unquote(self._parts.password or ""))
        return connection

    def close(self) -> None:
        """Say goodbye."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (OSError, smtplib.SMTPException):
                self._connection.close()
            self._connection = None


class FolderMailer:
    """Keeps mails as .eml files that any mail program opens; the demo says where."""

    is_open = True

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, message: Message) -> None:
        """Write one mail; raises MailFault when the disk says no."""
        mail = build(message, self._sender, datetime.now().astimezone())
        name = re.sub(r"[^A-Za-z0-9.-]", "_", message.message_id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{name}.eml").write_bytes(mail.as_bytes())
        except OSError as fault:
            raise MailFault(f"{type(fault).__name__}: {fault}") from fault

    def close(self) -> None:
        """Nothing is held open."""


class NoMailer:
    """No post office is set: mails wait in the outbox until there is one."""

    is_open = False

    def send(self, message: Message) -> None:
        """Take nothing; raises MailFault."""
        raise MailFault("no mail server is set: TRACKER_SMTP_URL is empty")

    def close(self) -> None:
        """Nothing is held open."""
