"""The library: the product's stretches and a clinic's own, and who has reviewed them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tracker.domain import catalog
from tracker.domain.catalog import Stretch
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.own_stretch import OwnStretch as Given
from tracker.domain.own_stretch import faults, is_own, key_of
from tracker.services.patients import staff
from tracker.services.pictures import Picture
from tracker.store.schema import OwnStretch, StretchPicture, StretchReview
from tracker.store.scope import Scope

REVIEWER_MOST = 80


def find(scope: Scope, stretch_id: str) -> Stretch:
    """A stretch of the product, or an own one that this actor may see; raises NotFound."""
    known = catalog.stretches().get(stretch_id)
    return known or _as_stretch(_own(scope, stretch_id))


def find_many(scope: Scope, stretch_ids: Iterable[str]) -> dict[str, Stretch]:
    """Stretches by id, in one query at most; those that can't be seen are left out."""
    wanted = set(stretch_ids)
    own = {stretch_id for stretch_id in wanted if is_own(stretch_id)}
    known = {key: row for key, row in catalog.stretches().items() if key in wanted}
    if own:
        rows = scope.entities(OwnStretch, OwnStretch.id.in_(own))
        known |= {row.id: _as_stretch(row) for row in rows}
    return known


def see_shelf(scope: Scope, *, with_retired: bool = False) -> list[Stretch]:
    """What a clinic can prescribe: its own by name first, then the product's."""
    staff(scope)
    rows = [_as_stretch(row) for row in scope.entities(OwnStretch)]
    own = [row for row in rows if with_retired or not row.is_retired]
    return [*sorted(own, key=lambda row: row.name.casefold()), *catalog.stretches().values()]


def _as_stretch(row: OwnStretch) -> Stretch:
    return Stretch(
        id=row.id,
        name=row.name,
        muscles=tuple(row.muscles),
        position=" ".join(row.steps),
        caution=row.caution,
        sides=row.sides,
        kind="stretch",
        hold_seconds=row.hold_seconds,
        repetitions=row.repetitions,
        sets=row.sets,
        ask_first=(),
        may_be_proposed=False,
        steps=tuple(row.steps),
        is_own=True,
        is_retired=row.retired_at is not None,
        picture=row.picture,
    )


def _own(scope: Scope, stretch_id: str) -> OwnStretch:
    return scope.get(OwnStretch, OwnStretch.id == stretch_id)


# Writing.


def add(
    scope: Scope, given: Given, picture: Picture | None, form_id: UUID, now: datetime
) -> Stretch:
    """Put a stretch on the clinic's own shelf; a form sent twice makes one. Raises Invalid."""
    actor = staff(scope)
    clean = _checked(given)
    stretch_id = key_of(actor.clinic_id, form_id)
    if (there := scope.find(OwnStretch, OwnStretch.id == stretch_id)) is not None:
        return _as_stretch(there)
    row = OwnStretch(
        clinic_id=actor.clinic_id,
        id=stretch_id,
        made_by=actor.membership_id,
        made_at=now,
        picture="",
        **_columns(clean),
    )
    scope.add(row)
    scope.flush()
    _hang(scope, row, picture)
    return _as_stretch(row)


def change(
    scope: Scope,
    stretch_id: str,
    given: Given,
    picture: Picture | None,
    now: datetime,
    *,
    drops_picture: bool = False,
) -> Stretch:
    """Change an own stretch for everybody who has it; what was reviewed of it no longer stands."""
    staff(scope)
    clean = _checked(given)
    row = _own(scope, stretch_id)
    before = (_columns_of(row), row.picture)
    for name, value in _columns(clean).items():
        setattr(row, name, value)
    if picture is not None or drops_picture:
        _hang(scope, row, picture)
    if (_columns_of(row), row.picture) != before:
        _end_review(scope, stretch_id, now)
    scope.flush()
    return _as_stretch(row)


def retire(scope: Scope, stretch_id: str, now: datetime) -> None:
    """Take an own stretch off the shelf; who has it in a programme keeps it."""
    staff(scope)
    row = _own(scope, stretch_id)
    row.retired_at = row.retired_at or now
    scope.flush()


def bring_back(scope: Scope, stretch_id: str) -> None:
    """Put a retired stretch back on the shelf."""
    staff(scope)
    _own(scope, stretch_id).retired_at = None
    scope.flush()


def _checked(given: Given) -> Given:
    clean = replace(
        given,
        name=" ".join(given.name.split()),
        caution=" ".join(given.caution.split()),
        muscles=tuple(dict.fromkeys(given.muscles)),
    )
    if errors := faults(clean):
        raise Invalid(errors)
    return clean


def _columns(given: Given) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(given, name) for name in Given.__dataclass_fields__}
    return values | {"steps": list(given.steps), "muscles": list(given.muscles)}


def _columns_of(row: OwnStretch) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Given.__dataclass_fields__}


def _hang(scope: Scope, row: OwnStretch, picture: Picture | None) -> None:
    """Put a picture in the place of the one that was there; None takes it away."""
    there = scope.find(StretchPicture, StretchPicture.stretch == row.id)
    if there is not None:
        scope.remove(there)
        scope.flush()
    row.picture = picture.digest if picture else ""
    if picture is not None:
        scope.add(
            StretchPicture(
                clinic_id=row.clinic_id,
                stretch=row.id,
                kind=picture.kind,
                content=picture.content,
            )
        )
    scope.flush()


def see_picture(scope: Scope, stretch_id: str) -> tuple[str, bytes]:
    """An own stretch's picture, its type and bytes; raises NotFound."""
    row = scope.get(StretchPicture, StretchPicture.stretch == stretch_id)
    return row.kind, row.content


# Reviewing.


def see_reviews(scope: Scope) -> dict[str, StretchReview]:
    """The clinic's reviews that stand, by stretch."""
    staff(scope)
    rows = scope.entities(StretchReview, StretchReview.withdrawn_at.is_(None))
    return {row.stretch: row for row in rows}


def review(scope: Scope, stretch_id: str, reviewer: str, today: date, now: datetime) -> None:
    """Say that a named clinician of this clinic has reviewed a stretch; raises Invalid.

    Said again, it takes the place of what was said before.
    """
    actor = staff(scope)
    stretch = find(scope, stretch_id)
    name = " ".join(reviewer.split())
    if not name or len(name) > REVIEWER_MOST:
        raise Invalid({"reviewer": ["too_long" if name else "needed"]})
    _end_review(scope, stretch.id, now)
    scope.add(
        StretchReview(
            clinic_id=actor.clinic_id,
            stretch=stretch.id,
            reviewer=name,
            reviewed_on=today,
            marked_by=actor.membership_id,
        )
    )
    scope.flush()


def withdraw_review(scope: Scope, stretch_id: str, now: datetime) -> None:
    """Take a review back; that it stood stays on record. Raises NotFound where none stands."""
    staff(scope)
    if not _end_review(scope, find(scope, stretch_id).id, now):
        raise NotFound("review")


def _end_review(scope: Scope, stretch_id: str, now: datetime) -> bool:
    standing = scope.find(
        StretchReview,
        StretchReview.stretch == stretch_id,
        StretchReview.withdrawn_at.is_(None),
    )
    if standing is None:
        return False
    standing.withdrawn_at = now
    scope.flush()
    return True
