"""The scope: made from an actor, the only holder of a session for services; and the door.

Everything that a scope reads is narrowed to what its actor may see, and everything that it writes
is checked to be the actor's to write. There is no unscoped getter. Where nobody is signed in yet
(sign-in, invitations, the worker's mail) a `Door` is used, by those services alone; a test holds
the list of modules that may.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Engine,
    Executable,
    Select,
    Table,
    and_,
    event,
    exists,
    false,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import visitors

from tracker.domain.access import Actor, PatientActor, StaffActor
from tracker.domain.errors import NotFound
from tracker.store.base import Base, ClinicRow, LoggedRow, PatientRow, PersonRow
from tracker.store.engine import WRITES, write_lock
from tracker.store.schema import (
    Clinic,
    Consent,
    Membership,
    OwnStretch,
    Patient,
    Person,
    Prescription,
    StretchPicture,
)
from tracker.store.void import void_before_flush

T = TypeVar("T")

_PATIENT_MAY_WRITE = frozenset(
    {"checkin", "diary_day", "soreness_entry", "stretch_entry", "safety_report", "revision",
     "episode_summary", "flag", "flare_question", "excuse", "programme_seen", "activity",
     "measure_entry", "visit_question"}
)  # fmt: skip

_STAFF_MAY_TELL = frozenset({"activity", "measure_entry", "revision"})
"""What a patient logs and a physio may write down as told; the services ask for the consent."""


def consent_stands(clinic_id: Any, patient_id: Any) -> ColumnElement[bool]:
    """SQL: whether a patient's consent to share with a clinic stands now."""
    consent = aliased(Consent)
    return exists().where(
        consent.clinic_id == clinic_id,
        consent.patient_id == patient_id,
        consent.withdrawn_at.is_(None),
    )


PREPARED_MOST = 1000
_prepared: dict[tuple[UUID, Hashable], Select[*tuple[Any, ...]]] = {}
"""Statements by clinic and key; all are forgotten when there are too many."""


class Scope:
    """One actor's view of the data, for one transaction."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session = session
        self._seen: dict[Any, ColumnElement[bool]] = {}
        self.actor = actor

    @property
    def has_one_writer(self) -> bool:
        """Whether this transaction's engine lets one writer in at a time (SQLite)."""
        return self._session.get_bind().dialect.name == "sqlite"

    # What may be seen.

    def visible(self, model: Any) -> ColumnElement[bool]:
        """SQL: which rows of `model` this actor may see."""
        if model not in self._seen:
            self._seen[model] = self._visible(model)
        return self._seen[model]

    def _visible(self, model: Any) -> ColumnElement[bool]:
        if issubclass(inspect(model).mapper.class_, PersonRow):
            own: ColumnElement[bool] = model.person_id == self.actor.person_id
            return own
        if isinstance(self.actor, StaffActor):
            return self._visible_to_staff(model, self.actor)
        return self._visible_to_patient(model, self.actor)

    def _visible_to_staff(self, model: Any, actor: StaffActor) -> ColumnElement[bool]:
        if model is Clinic:
            return Clinic.id == actor.clinic_id
        if model is Person:
            return self._knows(actor)
        kind = inspect(model).mapper.class_
        if not issubclass(kind, ClinicRow):
            return false()
        own: ColumnElement[bool] = model.clinic_id == actor.clinic_id
        if issubclass(kind, LoggedRow):
            return and_(own, consent_stands(model.clinic_id, model.patient_id))
        return own

    @staticmethod
    def _knows(actor: StaffActor) -> ColumnElement[bool]:
        """The people behind the clinic's own memberships."""
        member = aliased(Membership)
        return exists().where(member.person_id == Person.id, member.clinic_id == actor.clinic_id)

    def _visible_to_patient(self, model: type[Any], actor: PatientActor) -> ColumnElement[bool]:
        if model is Clinic:
            return Clinic.id.in_([record.clinic_id for record in actor.records])
        if model is Patient:
            return self._own(actor, Patient.clinic_id, Patient.id)
        if issubclass(model, PatientRow):
            return self._own(actor, model.clinic_id, model.patient_id)
        if model is OwnStretch:
            return self._prescribed(actor, OwnStretch.clinic_id, OwnStretch.id)
        if model is StretchPicture:
            return self._prescribed(actor, StretchPicture.clinic_id, StretchPicture.stretch)
        return false()

    def _prescribed(self, actor: PatientActor, clinic_id: Any, stretch: Any) -> ColumnElement[bool]:
        """What a clinic ever prescribed to this patient."""
        line = aliased(Prescription)
        return exists().where(
            line.clinic_id == clinic_id,
            line.stretch == stretch,
            self._own(actor, line.clinic_id, line.patient_id),
        )

    @staticmethod
    def _own(actor: PatientActor, clinic_id: Any, patient_id: Any) -> ColumnElement[bool]:
        pairs = [
            and_(clinic_id == record.clinic_id, patient_id == record.patient_id)
            for record in actor.records
        ]
        return or_(*pairs) if pairs else false()

    # Reading.

    def _narrow(
        self,
        statement: Select[*tuple[Any, ...]],
        models: Sequence[type[Any]],
        narrowed: Sequence[type[Any]],
    ) -> Select[*tuple[Any, ...]]:
        allowed = {model.__tablename__ for model in (*models, *narrowed)}
        for element in visitors.iterate(statement):
            if isinstance(element, Table) and element.name not in allowed:
                raise LookupError(f"a scoped query has to name the table {element.name}")
        for model in models:
            statement = statement.where(self.visible(model))
        return statement

    def rows(
        self,
        statement: Select[*tuple[Any, ...]],
        *models: type[Any],
        narrowed: Sequence[type[Any]] = (),
    ) -> Sequence[Any]:
        """All rows of a statement over `models`, each narrowed to what the actor may see.

        A statement that touches any other table raises LookupError, unless the caller names it in
        `narrowed`: an outer join carries `visible(...)` in its own ON clause.
        """
        return self._session.execute(self._narrow(statement, models, narrowed)).all()

    def prepared(
        self,
        key: Hashable,
        make: Callable[[], Select[*tuple[Any, ...]]],
        *models: type[Any],
        narrowed: Sequence[type[Any]] = (),
        given: Mapping[str, Any],
    ) -> Sequence[Any]:
        """As `rows`, for a page that counts milliseconds: put together once a clinic and `key`.

        What differs between two statements of one key stands in `given`, by the names of their
        bindparams. What staff may see depends on their clinic alone, so it is the same statement.
        """
        whose = self.actor.clinic_id if isinstance(self.actor, StaffActor) else None
        statement = _prepared.get((whose, key)) if whose else None
        if statement is None:
            statement = self._narrow(make(), models, narrowed)
            if whose:
                if len(_prepared) >= PREPARED_MOST:
                    _prepared.clear()
                _prepared[whose, key] = statement
        rows: Sequence[Any] = self.open_door().values(statement, given).all()
        return rows

    def entities(self, model: type[T], *where: ColumnElement[bool]) -> Sequence[T]:
        """All visible entities of one model."""
        statement = select(model).where(self.visible(model), *where)
        return self._session.scalars(statement).all()

    def find(self, model: type[T], *where: ColumnElement[bool]) -> T | None:
        """The one visible entity that matches, or None."""
        statement = select(model).where(self.visible(model), *where)
        return self._session.scalars(statement).one_or_none()

    def get(self, model: type[T], *where: ColumnElement[bool]) -> T:
        """The one visible entity that matches; raises NotFound, whyever it can't be seen."""
        row = self.find(model, *where)
        if row is None:
            raise NotFound(model.__name__)
        return row

    # Writing.

    def add(self, *rows: Base) -> None:
        """Put new rows in, each checked to be this actor's to write; raises NotFound."""
        for row in rows:
            if not self._may_write(row):
                raise NotFound(type(row).__name__)
            self._session.add(row)

    def _may_write(self, row: Base) -> bool:
        if isinstance(row, PersonRow):
            return row.person_id == self.actor.person_id
        if not isinstance(row, ClinicRow):
            return False
        if isinstance(self.actor, StaffActor):
            is_logged = isinstance(row, LoggedRow) and row.__tablename__ not in _STAFF_MAY_TELL
            return row.clinic_id == self.actor.clinic_id and not is_logged
        if row.__tablename__ not in _PATIENT_MAY_WRITE or not isinstance(row, PatientRow):
            return False
        return any(
            (row.clinic_id, row.patient_id) == (record.clinic_id, record.patient_id)
            for record in self.actor.records
        )

    def remove(self, row: Base) -> None:
        """Delete a row that this actor may write."""
        if not self._may_write(row):
            raise NotFound(type(row).__name__)
        self._session.delete(row)

    def flush(self) -> None:
        """Send what is pending, so that constraints speak here and now."""
        self._session.flush()

    def refresh(self, row: Base) -> None:
        """Read a row anew that this scope has given: somebody else may have changed it since."""
        self._session.refresh(row)

    def open_door(self) -> Door:
        """The door on this transaction, for account services that go on after a scoped step."""
        return Door(self._session)


class Door:
    """A transaction before anybody is known: for sign-in, invitations, the worker and the demo."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def scope(self, actor: Actor) -> Scope:
        """The scope of an actor on this transaction: the worker counts for a physio with it."""
        return Scope(self.session, actor)

    def values(self, statement: Executable, given: Mapping[str, Any]) -> Any:
        """Rows of plain values, past the mapper, whose own work would double their price."""
        return self.session.connection().execute(statement, given)

    def run(self, statement: Executable) -> Any:
        """Execute a Core statement."""
        return self.session.execute(statement)


class Database:
    """The engine and the ways into it; commits once at the end, rolls back when anything raises."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{WRITES: True})
        self._reader = engine

    @contextmanager
    def _session(self, *, writes: bool) -> Iterator[Session]:
        if not writes:
            with Session(self._reader, autoflush=False) as session:
                yield session
            return
        with (
            write_lock(self.engine),
            Session(self._writer, autoflush=False) as session,
            session.begin(),
        ):
            event.listen(session, "before_flush", void_before_flush)
            yield session

    @contextmanager
    def scope(self, actor: Actor, *, writes: bool = False) -> Iterator[Scope]:
        """An actor's scope for one transaction."""
        with self._session(writes=writes) as session:
            yield Scope(session, actor)

    @contextmanager
    def door(self, *, writes: bool = False) -> Iterator[Door]:
        """The door for one transaction."""
        with self._session(writes=writes) as session:
            yield Door(session)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
