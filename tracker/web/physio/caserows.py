"""The caseload's rows as they are drawn: each once, and again only when something in it differs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain.days import local_day
from tracker.domain.glance import AFTER, BEFORE, News
from tracker.domain.strip import values_of
from tracker.domain.triage import NEEDS_LOOK
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


def draw_rows(rows: Sequence[CaseRow], base: str) -> Markup:
    """The list items of some rows; `base` is the caseload's own address."""
    language = str(get_locale())
    return Markup("".join([_drawn(row, base, language) for row in rows]))  # noqa: S704 - templates escape


@lru_cache(maxsize=KEPT)
def _drawn(row: CaseRow, base: str, language: str) -> str:
    _ = language  # tells rows in other words apart
    template = current_app.jinja_env.get_template("physio/_case.html")
    return template.render(_told(row, base))


def forget() -> None:
    """Draw every row anew from now on; for measuring."""
    _drawn.cache_clear()


def _told(row: CaseRow, base: str) -> dict[str, Any]:
    """What the row's template says, in words."""
    facts = row.facts
    reason = row.reason
    is_news_of_reason = row.news is not None and row.news.value == row.kind.value
    return {
        "row": row,
        "link": f"{base}/{row.patient_id}" + (f"?episode={row.episode_id}" if row.others else ""),
        "needs_look": row.kind in NEEDS_LOOK or row.is_pressing,
        "visit": (_("visit today"), _("visit tomorrow"))[row.visit_in]
        if row.visit_in is not None
        else "",
        "news": news_words(row.news, row.news_days) if row.news else "",
        "flag": _flag_words(row),
        "tag": "" if is_news_of_reason else reason_tag(row.kind),
        "tone": reason_tone(row.kind),
        "sentence": reason_sentence(reason),
        "line": _line(facts, reason.numbers.get("usual")),
        "pain": facts.get("pain"),
        "since": days_since(row.session_days),
        "stretches": _(
            "%(done)s of %(due)s stretches", done=number(facts["done"]), due=facts["due"]
        )
        if facts.get("due")
        else "",
        "left_out": left_out_words(facts["left_out"]) if facts.get("left_out") else "",
    }


def _flag_words(row: CaseRow) -> str:
    if row.tier is None:
        return ""
    tier = tier_word(row.tier)
    return _("new flag: %(tier)s", tier=tier) if row.is_flag_new else _("flag: %(tier)s", tier=tier)


def _line(facts: dict[str, Any], usual: float | None) -> Markup:
    """The small line of a row that shares; none of one that does not."""
    if not facts:
        return Markup("")
    values = values_of(facts["line"])
    logged = [value for value in values if value is not None]
    if logged:
        label = _(
            "Pain over %(days)s days: %(count)s logged, from %(least)s to %(most)s, last %(last)s",
            days=len(values),
            count=len(logged),
            least=min(logged),
            most=max(logged),
            last=logged[-1],
        )
    else:
        label = _("Pain over %(days)s days: nothing logged", days=len(values))
    drawn = small_line(values, facts["sessions"], days=BEFORE + AFTER + 1, label=label, usual=usual)
    return Markup(drawn)  # noqa: S704 - spark.py escapes


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
