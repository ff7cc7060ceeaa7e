"""The one tree of errors that services raise and the web maps, once, to answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class AftercareError(Exception):
    """Anything the product says no to, on purpose."""


class NotFound(AftercareError):
    """It does not exist, or it is not this actor's: the two are told apart nowhere."""


class Invalid(AftercareError):
    """Input that can't be taken, with the reasons beside their fields.

    `errors` maps a field's name to message codes (translated at the edge) or ready texts.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors: dict[str, list[str]] = {name: list(texts) for name, texts in errors.items()}


class Expired(AftercareError):
    """An invitation or a signed link whose time or single use is over."""


class Limited(AftercareError):
    """Too many tries; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class Unauthenticated(AftercareError):
    """Nobody is signed in, or the session has ended."""


class ConfigError(AftercareError):
    """The settings can't start the program; the message is one clear line."""
