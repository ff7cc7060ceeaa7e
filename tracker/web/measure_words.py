"""Measures in words, and as small lines: questions, ends of scales, values and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from tracker.domain.measures import (
    ACTIVITIES_MOST,
    ACTIVITY_MAX,
    CHANGE_SCALE,
    EVERY,
    QUESTION_MAX,
    Measure,
    Shift,
)
from tracker.domain.timeline import Timeline
from tracker.formats.smallline import Mark, small_line_svg
from tracker.services.measures import Measures, Motion, Point
from tracker.web.insight_words import mean_word
from tracker.web.language import short_day
from tracker.web.needling_words import before_after

Dated = TypeVar("Dated", Point, Motion)

MOTION_REACH = 60
"""Days up to which two ranges of motion are joined on a small line (working rule)."""

SPAN_LEAST = 60
"""Degrees from the foot to the top of a small line of a range of motion, at least."""


def measure_name(measure: Measure) -> str:
    """What a measure is called, in a line of its own."""
    return {
        Measure.WEEKLY: _("Weekly three"),
        Measure.CHANGE: _("Change since the start"),
        Measure.ACTIVITIES: _("Activities"),
    }[measure]


def measure_title(measure: Measure) -> str:
    """What a patient is asked, in one line."""
    return {
        Measure.WEEKLY: _("Once a week: three short questions"),
        Measure.CHANGE: _("Once a month: one question"),
        Measure.ACTIVITIES: _("Once a week: your activities"),
    }[measure]


def weekly_questions() -> dict[str, tuple[str, str, str]]:
    """The weekly three by item: (the question, its low end, its high end)."""
    return {
        "pain": (
            _("How bad was your pain in the last 7 days, on average?"),
            _("none"),
            _("worst you can imagine"),
        ),
        "enjoyment": (
            _("How much did it spoil things that you enjoy?"),
            _("not at all"),
            _("completely"),
        ),
        "activity": (
            _("How much did it get in the way of what you do every day?"),
            _("not at all"),
            _("completely"),
        ),
    }


def change_words() -> dict[int, str]:
    """The seven answers, the best first."""
    return {
        3: _("very much better"),
        2: _("much better"),
        1: _("a little better"),
        0: _("about the same"),
        -1: _("a little worse"),
        -2: _("much worse"),
        -3: _("very much worse"),
    }


def movement_words() -> dict[str, str]:
    """The movements that are known, by id."""
    return {
        "neck_rotation": _("neck rotation"),
        "neck_side_bend": _("neck side bend"),
        "neck_flexion": _("neck flexion"),
        "neck_extension": _("neck extension"),
        "shoulder_elevation": _("shoulder elevation"),
        "shoulder_external_rotation": _("shoulder external rotation"),
        "shoulder_internal_rotation": _("shoulder internal rotation"),
        "trunk_flexion": _("trunk flexion"),
        "trunk_side_bend": _("trunk side bend"),
        "hip_flexion": _("hip flexion"),
        "hip_internal_rotation": _("hip internal rotation"),
        "straight_leg_raise": _("straight leg raise"),
        "knee_flexion": _("knee flexion"),
        "knee_extension": _("knee extension"),
        "ankle_dorsiflexion": _("ankle dorsiflexion"),
    }


def side_plain(side: str) -> str:
    """A side behind a movement's name; empty where it has none."""
    return {"left": _("left"), "right": _("right")}.get(side, "")


def motion_name(one: Motion) -> str:
    """Neck rotation left: as a session's record writes it too."""
    movement, side = _known_motion(one)
    words = movement_words().get(movement, movement)
    name = f"{words} {side_plain(side)}".strip()
    return name[:1].upper() + name[1:]


def reading_words(row: Any) -> str:
    """A reading by hand in one phrase: its name, degrees and day."""
    one = Motion(row.measured_on, row.movement, row.side, row.degrees, None)
    return f"{motion_name(one)} {row.degrees}°, {short_day(row.measured_on)}"


def _known_motion(one: Motion) -> tuple[str, str]:
    """Movement and side, also where a session's record holds both in words, ours or English."""
    words = " ".join(one.movement.casefold().split())
    side = one.side
    for name in ("left", "right"):
        for word in (name, side_plain(name)):
            if words.endswith(f" {word}"):
                words, side = words.removesuffix(f" {word}"), name
    for movement, own in movement_words().items():
        if words in {movement, movement.replace("_", " "), own.casefold()}:
            return movement, side
    return one.movement, one.side


def activity_hints() -> list[str]:
    """Examples of what a problem can make hard."""
    return [
        _("turning my head when I drive"),
        _("carrying shopping"),
        _("sitting at my desk for an hour"),
        _("sleeping on my side"),
        _("lifting my child"),
    ]


# Values.


def shift_sentence(shift: Shift, *, is_own: bool = False) -> str:
    """How far activities moved, over how many, and whether it is more than scatter."""
    moved = ngettext(
        "From %(first)s on %(since)s to %(now)s on %(day)s over %(num)d activity.",
        "From %(first)s on %(since)s to %(now)s on %(day)s over %(num)d activities.",
        shift.n,
        first=mean_word(shift.first),
        since=short_day(shift.first_on),
        now=mean_word(shift.now),
        day=short_day(shift.now_on),
    )
    if is_own:
        means = (
            _("That is more than the usual ups and downs.")
            if shift.is_beyond
            else _("That can be the usual ups and downs.")
        )
    elif shift.is_beyond:
        means = _("More than measuring alone explains (MDC90).")
    else:
        means = _("Not more than measuring alone can explain (MDC90).")
    return f"{moved} {means}"


def value_word(point: Point) -> str:
    """A value with one decimal where it has one."""
    return mean_word(point.value) if point.value != int(point.value) else str(int(point.value))


def change_value(point: Point) -> str:
    """One of the seven answers in words."""
    return change_words()[int(point.value)]


def course(points: Sequence[Dated], word: Callable[[Dated], str]) -> str:
    """First and newest value with their days."""
    newest = points[-1]
    if len(points) == 1:
        return _("%(value)s on %(day)s.", value=word(newest), day=short_day(newest.day))
    return _(
        "%(first)s on %(since)s, %(value)s on %(day)s.",
        first=word(points[0]),
        since=short_day(points[0].day),
        value=word(newest),
        day=short_day(newest.day),
    )


def item_lines(seen: Measures) -> list[str]:
    """Each activity from its first rating to its newest."""
    found = []
    for row, points in seen.by_activity:
        if not points:
            continue
        now = value_word(points[-1])
        told = now if len(points) == 1 else f"{value_word(points[0])} → {now}"
        found.append(f"{row.words} {told}")
    return found


def motion_lines(seen: Measures) -> list[str]:
    """Each movement from its first degrees to its newest, the one measured last first."""
    groups = sorted(motions_by_name(seen.motions), key=lambda group: group[1][-1].day, reverse=True)
    found = []
    for name, own in groups:
        newest = _("%(value)s on %(day)s", value=degrees_word(own[-1]), day=short_day(own[-1].day))
        if len(own) > 1:
            since = _("%(value)s on %(day)s", value=degrees_word(own[0]), day=short_day(own[0].day))
            newest = f"{since} → {newest}"
        found.append(f"{name}: {newest}")
    return found


# Small lines.


@dataclass(frozen=True, slots=True)
class Line:
    """One small line: its values in words (the newest first), its course, the scale's ends."""

    title: str
    drawn: Markup
    rows: Sequence[tuple[date, str]]
    course: str
    """A sentence, empty where the newest value says it all."""
    ends: tuple[str, str]
    is_part: bool = False
    """Whether it is one activity of several."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A small line's scale: its ends as numbers and in words, and how far apart values join."""

    low: float
    high: float
    ends: tuple[str, str]
    reach: int


def _scale(measure: Measure) -> Scale:
    # With one left out between two values there is a gap.
    reach = 2 * EVERY[measure].days - 1
    if measure is Measure.CHANGE:
        return Scale(CHANGE_SCALE[0], CHANGE_SCALE[-1], ("−3", "+3"), reach)
    return Scale(0, 10, ("0", "10"), reach)


def measure_lines(seen: Measures, line: Timeline, *, is_own: bool = False) -> list[Line]:
    """Everything that has any value, as small lines over the days of a time line."""
    found = []
    is_many = len(seen.activities) > 1
    if is_many and seen.activity_mean:
        name, told = _("Activities, mean"), seen.activity_mean
        means = shift_sentence(seen.shift, is_own=is_own) if seen.shift else ""
        found.append(_score_line(line, Measure.ACTIVITIES, name, told, means))
    for row, points in seen.by_activity:
        if points:
            found.append(_score_line(line, Measure.ACTIVITIES, row.words, points, is_part=is_many))
    for measure, points in ((Measure.WEEKLY, seen.weekly), (Measure.CHANGE, seen.change)):
        if points:
            found.append(_score_line(line, measure, measure_name(measure), points))
    return [*found, *(_motion_line(line, *group) for group in motions_by_name(seen.motions))]


def _score_line(
    line: Timeline,
    measure: Measure,
    title: str,
    points: Sequence[Point],
    told: str = "",
    *,
    is_part: bool = False,
) -> Line:
    """A score or a rating by day; where nothing is told of it, several values tell its course."""
    word = change_value if measure is Measure.CHANGE else value_word
    scale = _scale(measure)
    if not told and len(points) > 1:
        told = course(points, word)
    marks = [Mark(point.day, point.value) for point in points]
    rows = [(point.day, _told(word(point), is_told=point.is_told)) for point in points[::-1]]
    return Line(title, _draw(line, marks, scale), rows, told, scale.ends, is_part)


def _motion_line(line: Timeline, name: str, motions: Sequence[Motion]) -> Line:
    """One movement in degrees; its course is that of the values after each session."""
    marks = [_mark(one) for one in motions]
    low, high = _degrees_scale(marks)
    scale = Scale(low, high, (str(low), str(high)), MOTION_REACH)
    told = course(motions, _degrees) if len(motions) > 1 else ""
    rows = [(one.day, degrees_word(one)) for one in motions[::-1]]
    return Line(name, _draw(line, marks, scale), rows, told, scale.ends)


def _draw(line: Timeline, marks: Sequence[Mark], scale: Scale) -> Markup:
    ends = (scale.low, scale.high)
    drawn = small_line_svg(line, marks, scale=ends, reach=scale.reach)
    return Markup(drawn)  # noqa: S704 - numbers alone


def motions_by_name(motions: Sequence[Motion]) -> list[tuple[str, list[Motion]]]:
    """Ranges of motion of one movement together, whoever wrote its name and how."""
    groups: dict[str, tuple[str, list[Motion]]] = {}
    for one in motions:
        name = motion_name(one)
        groups.setdefault(" ".join(name.casefold().split()), (name, []))[1].append(one)
    return list(groups.values())


def degrees_word(one: Motion) -> str:
    """60° before, 70° after; a single value alone."""
    if one.before is not None and one.after is not None:
        return before_after(one.before, one.after, "°")
    return f"{one.before if one.after is None else one.after}°"


def _degrees_scale(marks: Sequence[Mark]) -> tuple[int, int]:
    """Round degrees below and above all values, far enough apart that a slip looks like one."""
    values = [value for mark in marks for value in (mark.value, mark.before) if value is not None]
    low = int((min(values) - 10) // 10 * 10)
    return low, max(low + SPAN_LEAST, int(-(-(max(values) + 1) // 10) * 10))


def _mark(one: Motion) -> Mark:
    if one.before is not None and one.after is not None:
        return Mark(one.day, one.after, one.before)
    value = one.before if one.after is None else one.after
    return Mark(one.day, value or 0)


def _degrees(one: Motion) -> str:
    return f"{round(_mark(one).value)}°"


def _told(words: str, *, is_told: bool) -> str:
    return _("%(value)s (as told)", value=words) if is_told else words


def init(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.globals.update(
        ACTIVITIES_MOST=ACTIVITIES_MOST,
        ACTIVITY_MAX=ACTIVITY_MAX,
        QUESTION_MAX=QUESTION_MAX,
        activity_hints=activity_hints,
        change_words=change_words,
        degrees_word=degrees_word,
        measure_lines=measure_lines,
        measure_name=measure_name,
        measure_title=measure_title,
        motion_name=motion_name,
        movement_words=movement_words,
        reading_words=reading_words,
        weekly_questions=weekly_questions,
    )
