"""Sentences: what codes and numbers are called, in plain words and in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from babel.lists import format_list
from flask import Flask
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain import catalog
from tracker.domain.catalog import Stretch
from tracker.domain.days import local_time
from tracker.domain.pause import PauseReason
from tracker.domain.prescription import EVERY_DAY, Dose, Provenance, TimeOfDay, weekdays_of
from tracker.domain.programme_changes import Turn
from tracker.domain.timeline import NeedlingMark, Timeline
from tracker.domain.triage import Kind, Reason
from tracker.formats.chart import TimelineWords, timeline_pair
from tracker.services.news import News
from tracker.web.language import short_day
from tracker.web.shelf import known


def number(value: float) -> str:
    """A number without needless decimals: 3, 2.5."""
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) < 1000 else str(format_decimal(rounded))


def join(parts: Sequence[str]) -> str:
    """One, two and three."""
    return str(format_list(list(parts), locale=get_locale() or "en"))


# Bodies.


def side_word(side: str) -> str:
    """left, right, middle, both sides."""
    match side:
        case "left":
            return _("left")
        case "right":
            return _("right")
        case "middle":
            return _("middle")
        case "both":
            return _("both sides")
    return side


def muscle_name(muscle_id: str) -> str:
    """A muscle as physios call it."""
    muscle = catalog.muscles().get(muscle_id)
    return _(muscle.english) if muscle else muscle_id


def plain_place(muscle_id: str, side: str) -> str:
    """A needled place in a patient's words: top of the shoulder, to the neck (left)."""
    muscle = catalog.muscles().get(muscle_id)
    plain = _(muscle.plain) if muscle else muscle_id
    if side == "middle":
        return plain
    return _("%(place)s (%(side)s)", place=plain, side=side_word(side))


def plain_places(places: Sequence[tuple[str, str]]) -> str:
    """All needled places of a session in one phrase."""
    return join([plain_place(*place) for place in places])


def region_word(region: str, side: str) -> str:
    """A body region with its side: left shoulder."""
    if side == "middle":
        return _(region)
    return _("%(region)s, %(side)s", region=_(region), side=side_word(side))


def of_stretch(text: str, stretch: Stretch) -> str:
    """A stretch's text in the reader's language; a clinic wrote its own in its own."""
    return text if stretch.is_own else _(text)


def stretch_name(given: Stretch | str, side: str) -> str:
    """A stretch (or the one of an id) with the side it is for."""
    stretch = known(given)
    name = of_stretch(stretch.name, stretch)
    return _("%(name)s, %(side)s", name=name, side=side_word(side)) if stretch.has_side else name


# Time.


def hours_ago(hours: float) -> str:
    """27 hours ago; under an hour, just now."""
    if hours < 1:
        return _("less than an hour ago")
    if hours < 72:
        return str(ngettext("%(num)d hour ago", "%(num)d hours ago", int(hours)))
    return str(ngettext("%(num)d day ago", "%(num)d days ago", int(hours // 24)))


def days_since(days: int | None) -> str:
    """How long since the last needling."""
    if days is None:
        return _("not needled yet")
    if days == 0:
        return _("needled today")
    return str(ngettext("%(num)d day since needling", "%(num)d days since needling", days))


def soreness_outlook(hours: float) -> str:
    """What to expect, as the published curve has it: steepest early, mostly gone within 72 h."""
    if hours < 12:
        return _("Soreness is common now and eases most in the first day.")
    if hours <= 72:
        return _("Most soreness is gone three days after needling.")
    return _("It usually has gone by now. If it gets worse, look under Safety.")


def relative_day(day: date, today: date) -> str:
    """Today, yesterday or the date."""
    if day == today:
        return _("Today")
    if (today - day).days == 1:
        return _("Yesterday")
    return short_day(day)


def relative(value: datetime, zone: str, today: date) -> str:
    """Yesterday, 19:48."""
    wall = local_time(value, zone)
    day = relative_day(wall.date(), today)
    return _("%(day)s, %(time)s", day=day, time=wall.strftime("%H:%M"))


# Doses.


def dose_words(dose: Dose) -> str:
    """3 x 30 s in the evening; 3 x 30 s, morning and evening; 3 x 30 s, 3 times a day."""
    hold = _("%(times)s × %(seconds)s s", times=dose.repetitions, seconds=dose.hold_seconds)
    if dose.sets > 2:
        return _("%(hold)s, %(sets)s times a day", hold=hold, sets=dose.sets)
    if dose.sets == 2:
        return _("%(hold)s, morning and evening", hold=hold)
    if dose.time_of_day == TimeOfDay.ANY:
        return hold
    return f"{hold}, {time_words()[dose.time_of_day]}"


def time_words() -> dict[str, str]:
    """When a stretch is done that is asked for once a day."""
    return {
        TimeOfDay.ANY.value: _("any time"),
        TimeOfDay.MORNING.value: _("in the morning"),
        TimeOfDay.EVENING.value: _("in the evening"),
    }


def pause_words() -> dict[str, str]:
    """Why nothing is asked for."""
    return {
        PauseReason.ILL.value: _("ill"),
        PauseReason.TRAVELLING.value: _("travelling"),
        PauseReason.TOLD_TO_REST.value: _("told to rest"),
        PauseReason.OTHER.value: _("something else"),
    }


def span_words(first: date, last: date) -> str:
    """22 Nov, or 22 Nov to 25 Nov."""
    if first == last:
        return short_day(first)
    return _("%(first)s to %(last)s", first=short_day(first), last=short_day(last))


def start_words(count: int, minutes: int) -> str:
    """What a tap on the guided session begins: Start: 4 stretches, 9 min."""
    stretches = ngettext("%(num)d stretch", "%(num)d stretches", count)
    return _("Start: %(stretches)s, %(minutes)s min", stretches=stretches, minutes=minutes)


def weekday_names() -> list[str]:
    """Monday to Sunday, short."""
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


def days_words(mask: int) -> str:
    """Every day, Monday to Friday, or the days by name."""
    if mask == EVERY_DAY:
        return _("every day")
    if mask == 0b0011111:
        return _("Monday to Friday")
    names = weekday_names()
    return join([names[weekday] for weekday in weekdays_of(mask)])


# Lists of words.


def outcome_words() -> dict[str, str]:
    """What became of a stretch."""
    return {
        "done": _("done"),
        "partly": _("partly"),
        "too_hard": _("too hard"),
        "could_not": _("couldn't today"),
    }


def reason_words() -> dict[str, str]:
    """Why a stretch was not done."""
    return {
        "more_pain": _("more pain"),
        "no_time": _("no time"),
        "forgot": _("forgot"),
        "unsure": _("unsure how"),
        "felt_low": _("felt low"),
        "ill": _("ill"),
    }


def technique_words() -> dict[str, str]:
    """How the needle was used."""
    return {
        "superficial": _("superficial"),
        "deep": _("deep"),
        "pistoning": _("pistoning"),
        "winding": _("winding"),
        "electrical": _("electrical"),
    }


def role_word(role: str) -> str:
    """What a membership is called."""
    return {"patient": _("patient"), "physio": _("physio"), "lead": _("lead")}.get(role, role)


def provenance_words(provenance: str, count: int) -> str:
    """How we know of what was done: 5 with the timer."""
    match provenance:
        case Provenance.TIMER:
            return str(ngettext("%(num)d with the timer", "%(num)d with the timer", count))
        case Provenance.TICKED:
            return str(ngettext("%(num)d ticked", "%(num)d ticked", count))
        case _:
            return str(ngettext("%(num)d added later", "%(num)d added later", count))


def reason_tally(reasons: Mapping[str, int]) -> str:
    """Why stretches were left out: no time (3), forgot (1)."""
    words = reason_words()
    return ", ".join(f"{words.get(name, name)} ({count})" for name, count in reasons.items())


def left_out_words(reason: str) -> str:
    """Why stretches were left out most often: mostly no time."""
    return _("mostly %(reason)s", reason=reason_words()[reason])


def news_words(news: News) -> str:
    """1 new, 1 changed, 2 ended."""
    parts = []
    if count := news.count(Turn.STARTED):
        parts.append(str(ngettext("%(num)d new", "%(num)d new", count)))
    if count := news.count(Turn.CHANGED):
        parts.append(str(ngettext("%(num)d changed", "%(num)d changed", count)))
    if count := news.count(Turn.ENDED):
        parts.append(str(ngettext("%(num)d ended", "%(num)d ended", count)))
    return ", ".join(parts)


# The caseload's reasons.


def reason_sentence(reason: Reason) -> str:
    """A row's reason in one plain line, with the numbers behind it."""
    n = reason.numbers
    match reason.kind:
        case Kind.FLARE:
            return _flare(n)
        case Kind.LONG_SORENESS:
            return _(
                "Soreness still %(soreness)s of 10 at %(hours)s hours after needling",
                soreness=number(n["soreness"]),
                hours=number(n["hours"]),
            )
        case Kind.STEADY_HIGH:
            return _(
                "Steady at %(mean)s over the last week (%(days)s of 7 days logged)",
                mean=number(n["mean"]),
                days=number(n["days"]),
            )
        case Kind.SILENT | Kind.QUIET:
            return _silence(n)
        case Kind.FEW_STRETCHES:
            return _(
                "Under half of the stretches: %(done)s of %(due)s in 14 days",
                done=int(n["done"]),
                due=number(n["due"]),
            )
        case _:
            return _calm_sentence(reason)


def _flare(n: dict[str, float]) -> str:
    if n["lift"]:
        return _(
            "Pain %(pain)s, clearly above the recent average: %(usual)s over %(days)s logged days",
            pain=number(n["pain"]),
            usual=number(n["usual"]),
            days=number(n["days"]),
        )
    return _(
        "Pain up by 2 or more on two days: now %(pain)s, usually %(usual)s"
        " (median of %(days)s logged days)",
        pain=number(n["pain"]),
        usual=number(n["usual"]),
        days=number(n["days"]),
    )


def _silence(numbers: dict[str, float]) -> str:
    days = int(numbers["days"])
    if not numbers["ever"]:
        return str(
            ngettext(
                "Nothing logged yet, for %(num)d day", "Nothing logged yet, for %(num)d days", days
            )
        )
    return str(ngettext("Nothing logged for %(num)d day", "Nothing logged for %(num)d days", days))


def _calm_sentence(reason: Reason) -> str:
    match reason.kind:
        case Kind.NOT_JOINED:
            return _("Invited, has not joined yet")
        case Kind.NOT_SHARING:
            return _("Does not share the log with the clinic")
        case Kind.NEEDLED:
            hours = hours_ago(reason.numbers["hours"])
            return _("Needled %(ago)s; soreness as expected", ago=hours)
        case Kind.NEW:
            return _("New: too few days to compare yet")
        case _:
            return _("On course")


def reason_tag(kind: Kind) -> str:
    """The one word of a row's pill; none for those on course."""
    # Looked up one by one: a dict of all would translate ten words for each of a thousand rows.
    match kind:
        case Kind.FLARE:
            return _("flare")
        case Kind.LONG_SORENESS:
            return _("soreness")
        case Kind.STEADY_HIGH:
            return _("steady high")
        case Kind.SILENT:
            return _("silent")
        case Kind.FEW_STRETCHES:
            return _("stretches")
        case _:
            return _quiet_tag(kind)


def _quiet_tag(kind: Kind) -> str:
    match kind:
        case Kind.NOT_JOINED:
            return _("invited")
        case Kind.NOT_SHARING:
            return _("not sharing")
        case Kind.NEEDLED:
            return _("needled")
        case Kind.NEW:
            return _("new")
        case Kind.QUIET:
            return _("quiet")
        case _:
            return ""


def reason_tone(kind: Kind) -> str:
    """Which colour family a pill has: plum needs a person, copper is about needles."""
    if kind in {Kind.FLARE, Kind.STEADY_HIGH}:
        return "plum"
    if kind in {Kind.LONG_SORENESS, Kind.NEEDLED}:
        return "needle"
    return "plain"


# Drawings.


def timeline_words(timeline: Timeline, today: date) -> TimelineWords:
    """The words of a time line."""
    pain = [day.pain for day in timeline.inside() if day.pain is not None]
    logged = _("%(logged)s of %(span)s days logged.", logged=len(pain), span=timeline.length)
    needled = ngettext(
        "%(num)d needling session.", "%(num)d needling sessions.", len(timeline.visible_marks())
    )
    described = " ".join([logged, needled, _("The table below has every day.")])
    return TimelineWords(
        title=_("Pain, soreness and stretching over time"),
        description=described,
        pain=_("Pain, average of the day"),
        soreness=_("Soreness where the needles went"),
        stretches=_("Stretches"),
        window=_("72 hours after needling"),
        added_later=_("added later"),
        done=_("done"),
        partly=_("partly"),
        not_done=_("not done"),
        empty=_("Nothing logged in this time"),
        tick=short_day,
        today=_("today") if timeline.end == today else "",
    )


def draw_timeline(timeline: Timeline, today: date) -> Markup:
    """The time line for phone and desk."""
    marks = tuple(NeedlingMark(mark.needled_local, "", mark.session_id) for mark in timeline.marks)
    dressed = Timeline(timeline.start, timeline.end, timeline.days, marks)
    words = timeline_words(timeline, today)
    return Markup(timeline_pair(dressed, words=words, uid="line"))  # noqa: S704 - chart.py escapes


def initials(name: str) -> str:
    """Up to two letters for a round badge."""
    parts = name.split()
    return "".join(
        part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)
    ).upper()


def init(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.filters["relative"] = relative
    app.jinja_env.filters["of_stretch"] = of_stretch
    app.jinja_env.globals.update(
        days_since=days_since,
        days_words=days_words,
        dose_words=dose_words,
        pause_words=pause_words,
        span_words=span_words,
        time_words=time_words,
        draw_timeline=draw_timeline,
        hours_ago=hours_ago,
        initials=initials,
        muscle_name=muscle_name,
        number=number,
        outcome_words=outcome_words,
        left_out_words=left_out_words,
        news_words=news_words,
        plain_place=plain_place,
        provenance_words=provenance_words,
        reason_tally=reason_tally,
        plain_places=plain_places,
        reason_sentence=reason_sentence,
        reason_tag=reason_tag,
        reason_tone=reason_tone,
        reason_words=reason_words,
        region_word=region_word,
        relative_day=relative_day,
        role_word=role_word,
        side_word=side_word,
        soreness_outlook=soreness_outlook,
        start_words=start_words,
        stretch_name=stretch_name,
        technique_words=technique_words,
        weekday_names=weekday_names,
    )
