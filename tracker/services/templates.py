"""A clinic's templates: programmes under a name, copied for a patient and then changed freely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tracker.domain import catalog
from tracker.domain.errors import Invalid
from tracker.domain.prescription import Dose, busiest_day
from tracker.services import library
from tracker.services.patients import staff
from tracker.services.programme import (
    NewPrescription,
    prescribe,
    ruled_out,
    see_programme,
)
from tracker.store import records
from tracker.store.schema import ProgrammeTemplate, TemplateLine
from tracker.store.scope import Scope

NAME_MAX = 80


@dataclass(frozen=True, slots=True)
class Template:
    """A template with its stretches and their doses."""

    row: ProgrammeTemplate
    lines: Sequence[tuple[catalog.Stretch, Dose, str]]

    @property
    def minutes(self) -> float:
        """Minutes of its fullest day, each stretch on one side."""
        return busiest_day((dose.days, dose.minutes()) for _, dose, _ in self.lines)[1]


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a template's stretches: how many were prescribed, and which were left out."""

    count: int
    had: Sequence[str]
    ruled_out: Sequence[str]


def _name(scope: Scope, name: str, *, but: UUID | None = None) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise Invalid({"name": ["needed"]})
    if len(clean) > NAME_MAX:
        raise Invalid({"name": ["too_long"]})
    taken = scope.find(ProgrammeTemplate, ProgrammeTemplate.name == clean)
    if taken is not None and taken.id != but:
        raise Invalid({"name": ["name_taken"]})
    return clean


def save(
    scope: Scope, patient_id: UUID, episode_id: UUID, name: str, now: datetime, today: date
) -> UUID:
    """Keep an episode's programme under a name; raises Invalid, also where there is nothing."""
    actor = staff(scope)
    episode = records.get_episode(scope, patient_id, episode_id)
    running = [line for line in see_programme(scope, episode, today) if line.is_running]
    if not running:
        raise Invalid({"name": ["nothing_prescribed"]})
    template = ProgrammeTemplate(
        clinic_id=actor.clinic_id,
        id=uuid4(),
        name=_name(scope, name),
        made_by=actor.membership_id,
        made_at=now,
    )
    scope.add(template)
    scope.flush()
    # The same stretch for the left and the right is one line: the side is the patient's own.
    firsts = {line.row.stretch: line for line in reversed(running)}
    for place, line in enumerate(line for line in running if firsts[line.row.stretch] is line):
        scope.add(
            TemplateLine(
                clinic_id=actor.clinic_id,
                template_id=template.id,
                place=place,
                stretch=line.row.stretch,
                sets=line.dose.sets,
                repetitions=line.dose.repetitions,
                hold_seconds=line.dose.hold_seconds,
                days=line.dose.days,
                time_of_day=line.dose.time_of_day,
                note=line.row.note,
            )
        )
    scope.flush()
    return template.id


def see_templates(scope: Scope) -> list[Template]:
    """The clinic's templates by name; a stretch that the library no longer has is left out."""
    staff(scope)
    lines: dict[UUID, list[TemplateLine]] = {}
    for row in scope.entities(TemplateLine):
        lines.setdefault(row.template_id, []).append(row)
    known = library.find_many(scope, {row.stretch for rows in lines.values() for row in rows})
    found = [
        Template(
            row,
            [
                (known[line.stretch], _dose(line), line.note)
                for line in sorted(lines.get(row.id, []), key=lambda line: line.place)
                if line.stretch in known
            ],
        )
        for row in scope.entities(ProgrammeTemplate)
    ]
    return sorted(found, key=lambda template: template.row.name.casefold())


def _dose(line: TemplateLine) -> Dose:
    return Dose(line.sets, line.repetitions, line.hold_seconds, line.days, line.time_of_day)


def apply(
    scope: Scope, patient_id: UUID, episode_id: UUID, template_id: UUID, now: datetime, today: date
) -> Copied:
    """Prescribe a template's stretches; what is prescribed already or ruled out is left out."""
    find(scope, template_id)
    template = next(one for one in see_templates(scope) if one.row.id == template_id)
    episode = records.get_episode(scope, patient_id, episode_id)
    side = side_of(episode.regions)
    against = ruled_out(episode)
    running = {line.row.stretch for line in see_programme(scope, episode, today) if line.is_running}
    had, spoken, count = [], [], 0
    for stretch, dose, note in template.lines:
        if stretch.id in running:
            had.append(stretch.id)
        elif catalog.conflicts(stretch, against):
            spoken.append(stretch.id)
        else:
            given = NewPrescription(stretch.id, side, dose, note)
            prescribe(scope, patient_id, episode_id, given, now, today)
            count += 1
    return Copied(count, had, spoken)


def side_of(regions: Sequence[dict[str, str]]) -> str:
    """The side that a complaint's stretches are for: its own, or both."""
    side = regions[0].get("side", "both") if regions else "both"
    return side if side in {"left", "right"} else "both"


def find(scope: Scope, template_id: UUID) -> ProgrammeTemplate:
    """One of the clinic's templates; raises NotFound."""
    staff(scope)
    return scope.get(ProgrammeTemplate, ProgrammeTemplate.id == template_id)


def rename(scope: Scope, template_id: UUID, name: str) -> None:
    """Give a template another name; raises Invalid and NotFound."""
    row = find(scope, template_id)
    row.name = _name(scope, name, but=template_id)
    scope.flush()


def delete(scope: Scope, template_id: UUID) -> str:
    """Delete a template; programmes that were copied from it stay. Gives its name."""
    row = find(scope, template_id)
    for line in scope.entities(TemplateLine, TemplateLine.template_id == template_id):
        scope.remove(line)
    scope.flush()
    scope.remove(row)
    scope.flush()
    return row.name
