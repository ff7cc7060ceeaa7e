"""The words of the safety ladder: signs, advice, flags and the register's events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from tracker.domain import catalog
from tracker.domain.hours import Week, read_week
from tracker.domain.register import Rate
from tracker.domain.safety import (
    ASKED_WITH_SORENESS,
    NEEDLED_LATELY,
    Extra,
    Group,
    Tier,
    sore_limits,
)
from tracker.services.flags import Seen
from tracker.web.language import short_day
from tracker.web.words import number, stretch_name, weekday_names


def sign_word(sign_id: str) -> str:
    """A sign in a patient's words; a sign that is no longer known by its id."""
    sign = catalog.signs().get(sign_id)
    return _(sign.plain) if sign else sign_id


def group_word(group: Group) -> str:
    """The question over a group of signs."""
    return {
        Group.FIRST: _("First: is one of these true?"),
        Group.NERVE: _("Something new in arms, legs, face or head"),
        Group.FEVER: _("Fever or swelling with more"),
        Group.URGENT: _("Skin, bleeding and other signs"),
        Group.AMBER: _("Less pressing"),
        Group.EXPECTED: _("Common, and passes"),
    }[group]


def tier_word(tier: Tier) -> str:
    """A tier as staff read it."""
    return {
        Tier.RED: _("emergency"),
        Tier.URGENT: _("same day"),
        Tier.AMBER: _("next working day"),
        Tier.EXPECTED: _("expected"),
    }[tier]


def advice_title(tier: Tier, number_of_emergency: str = "") -> str:
    """What to do, in one line."""
    match tier:
        case Tier.RED:
            if number_of_emergency:
                return _("Call %(number)s now", number=number_of_emergency)
            return _("Call the emergency number now")
        case Tier.URGENT:
            return _("Call today")
        case Tier.AMBER:
            return _("Your clinic should know")
        case _:
            return _("This is common, and passes")


def advice_text(tier: Tier) -> str:
    """The sentence below it."""
    match tier:
        case Tier.RED:
            return _("Do not drive yourself. Do not wait for an answer here.")
        case Tier.URGENT:
            return _("Somebody has to look at this on the same day. Call, do not wait.")
        case Tier.AMBER:
            return _(
                "An answer can wait until the next working day."
                " If it gets worse, come back here or call."
            )
        case _:
            return _("A small bruise or a drop of blood comes with up to 1 in 5 treatments.")


def extra_word(extra: Extra) -> str:
    """What is said besides."""
    return {
        Extra.NEEDLES: _("Say when and where you had needles."),
        Extra.LUNG: _("Rarely a needle lets air escape around the lung."),
        Extra.MATERNITY: _("Call your maternity unit."),
        Extra.DROWSY: _("Do not drive while drowsy."),
    }[extra]


def hours_words(stored: list[list[list[str]]] | None) -> list[str]:
    """Opening hours as lines: Mon–Fri 08:00–12:30, 14:00–18:00."""
    return [
        f"{_days(first, last)} {', '.join(f'{start:%H:%M}–{end:%H:%M}' for start, end in week)}"
        for first, last, week in _runs(read_week(stored))
    ]


def _runs(week: Week) -> list[tuple[int, int, list[tuple[object, object]]]]:
    """Days in a row with the same hours, days without any left out."""
    found: list[tuple[int, int, list[tuple[object, object]]]] = []
    for day, spans in enumerate(week):
        if found and found[-1][1] == day - 1 and found[-1][2] == list(spans):
            found[-1] = (found[-1][0], day, list(spans))
        elif spans:
            found.append((day, day, list(spans)))
    return found


def _days(first: int, last: int) -> str:
    names = weekday_names()
    return names[first] if first == last else f"{names[first]}–{names[last]}"


# Flags.


def flag_sentence(seen: Seen) -> str:
    """Why a flag stands, in one sentence with the numbers behind it."""
    flag = seen.flag
    told = flag.numbers
    match flag.reason:
        case "reported":
            return _reported(told.get("signs", []), told.get("days"))
        case "stretch_hurt":
            return _(
                "Pain %(pain)s of 10 during a stretch: %(stretch)s",
                pain=number(told["pain"]),
                stretch=stretch_name(told["stretch"], told["side"]),
            )
        case "flare_rise" | "flare_lift" | "flare_said":
            return _of_flare(flag.reason, told)
        case "steady_high" | "no_change" | "quiet":
            return _of_course(flag.reason, told)
        case "sore_rising":
            return _(
                "Soreness up from %(before)s to %(soreness)s of 10 at %(hours)s hours"
                " after needling",
                before=number(told["from"]),
                soreness=number(told["soreness"]),
                hours=number(told["hours"]),
            )
        case _:
            return _(
                "Soreness %(soreness)s of 10 at %(hours)s hours after needling",
                soreness=number(told["soreness"]),
                hours=number(told["hours"]),
            )


def _of_flare(reason: str, told: dict[str, Any]) -> str:
    """Why it may be a bad spell, and what the patient says of it."""
    if reason == "flare_said":
        return _of_word(told)
    pain, usual = number(told["pain"]), number(told["usual"])
    if reason == "flare_rise":
        rise = _(
            "Pain %(pain)s of 10, two days in a row 2 or more over the usual %(usual)s.",
            pain=pain,
            usual=usual,
        )
    else:
        rise = _(
            "Pain %(pain)s of 10, above the recent average (%(usual)s).", pain=pain, usual=usual
        )
    said = {
        "yes": _("The patient says: a bad spell."),
        "no": _("The patient says: just a bad day."),
    }.get(told.get("said", ""), _("Ask whether this is a bad spell."))
    return f"{rise} {said}"


def _of_word(told: dict[str, Any]) -> str:
    """What the patient said unasked, and perhaps took back."""
    pain = number(told["pain"])
    if told.get("said") == "no":
        return _(
            "The patient had called this a bad spell and took it back: pain %(pain)s.", pain=pain
        )
    if "usual" not in told:
        return _("The patient says that this is a bad spell: pain %(pain)s.", pain=pain)
    return _(
        "The patient says that this is a bad spell: pain %(pain)s, usual %(usual)s.",
        pain=pain,
        usual=number(told["usual"]),
    )


def _of_course(reason: str, told: dict[str, Any]) -> str:
    """What the course of somebody's ratings says, or their silence."""
    match reason:
        case "steady_high":
            return _(
                "Pain %(mean)s of 10 on average over 7 days, %(days)s of them logged. Reassess.",
                mean=number(told["mean"]),
                days=number(told["days"]),
            )
        case "no_change":
            return _(
                "No clear change after %(visits)s visits: pain %(before)s before, %(after)s since."
                " Reassess.",
                visits=number(told["visits"]),
                before=number(told["before"]),
                after=number(told["after"]),
            )
        case _:
            since = short_day(date.fromisoformat(told["since"]))
            return _("Gone quiet: nothing logged since %(when)s.", when=since)


def _reported(signs: list[str], days: int | None) -> str:
    words = "; ".join(sign_word(sign) for sign in signs)
    if days is None:
        return _("Reported: %(signs)s. Not needled here.", signs=words)
    if days == 0:
        return _("Reported: %(signs)s. Less than a day after needling.", signs=words)
    return str(
        ngettext(
            "Reported: %(signs)s. %(num)d day after needling.",
            "Reported: %(signs)s. %(num)d days after needling.",
            days,
            signs=words,
        )
    )


def age_words(at: datetime, now: datetime) -> str:
    """How long ago: 12 minutes ago, 3 hours ago, 2 days ago."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return str(ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes))
    if minutes < 48 * 60:
        return str(ngettext("%(num)d hour ago", "%(num)d hours ago", minutes // 60))
    return str(ngettext("%(num)d day ago", "%(num)d days ago", minutes // (24 * 60)))


# The register.


def event_word(event: str) -> str:
    """A kind of event as staff read it."""
    return {
        "bleeding": _("bleeding"),
        "bruise": _("bruise"),
        "pain_after": _("pain afterwards"),
        "worse": _("complaint got worse"),
        "drowsy": _("drowsy or tired"),
        "headache": _("headache"),
        "nausea": _("nausea"),
        "dizzy": _("dizziness"),
        "urgent": _("other same-day sign"),
        "red": _("emergency sign"),
    }[event]


def span_word(span: str) -> str:
    """A span of the register."""
    return {"3m": _("3 months"), "12m": _("12 months"), "all": _("All time")}[span]


def per_thousand(value: float | None) -> str:
    """A rate: 76, 46.5, 0.98; a dash where there is none."""
    if value is None:
        return "–"
    if value == 0 or value >= 100:
        return number(round(value))
    return str(format_decimal(value, format="#,##0.##" if value < 1 else "#,##0.#"))


def interval(rate: Rate) -> str:
    """The 95 % interval: 12 to 84."""
    return _("%(low)s to %(high)s", low=per_thousand(rate.low), high=per_thousand(rate.high))


def init(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.filters["sign_word"] = sign_word
    app.jinja_env.globals.update(
        ASKED_WITH_SORENESS=ASKED_WITH_SORENESS,
        Extra=Extra,
        Group=Group,
        NEEDLED_LATELY=NEEDLED_LATELY,
        Tier=Tier,
        advice_text=advice_text,
        advice_title=advice_title,
        age_words=age_words,
        event_word=event_word,
        extra_word=extra_word,
        flag_sentence=flag_sentence,
        group_word=group_word,
        hours_words=hours_words,
        interval=interval,
        per_thousand=per_thousand,
        sign_word=sign_word,
        signs=catalog.signs,
        sore_limits=sore_limits,
        span_word=span_word,
        tier_word=tier_word,
    )
