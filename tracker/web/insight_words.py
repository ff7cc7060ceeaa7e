"""Sentences of the response view: a verdict with its uncertainty, and what is missing for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Flask
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain.curve import LINE_LEAST, Aligned, Dose, MuscleClock
from tracker.domain.response import Missing, Phase, Response, Split, Verdict
from tracker.domain.statistics import Amount, Return, week_amount
from tracker.formats.curve import EARLIER_MOST, CurveWords, curve_pair
from tracker.formats.scatter import ScatterWords, scatter_svg
from tracker.services.insight import Insight
from tracker.web.language import short_day
from tracker.web.words import muscle_name, number, side_word


def mean_word(value: float) -> str:
    """A mean with its one decimal: 6.1, 4.0."""
    return str(format_decimal(round(value, 1), format="0.0"))


def verdict_title(verdict: Verdict) -> str:
    """The verdict in a few words."""
    return {
        Verdict.FELL_MUCH: _("Much less pain"),
        Verdict.FELL_ENOUGH: _("Less pain"),
        Verdict.FELL: _("A little less pain"),
        Verdict.SAME: _("No clear change"),
        Verdict.ROSE: _("More pain"),
        Verdict.NOT_ENOUGH: _("Not enough data"),
    }[verdict]


def verdict_sentences(seen: Response) -> list[str]:
    """What can be said, one sentence after the other; of too few days, what is missing."""
    if seen.change is None or seen.before is None or seen.after is None:
        return missing_sentences(seen)
    told = {
        "before": mean_word(seen.change.before),
        "after": mean_word(seen.change.after),
        "days": seen.days,
        "scatter": mean_word(seen.change.scatter),
    }
    sentences = [_main_sentence(seen.verdict, told), counted_sentence(seen)]
    if seen.overlap is not None:
        sentences.append(
            _(
                "Taking any day before and any day after, pain was lower after in %(share)s of 100"
                " pairs; with chance allowed for, %(low)s to %(high)s.",
                share=round(100 * seen.overlap.nap),
                low=round(100 * seen.overlap.low),
                high=round(100 * seen.overlap.high),
            )
        )
    if seen.fell_off_scale:
        sentences.append(
            _(
                "Pain was falling before already, fast enough to be at 0 by now: what came after"
                " cannot be told apart from that."
            )
        )
    elif seen.fell_before and seen.corrected is not None:
        share = round(50 * (seen.corrected.tau + 1))
        sentences.append(
            _(
                "Pain was falling before already. With that taken out it is lower in %(share)s of"
                " 100 pairs; 50 would be no difference.",
                share=share,
            )
        )
    return sentences


def _main_sentence(verdict: Verdict, told: dict[str, object]) -> str:
    match verdict:
        case Verdict.FELL_MUCH:
            return _(
                "Pain fell from %(before)s to %(after)s over %(days)s days, by half or more; more"
                " than day-to-day scatter explains.",
                **told,
            )
        case Verdict.FELL_ENOUGH:
            return _(
                "Pain fell from %(before)s to %(after)s over %(days)s days; more than day-to-day"
                " scatter explains.",
                **told,
            )
        case Verdict.FELL:
            return _(
                "Pain fell from %(before)s to %(after)s over %(days)s days; more than day-to-day"
                " scatter explains, but less than 2 points and 30 %%.",
                **told,
            )
        case Verdict.ROSE:
            return _(
                "Pain rose from %(before)s to %(after)s over %(days)s days; more than day-to-day"
                " scatter explains.",
                **told,
            )
        case _:
            return _(
                "Pain went from %(before)s to %(after)s over %(days)s days; day-to-day scatter"
                " alone can make %(scatter)s points.",
                **told,
            )


def counted_sentence(seen: Response) -> str:
    """How much it rests on."""
    out = sum(phase.left_out for phase in (seen.before, seen.after) if phase)
    logged = _("%(logged)s of %(expected)s days logged", logged=seen.logged, expected=seen.expected)
    if not out:
        return _("%(logged)s.", logged=logged)
    return str(
        ngettext(
            "%(logged)s; %(num)d day within 72 hours of needling left out.",
            "%(logged)s; %(num)d days within 72 hours of needling left out.",
            out,
            logged=logged,
        )
    )


def missing_sentences(seen: Response) -> list[str]:
    """What a verdict still needs."""
    found = []
    for what, count in seen.missing.items():
        match what:
            case Missing.NO_SPLIT:
                found.append(_("A verdict needs a needling session, or a phase that you mark."))
            case Missing.APART:
                found.append(
                    _(
                        "No day was logged before the first session, so there is nothing to compare"
                        " with yet. After a second session the days between the two are used."
                    )
                )
            case Missing.BEFORE:
                found.append(
                    str(
                        ngettext(
                            "Before: %(num)d more logged day is needed for five.",
                            "Before: %(num)d more logged days are needed for five.",
                            count,
                        )
                    )
                )
            case Missing.AFTER:
                found.append(
                    str(
                        ngettext(
                            "After: %(num)d more logged day is needed for five.",
                            "After: %(num)d more logged days are needed for five.",
                            count,
                        )
                    )
                )
    if seen.before is not None and seen.after is not None and Missing.APART not in seen.missing:
        found.append(counted_sentence(seen))
    return found


def days_span(phase: Phase) -> str:
    """The days of a phase: 3 Sep to 11 Sep."""
    if phase.start == phase.end:
        return short_day(phase.start)
    return _("%(first)s to %(last)s", first=short_day(phase.start), last=short_day(phase.end))


def phase_name(seen: Response, place: int) -> str:
    """What a phase is called in the table."""
    phase = seen.phases[place]
    if phase.words:
        return phase.words
    if seen.split is Split.MARKS:
        return _("start")
    if not phase.sessions:
        return _("before needling")
    first = 1 if seen.phases[0].sessions else 0
    return _("after session %(number)s", number=place + first)


def phase_mean(phase: Phase) -> str:
    """The mean that may be shown: none under 4 days, with a warning at 4."""
    mean = phase.mean
    amount = week_amount(mean)
    if mean.value is None or amount is Amount.NONE:
        return _("too few days")
    if amount is Amount.LITTLE:
        return _("%(mean)s (little data)", mean=mean_word(mean.value))
    return mean_word(mean.value)


# Soreness since needling.


def hours_word(found: Return | None) -> str:
    """How many hours, or that it was not seen by then."""
    if found is None:
        return "–"
    hours = number(round(found.time))
    if found.is_censored:
        return _("not by %(hours)s h", hours=hours)
    return _("%(hours)s h", hours=hours)


def relief_word(found: Return | None) -> str:
    """After how many days, or that it was not seen by then."""
    if found is None:
        return "–"
    days = int(found.time)
    if found.is_censored:
        return _("not by day %(day)s", day=days)
    return _("day %(day)s", day=days)


def draw_curve(seen: Aligned, muscle: str | None, *, is_own: bool = False) -> Markup:
    """The aligned soreness for phone and desk."""
    words = curve_words(seen, muscle, is_own=is_own)
    return Markup(curve_pair(seen, words=words, uid="curve"))  # noqa: S704 - curve.py escapes


def curve_words(seen: Aligned, muscle: str | None, *, is_own: bool = False) -> CurveWords:
    """Every word on the drawing of the aligned soreness; `is_own` speaks to the patient."""
    name = short_day(seen.newest.needled_at.date())
    values = ", ".join(
        _("%(value)s at %(hours)s h", value=value, hours=round(hours))
        for hours, value in seen.newest.points
    )
    title = _("Soreness by hours since needling")
    if muscle:
        title = _("Soreness by hours since needling: %(muscle)s", muscle=muscle_name(muscle))
    shown = min(len(seen.earlier), EARLIER_MOST)
    return CurveWords(
        title=title,
        description=_("Session of %(day)s: %(values)s.", day=name, values=values),
        soreness=_("Soreness"),
        hours=_("hours since needling"),
        newest=_("session of %(day)s", day=name),
        earlier=str(ngettext("%(num)d earlier session", "%(num)d earlier sessions", shown)),
        band=_("usual for you") if is_own else _("usual for this patient"),
    )


def curve_table(seen: Aligned) -> list[tuple[date, list[str]]]:
    """The table beside the drawing: each session's ratings, the newest first."""
    rows = []
    for one in (seen.newest, *reversed(seen.earlier[-EARLIER_MOST:])):
        told = [
            _("%(value)s at %(hours)s h", value=value, hours=round(hours))
            for hours, value in one.points
        ]
        rows.append((one.needled_at.date(), told))
    return rows


def muscle_clock_word(one: MuscleClock) -> str:
    """Soreness-free after 40 h, 3 of 4 sessions."""
    if one.sore_free is None:
        return _("not seen yet")
    return _(
        "%(hours)s h (middle of %(seen)s of %(count)s sessions)",
        hours=round(one.sore_free),
        seen=one.seen,
        count=one.sessions,
    )


# Dose.


def draw_ledger(ledger: Sequence[Dose]) -> list[Markup]:
    """Dose against soreness and relief: as many small drawings as there is something on."""
    doses = {
        "insertions": _("insertions"),
        "twitches": _("twitches"),
        "pain_during": _("pain during"),
    }
    effects = {"soreness": _("Peak soreness"), "relief": _("Relief in points")}
    drawn = []
    for effect, up in effects.items():
        for dose, across in doses.items():
            points = [
                (float(x), float(y))
                for row in ledger
                if (x := getattr(row, dose)) is not None and (y := getattr(row, effect)) is not None
            ]
            if len(points) > 1:
                drawn.append(_scatter(points, up, across, f"dose-{effect}-{dose}"))
    return drawn


def _scatter(points: Sequence[tuple[float, float]], up: str, across: str, uid: str) -> Markup:
    told = ngettext("%(num)d session", "%(num)d sessions", len(points))
    words = ScatterWords(
        title=_("%(effect)s by %(dose)s", effect=up, dose=across),
        description=_("%(sessions)s; the numbers stand in the table.", sessions=told),
        across=across,
        up=up,
    )
    top = 4 if uid.startswith("dose-relief") else 10
    return Markup(scatter_svg(points, words=words, uid=uid, top=top))  # noqa: S704 - escapes


def ledger_note(ledger: Sequence[Dose]) -> str:
    """Why there is no line yet."""
    if len(ledger) < LINE_LEAST:
        return _("A line is drawn from five sessions on: fewer show none.")
    return _("A line shows how two numbers go together, not that one makes the other.")


def muscle_choices(seen: Insight) -> list[tuple[str, str]]:
    """The muscles that soreness can be shown for: (id, name)."""
    return [(one, muscle_name(one)) for one in dict.fromkeys(row.muscle for row in seen.muscles)]


def init(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.globals.update(
        curve_table=curve_table,
        days_span=days_span,
        draw_curve=draw_curve,
        draw_ledger=draw_ledger,
        hours_word=hours_word,
        ledger_note=ledger_note,
        mean_word=mean_word,
        muscle_choices=muscle_choices,
        muscle_clock_word=muscle_clock_word,
        phase_mean=phase_mean,
        phase_name=phase_name,
        relief_word=relief_word,
        side_word=side_word,
        verdict_sentences=verdict_sentences,
        verdict_title=verdict_title,
    )
