"""Which language a page speaks, and how it writes dates and numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import dates
from flask import Flask, request
from flask_babel import Babel, format_date, format_datetime, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from tracker.domain.days import local_time
from tracker.web.access import find_actor

LANGUAGES = {"en": "English", "de": "Deutsch"}
LANGUAGE_COOKIE = "language"


def choose() -> str:
    """The reader's own choice, else the cookie's, else what the browser asks for."""
    found = find_actor()
    if found is not None and found.language in LANGUAGES:
        return found.language
    told = request.cookies.get(LANGUAGE_COOKIE, "")
    if told in LANGUAGES:
        return told
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def init(app: Flask) -> None:
    """Put translation onto the application."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=choose)
    app.context_processor(_say)
    app.jinja_env.globals.update(_=_text, gettext=_text, ngettext=_many)
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, get_locale=get_locale)
    app.jinja_env.filters.update(
        day=day, weekday=weekday, short_day=short_day, clock=clock, moment=moment
    )


class Words:
    """What templates say in one language: a page asks for dozens of texts, the same for everybody.

    A text is always a format string, also with nothing to put in: a percent sign is doubled in it.
    """

    def __init__(self) -> None:
        self._known: dict[str, Markup] = {}

    @pass_eval_context
    def text(self, context: EvalContext, words: str, /, **given: Any) -> str:
        """What `_()` gives: the reader's words with what is given put in, escaped."""
        found = self._known.get(words)
        if found is None:
            found = self._known[words] = _as_written(get_translations().ugettext(words))
        return _fill(context, found, given)

    @pass_eval_context
    def many(self, context: EvalContext, one: str, many: str, count: int, /, **given: Any) -> str:
        """What `ngettext()` gives; `num` is the count."""
        found = _as_written(get_translations().ungettext(one, many, count))
        return _fill(context, found, {"num": count, **given})


def _as_written(words: str) -> Markup:
    return Markup(words)  # noqa: S704 - our own words, as the catalogs have them


def _fill(context: EvalContext, words: Markup, given: Mapping[str, Any]) -> str:
    # A letter's plain text is not escaped, so it takes the words as they are.
    return words % given if context.autoescape else str(words) % given


_words: defaultdict[str, Words] = defaultdict(Words)


def _say() -> dict[str, Any]:
    """The functions that a template says its texts with, in the language of this moment."""
    words = _words[str(get_locale())]
    return {"_": words.text, "gettext": words.text, "ngettext": words.many}


# Macros see what is global alone, so these look the language up each time.


@pass_eval_context
def _text(context: EvalContext, words: str, /, **given: Any) -> str:
    return _words[str(get_locale())].text(context, words, **given)


@pass_eval_context
def _many(context: EvalContext, one: str, many: str, count: int, /, **given: Any) -> str:
    return _words[str(get_locale())].many(context, one, many, count, **given)


def _is_german() -> bool:
    return str(get_locale()).startswith("de")


def day(value: date) -> str:
    """Sunday 22 November."""
    return str(format_date(value, "EEEE, d. MMMM" if _is_german() else "EEEE d MMMM"))


def weekday(value: date) -> str:
    """Sun."""
    return str(format_date(value, "ccc")).rstrip(".")


def short_day(value: date) -> str:
    """22 Nov."""
    return _short_day(value, str(get_locale()))


@lru_cache(maxsize=4096)
def _short_day(value: date, locale: str) -> str:
    # A table of a year asks for hundreds, and they are the same for everybody.
    pattern = "d. MMM" if locale.startswith("de") else "d MMM"
    return str(dates.format_date(value, pattern, locale=locale)).removesuffix(".")


def clock(value: datetime, zone: str) -> str:
    """14:05 on the wall in a zone."""
    return local_time(value, zone).strftime("%H:%M")


def moment(value: datetime, zone: str) -> str:
    """22 Nov 2026, 14:05 in a zone."""
    wall = local_time(value, zone).replace(tzinfo=None)
    pattern = "d. MMM y, HH:mm" if _is_german() else "d MMM y, HH:mm"
    return str(format_datetime(wall, pattern, rebase=False))
