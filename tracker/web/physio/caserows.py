"""The caseload's rows as they are drawn: each once, and again only when something in it differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain.days import local_day
from tracker.domain.glance import AFTER, BEFORE, News
from tracker.domain.safety import Tier
from tracker.domain.strip import values_of
from tracker.domain.triage import NEEDS_LOOK, Kind, Reason
from tracker.formats.spark import small_line
from tracker.services.caseload import CaseRow
from tracker.web.ladder_words import tier_word
from tracker.web.language import clock, moment
from tracker.web.words import (
    days_since,
    left_out_words,
    number,
    reason_sentence,
    reason_tag,
    reason_tone,
)

KEPT = 4096
"""Drawn rows kept in each process: about a kilobyte each."""


SAID = 8192
"""Sentences kept: many rows say the same with the same numbers."""


def draw_rows(rows: Sequence[CaseRow], base: str) -> Markup:
    """The list items of some rows; `base` is the caseload's own address."""
    language = str(get_locale())
    return Markup("".join([_drawn(row, base, language) for row in rows]))  # noqa: S704 - templates escape


@lru_cache(maxsize=KEPT)
def _drawn(row: CaseRow, base: str, language: str) -> str:
    # A macro, since to render a template anew costs as much again as the row.
    module: Any = current_app.jinja_env.get_template("physio/_case.html").module
    return str(module.case(row, **_told(row, base, language)))


@lru_cache(maxsize=SAID)
def _said(language: str, say: Callable[..., str], *about: Any) -> str:
    """What a function says in the reader's language, looked up once."""
    _ = language  # tells words apart that are about the same
    return say(*about)


def forget() -> None:
    """Draw every row anew from now on; for measuring."""
    _drawn.cache_clear()


def _told(row: CaseRow, base: str, language: str) -> dict[str, Any]:
    """What the row's template says, in words."""
    facts, reason = row.facts, row.reason
    is_news_of_reason = row.news is not None and row.news.value == row.kind.value
    numbers = tuple(reason.numbers.items())
    due, left_out = facts.get("due"), facts.get("left_out")
    return {
        "link": f"{base}/{row.patient_id}" + (f"?episode={row.episode_id}" if row.others else ""),
        "more": _said(language, _more_words, row.others) if row.others else "",
        "needs_look": row.kind in NEEDS_LOOK or row.is_pressing,
        "visit": "" if row.visit_in is None else _said(language, _visit_words, row.visit_in),
        "news": _said(language, news_words, row.news, row.news_days) if row.news else "",
        "flag": _said(language, _flag_words, row.tier, int(row.is_flag_new)) if row.tier else "",
        "tag": "" if is_news_of_reason else _said(language, reason_tag, row.kind),
        "tone": reason_tone(row.kind),
        "sentence": _said(language, _sentence, row.kind, numbers),
        "line": _line(facts, reason.numbers.get("usual"), language),
        "pain": facts.get("pain"),
        "pain_word": _said(language, _pain_word, facts.get("pain")),
        "since": _said(language, days_since, row.session_days),
        "stretches": _said(language, _stretch_words, facts["done"], due) if due else "",
        "left_out": _said(language, left_out_words, left_out) if left_out else "",
    }


def _sentence(kind: Kind, numbers: Sequence[tuple[str, float]]) -> str:
    return reason_sentence(Reason(kind, dict(numbers)))


def _more_words(count: int) -> str:
    return str(ngettext("and %(num)d more", "and %(num)d more", count))


def _visit_words(days: int) -> str:
    return _("visit tomorrow") if days else _("visit today")


def _flag_words(tier: Tier, new: int) -> str:
    word = tier_word(tier)
    return _("new flag: %(tier)s", tier=word) if new else _("flag: %(tier)s", tier=word)


def _pain_word(pain: int | None) -> str:
    return _("no pain logged") if pain is None else _("pain")


def _stretch_words(done: float, due: int) -> str:
    return _("%(done)s of %(due)s stretches", done=number(done), due=due)


def _line(facts: dict[str, Any], usual: float | None, language: str) -> Markup:
    """The small line of a row that shares; none of one that does not."""
    if not facts:
        return Markup("")
    values = values_of(facts["line"])
    logged = [value for value in values if value is not None]
    extremes = (min(logged), max(logged), logged[-1]) if logged else ()
    label = _said(language, _line_words, len(values), len(logged), *extremes)
    drawn = small_line(values, facts["sessions"], days=BEFORE + AFTER + 1, label=label, usual=usual)
    return Markup(drawn)  # noqa: S704 - spark.py escapes


def _line_words(days: int, count: int, *extremes: int) -> str:
    if not extremes:
        return _("Pain over %(days)s days: nothing logged", days=days)
    least, most, last = extremes
    return _(
        "Pain over %(days)s days: %(count)s logged, from %(least)s to %(most)s, last %(last)s",
        days=days,
        count=count,
        least=least,
        most=most,
        last=last,
    )


def news_words(news: News, days: int) -> str:
    """What became of a patient since the last look, in two or three words."""
    if news is News.BACK:
        return str(ngettext("first log for %(num)d day", "first log for %(num)d days", days))
    words = {
        News.FLARE: _("new: flare"),
        News.LONG_SORENESS: _("new: soreness"),
        News.STEADY_HIGH: _("new: steady high"),
        News.SILENT: _("new: silent"),
        News.QUIET: _("new: gone quiet"),
        News.EASED: _("new: eased"),
        News.JOINED: _("new: has joined"),
        News.STOPPED: _("new: stopped sharing"),
        News.SHARES: _("new: shares again"),
    }
    return words[news]


def since_words(since: datetime, now: datetime, zone: str) -> str:
    """The moment of the last look: 09:10 today, yesterday 16:40, 22 Nov 2026, 16:40."""
    day, today = local_day(since, zone), local_day(now, zone)
    if day == today:
        return _("%(time)s today", time=clock(since, zone))
    if day == today - timedelta(days=1):
        return _("yesterday %(time)s", time=clock(since, zone))
    return moment(since, zone)
