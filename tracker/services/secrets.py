"""Keyed hashes, sealed forms and signed tickets, all from the one secret key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tracker.config import Settings
from tracker.domain.errors import Expired


class Secrets:
    """Everything made from TRACKER_SECRET_KEY, each purpose with a key of its own."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret_key.encode()
        self._passwords = PasswordHasher(
            time_cost=settings.argon2_time_cost, memory_cost=settings.argon2_memory_kib
        )
        self._nobody: str | None = None
        self._fernet = Fernet(base64.urlsafe_b64encode(self._key("seal")))

    def _key(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, b"aftercare." + purpose.encode(), hashlib.sha256)

    # Hashes: a leaked database opens nothing.

    def keyed_hash(self, purpose: str, value: str) -> str:
        """Hex HMAC-SHA256 of a token, code or rate key (64 characters)."""
        return hmac.new(self._key(purpose), value.encode(), hashlib.sha256).hexdigest()

    # Passwords.

    def hash_password(self, password: str) -> str:
        """An argon2id hash with its parameters."""
        return self._passwords.hash(password)

    def is_password(self, stored: str | None, password: str) -> bool:
        """Whether a password fits; takes as long for somebody who does not exist."""
        if self._nobody is None:
            self._nobody = self._passwords.hash("nobody has this password")
        try:
            self._passwords.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    # Signed tickets, which can do one thing only.

    def sign(self, purpose: str, payload: Any) -> str:
        """A URL-safe signed ticket for one purpose."""
        return URLSafeTimedSerializer(self._key("sign"), salt=purpose).dumps(payload)

    def unsign(self, purpose: str, ticket: str, *, max_age: int | None = None) -> Any:
        """A ticket's payload; raises Expired for one that is forged, foreign or too old (s)."""
        try:
            return URLSafeTimedSerializer(self._key("sign"), salt=purpose).loads(
                ticket, max_age=max_age
            )
        except BadSignature as fault:
            raise Expired("the link is not valid") from fault

    # Sealed forms.

    def seal(self, person_id: UUID, content: dict[str, Any]) -> bytes:
        """Encrypt what a person typed, bound to that person."""
        return self._fernet.encrypt(json.dumps([str(person_id), content]).encode())

    def unseal(self, person_id: UUID, sealed: bytes) -> dict[str, Any] | None:
        """What that person typed; None when it is somebody else's or damaged."""
        try:
            owner, content = json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError):
            return None
        return content if owner == str(person_id) else None
