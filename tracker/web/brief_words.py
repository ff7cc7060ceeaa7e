"""The brief in words: the same short parts for the page, the sheet of paper and the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.adherence import Adherence
from tracker.domain.days import local_day
from tracker.domain.measures import Measure
from tracker.domain.response import Response, Verdict
from tracker.domain.statistics import Amount, week_amount
from tracker.formats.brief import Part
from tracker.services.brief import Brief
from tracker.services.flags import Seen
from tracker.web.insight_words import (
    mean_word,
    missing_sentences,
    verdict_sentences,
    verdict_title,
)
from tracker.web.ladder_words import event_word, flag_sentence, tier_word
from tracker.web.language import moment, short_day
from tracker.web.measure_words import (
    change_value,
    course,
    item_lines,
    measure_name,
    motion_lines,
    shift_sentence,
    value_word,
)
from tracker.web.needling_words import before_after, row_words
from tracker.web.words import (
    muscle_name,
    number,
    pause_words,
    plain_place,
    provenance_words,
    reason_tally,
    region_word,
    side_word,
    span_words,
)

MOST = 6
"""Muscles, and flags, that are told one by one; of more only how many."""

NOTE_SHOWN = 240
"""Characters of a session's note on the brief; the record has it whole."""


MOTIONS_SHOWN = 2
"""Movements that are told; the record has them all."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: on which clock, and whether it is the patient."""

    zone: str
    is_own: bool
    has_joined: bool = True
    """Whether there is a patient yet who could log anything."""


def brief_parts(brief: Brief, reader: Reader) -> list[Part]:
    """Everything that is told, in the order in which it is read; in the reader's words."""
    parts = [_why(brief, reader), *_question(brief, reader), _session(brief, reader)]
    aims = _aims(brief, reader)
    if brief.is_shared:
        parts += [
            _pain(brief, reader),
            *aims,
            _reactions(brief),
            _stretches(brief, reader),
        ]
    else:
        parts += [*aims, _unseen(reader)]
    if brief.flags or (brief.is_shared and not reader.is_own):
        parts.append(_flags(brief, reader))
    return parts


def _unseen(reader: Reader) -> Part:
    """Why nothing stands here of what is logged."""
    if not reader.has_joined:
        return Part(_("Log"), _("Invited, has not joined yet"), (_("Nothing is logged yet."),))
    kept = _("Pain, soreness, side effects and stretches stay with the patient.")
    return Part(_("Log"), _("This patient does not share the log"), (kept,))


def _some(told: Sequence[str], more: Callable[[int], str]) -> tuple[str, ...]:
    """The first few lines, and how many there are besides."""
    if len(told) <= MOST:
        return tuple(told)
    return (*told[: MOST - 1], more(len(told) - MOST + 1))


def _more(count: int) -> str:
    return str(ngettext("and %(num)d more", "and %(num)d more", count))


def _why(brief: Brief, reader: Reader) -> Part:
    episode = brief.episode
    places = "; ".join(region_word(one["region"], one["side"]) for one in episode.regions)
    since = _("since %(when)s", when=_dated(episode.opened_on))
    facts = [f"{places}, {since}" if places else since]
    if brief.is_shared and episode.recalled_pain is not None:
        facts.append(
            _("Pain at the start, as you remembered it: %(pain)s", pain=episode.recalled_pain)
            if reader.is_own
            else _("recalled at joining: %(pain)s", pain=episode.recalled_pain)
        )
    if episode.closed_on:
        facts.append(_("closed %(when)s", when=short_day(episode.closed_on)))
    elif episode.next_visit_on:
        facts.append(_("next visit %(when)s", when=short_day(episode.next_visit_on)))
    return Part(
        _("Your problem") if reader.is_own else _("Why they come"), episode.complaint, (*facts,)
    )


def _question(brief: Brief, reader: Reader) -> list[Part]:
    """What the patient wants to ask, in their own words."""
    asked = brief.measured.question
    if asked is None:
        return []
    name = _("Your question") if reader.is_own else _("Wants to ask")
    return [Part(name, _short(asked.words))]


def _aims(brief: Brief, reader: Reader) -> list[Part]:
    """What the patient wants to do again and how far it is, and what else was measured."""
    seen = brief.measured
    parts = []
    goals = [
        _("%(goal)s (reached %(day)s)", goal=row.words, day=short_day(row.reached_on))
        if row.reached_on
        else row.words
        for row in seen.goals
    ]
    lines = [_("Goals: %(goals)s", goals="; ".join(goals))] if goals else []
    if seen.activities or lines:
        items = "; ".join(item_lines(seen))
        lead = shift_sentence(seen.shift, is_own=reader.is_own) if seen.shift else ""
        name = _("Your activities and goals") if reader.is_own else _("Activities and goals")
        told = [_("%(activities)s (0 unable, 10 as before)", activities=items)] if items else []
        parts.append(Part(name, lead, (*told, *lines)))
    also = []
    if seen.weekly:
        also.append(f"{measure_name(Measure.WEEKLY)}: {course(seen.weekly, value_word)}")
    if seen.change:
        also.append(f"{measure_name(Measure.CHANGE)}: {course(seen.change[-1:], change_value)}")
    also += motion_lines(seen)[:MOTIONS_SHOWN]
    if also:
        parts.append(Part(_("Measures"), "", tuple(also)))
    return parts


def _dated(day: date) -> str:
    return f"{short_day(day)} {day.year}"


def _session(brief: Brief, reader: Reader) -> Part:
    name = _("Last session")
    if brief.session is None:
        return Part(name, _("No session is recorded yet."))
    when = moment(brief.session.needled_at, reader.zone)
    count = ngettext("%(num)d session so far", "%(num)d sessions so far", brief.session_count)
    told = [
        plain_place(row.muscle, row.side)
        if reader.is_own
        else f"{muscle_name(row.muscle)}, {side_word(row.side)}: {row_words(row)}"
        for row in brief.muscles
    ]
    lines = [" · ".join(part for part in (count, brief.by) if part), *_some(told, _more)]
    if pain := before_after(brief.session.pain_before, brief.session.pain_after):
        lines.append(_("Pain in the session: %(pain)s", pain=pain))
    if brief.session.note and not reader.is_own:
        lines.append(_("Note: %(note)s", note=_short(brief.session.note)))
    if brief.is_shared:
        lines.append(_soreness(brief))
    return Part(name, when, tuple(lines))


def _short(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= NOTE_SHOWN else f"{told[:NOTE_SHOWN].rstrip()} …"


def _soreness(brief: Brief) -> str:
    """The curve in one line."""
    if brief.aligned is None or not brief.has_curve:
        return _("No soreness is logged after it.")
    values = ", ".join(
        _("%(value)s at %(hours)s h", value=value, hours=round(hours))
        for hours, value in brief.aligned.newest.points
    )
    return _("Soreness afterwards: %(values)s", values=values)


def _pain(brief: Brief, reader: Reader) -> Part:
    name = _("Your pain") if reader.is_own else _("Pain")
    if brief.last_logged_on is None or brief.response is None:
        return Part(name, _("Nothing is logged yet."))
    title = verdict_title(brief.response.verdict)
    told = plain_sentences(brief.response) if reader.is_own else _short_verdict(brief.response)
    return Part(name, title, (*told, *_week(brief)))


def _short_verdict(seen: Response) -> list[str]:
    """How far pain went and on what that rests; that it was falling already, where it was."""
    told = verdict_sentences(seen)
    if seen.change is None:
        return told
    is_trending = seen.fell_before and seen.corrected is not None
    return [*told[:2], *(told[-1:] if is_trending else ())]


def plain_sentences(seen: Response) -> list[str]:
    """The verdict as a patient reads it."""
    if seen.change is None:
        return missing_sentences(seen)
    told = {
        "before": mean_word(seen.change.before),
        "after": mean_word(seen.change.after),
        "days": seen.days,
    }
    found = [_("Your pain went from %(before)s to %(after)s in %(days)s days.", **told)]
    if seen.verdict is Verdict.SAME:
        found.append(_("That can be the usual ups and downs from day to day."))
    else:
        found.append(_("That is more than the usual ups and downs from day to day."))
    logged = _("%(logged)s of %(expected)s days logged", logged=seen.logged, expected=seen.expected)
    return [*found, _("%(logged)s.", logged=logged)]


def _week(brief: Brief) -> list[str]:
    """The last seven days' mean where it may be shown, and how old the newest entry is."""
    found = []
    if brief.week is not None and brief.week.value is not None:
        amount = week_amount(brief.week)
        mean = mean_word(brief.week.value)
        if amount is Amount.LITTLE:
            mean = _("%(mean)s (little data)", mean=mean)
        if amount is not Amount.NONE:
            found.append(
                _(
                    "Last 7 days: mean pain %(mean)s, %(logged)s of 7 days logged.",
                    mean=mean,
                    logged=brief.week.n,
                )
            )
    if not found and brief.last_logged_on is not None:
        found.append(_("Last logged on %(when)s.", when=short_day(brief.last_logged_on)))
    return found


def _reactions(brief: Brief) -> Part:
    name = _("Side effects")
    if not brief.reactions:
        return Part(name, "", (_("No side effects logged."),))
    told = [
        ngettext(
            "%(effect)s: after %(num)d session, last on %(when)s",
            "%(effect)s: after %(num)d sessions, last on %(when)s",
            one.sessions,
            effect=event_word(one.effect),
            when=short_day(one.last_on),
        )
        for one in brief.reactions
    ]
    return Part(name, "", _some(told, _more))


def _stretches(brief: Brief, reader: Reader) -> Part:
    name = _("Your stretches") if reader.is_own else _("Stretches")
    kept = brief.adherence
    off = [
        _(
            "Paused %(days)s: %(reason)s.",
            days=span_words(one.days.first, one.days.last),
            reason=pause_words()[one.reason],
        )
        for one in brief.pauses[:2]
    ]
    if kept is None or not kept.due:
        excused = kept is not None and kept.excused
        none = _("All of these days were off; they do not count.")
        return Part(
            name, none if excused else _("Nothing was due in the last four weeks."), tuple(off)
        )
    share = "" if reader.is_own else f" ({kept.percent} %)"
    lead = _("%(done)s of %(due)s stretches done", done=number(kept.done), due=kept.due) + share
    return Part(name, lead, (*_kept(kept), *off))


def _kept(kept: Adherence) -> list[str]:
    """How we know, what was left out and why."""
    known = [_("in the last four weeks")]
    known += [provenance_words(name, count) for name, count in kept.provenance.items()]
    lines = [", ".join(known)]
    left = []
    if kept.not_done:
        left.append(
            ngettext("%(num)d logged as not done", "%(num)d logged as not done", kept.not_done)
        )
    if kept.not_logged:
        left.append(ngettext("%(num)d not logged", "%(num)d not logged", kept.not_logged))
    if left:
        lines.append(", ".join(left))
    if kept.reasons:
        lines.append(_("Why not: %(reasons)s", reasons=reason_tally(kept.reasons)))
    if kept.excused:
        lines.append(
            ngettext(
                "%(num)d day off does not count", "%(num)d days off do not count", kept.excused
            )
        )
    return lines


def _flags(brief: Brief, reader: Reader) -> Part:
    name = _("What stood out") if reader.is_own else _("Flags")
    if not brief.flags:
        return Part(name, "", (_("Nothing waits for an answer."),))
    told = [_flag(seen, reader) for seen in brief.flags]
    return Part(name, "", _some(told, _more))


def _flag(seen: Seen, reader: Reader) -> str:
    when = short_day(local_day(seen.flag.said_at, reader.zone))
    if reader.is_own:
        return f"{when}: {flag_sentence(seen)}"
    return f"{tier_word(seen.tier)}, {when}: {flag_sentence(seen)}"


def brief_text(parts: Sequence[Part], *, title: str, made: str) -> str:
    """The whole brief as plain text, to be filed or sent."""
    lines = [title, made]
    for part in parts:
        lines += ["", part.name.upper(), *([part.lead] if part.lead else [])]
        lines += [f"- {line}" for line in part.lines]
    return "\n".join(lines) + "\n"
