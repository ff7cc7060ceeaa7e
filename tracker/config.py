"""Settings from the environment, in one frozen object; a secret has no default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tracker.domain.errors import ConfigError

SECRET_LEAST = 32
SMTP_SCHEMES = ("smtp", "smtp+starttls", "smtps")


@dataclass(frozen=True)
class Settings:
    """Everything that a start depends on. `demo` is set by `tracker demo` alone."""

    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    database_key: str | None = None
    smtp_url: str | None = None
    mail_from: str = "Aftercare <aftercare@localhost>"
    mail_folder: Path | None = None
    vapid_private_key: str | None = None
    proxies: int = 0
    demo: bool = False
    # argon2id as its authors advise for a server; tests turn it down, nothing else should.
    argon2_time_cost: int = 3
    argon2_memory_kib: int = 65536

    @property
    def is_https(self) -> bool:
        """Whether people reach the app over https: cookies are Secure then."""
        return urlsplit(self.base_url).scheme == "https"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read `TRACKER_*`; raises ConfigError with one clear line."""
        secret = environ.get("TRACKER_SECRET_KEY", "")
        if len(secret) < SECRET_LEAST:
            raise ConfigError(
                f"TRACKER_SECRET_KEY is missing or shorter than {SECRET_LEAST} characters; make one"
                ' with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        url = environ.get("TRACKER_DATABASE_URL", "")
        if not url:
            raise ConfigError(
                "TRACKER_DATABASE_URL is missing, for example sqlite:////var/lib/aftercare/clinic.db"
            )
        return cls(
            database_url=url,
            secret_key=secret,
            base_url=_base_url(environ.get("TRACKER_BASE_URL", cls.base_url)),
            database_key=environ.get("TRACKER_DATABASE_KEY") or None,
            smtp_url=_smtp_url(environ.get("TRACKER_SMTP_URL")),
            mail_from=environ.get("TRACKER_MAIL_FROM") or cls.mail_from,
            mail_folder=_folder(environ.get("TRACKER_MAIL_FOLDER")),
            vapid_private_key=environ.get("TRACKER_VAPID_PRIVATE_KEY") or None,
            proxies=_count("TRACKER_PROXIES", environ.get("TRACKER_PROXIES", "0")),
        )


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise ConfigError("TRACKER_BASE_URL has to look like https://aftercare.example")
    return value.rstrip("/")


def _smtp_url(value: str | None) -> str | None:
    if not value:
        return None
    if urlsplit(value).scheme not in SMTP_SCHEMES:
        raise ConfigError(
            "TRACKER_SMTP_URL has to start with smtp://, smtp+starttls:// or smtps://"
        )
    return value


def _folder(value: str | None) -> Path | None:
    return Path(value) if value else None


def _count(name: str, value: str) -> int:
    if not value.isdigit():
        raise ConfigError(f"{name} has to be a whole number")
    return int(value)
