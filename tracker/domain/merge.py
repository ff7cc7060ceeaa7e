"""Per-field merge: an edit made against an older revision changes only what it meant to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = object


@dataclass(frozen=True, slots=True)
class Merge:
    """What an edit does: `changes` to write, and `overridden` values that it replaces.

    `overridden` names the fields that somebody else had changed since the edit's base; the later
    arrival at the server wins, and the loser stays readable in the entry's history.
    """

    changes: dict[str, Value] = field(default_factory=dict)
    overridden: dict[str, Value] = field(default_factory=dict)


def merge_fields(
    current: Mapping[str, Value], base: Mapping[str, Value], edited: Mapping[str, Value]
) -> Merge:
    """Merge `edited`, which was made while looking at `base`, into `current`.

    A field that the edit left as it was in `base` is not an edit: another tab's newer value
    stands. Fields absent from `edited` are untouched.
    """
    changes: dict[str, Value] = {}
    overridden: dict[str, Value] = {}
    for name, value in edited.items():
        if value == base.get(name) or value == current.get(name):
            continue
        changes[name] = value
        if current.get(name) != base.get(name):
            overridden[name] = current.get(name)
    return Merge(changes, overridden)
