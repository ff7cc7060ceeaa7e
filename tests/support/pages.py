"""What a page says and asks, read as a browser would."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Form:
    """A form with the values that it would send untouched, each name to its values."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def filled(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """What is sent when some fields are answered otherwise; None leaves a field out."""
        unknown = set(changes) - self.names
        assert not unknown, f"the form has no {sorted(unknown)}"
        data: dict[str, Any] = dict(self.fields)
        for name, value in changes.items():
            if value is None:
                data.pop(name, None)
            else:
                data[name] = value
        return data

    def one(self, name: str) -> str:
        """The only value of a field."""
        (value,) = self.fields[name]
        return value


class _Forms(HTMLParser):
    """Collects forms: inputs, checked radios and boxes, selected options, text areas."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self._open = Form(values.get("action") or "", values.get("method") or "get")
            self.forms.append(self._open)
        if self._open is None:
            return
        name = values.get("name")
        if tag == "input" and name:
            self._input(name, values)
        elif tag == "textarea" and name:
            self._area, self._text = name, ""
        elif tag == "select" and name:
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((values.get("value") or "", "selected" in values))

    def _input(self, name: str, values: dict[str, str | None]) -> None:
        assert self._open is not None
        self._open.names.add(name)
        kind = values.get("type") or "text"
        if kind in {"radio", "checkbox"} and "checked" not in values:
            return
        self._open.fields.setdefault(name, []).append(values.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is None:
            return
        if tag == "textarea" and self._area:
            self._open.names.add(self._area)
            self._open.fields.setdefault(self._area, []).append(self._text)
            self._area = None
        elif tag == "select" and self._select:
            self._open.names.add(self._select)
            chosen = [value for value, is_on in self._options if is_on]
            first = [value for value, _ in self._options[:1]]
            self._open.fields.setdefault(self._select, []).extend(chosen or first)
            self._select = None
        elif tag == "form":
            self._open = None


def read_forms(page: str) -> list[Form]:
    """Every form of a page."""
    parser = _Forms()
    # What stands in a template is for a script to use: no form sends it.
    parser.feed(re.sub(r"<template\b.*?</template>", "", page, flags=re.DOTALL))
    return parser.forms


def text_of(page: str) -> str:
    """What a page says to its reader, without its markup and what it keeps hidden."""
    page = re.sub(r"<(section|p|label|form)\b[^>]*\shidden>.*?</\1>", " ", page, flags=re.DOTALL)
    bare = re.sub(r"<(script|style|svg|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


SIGNED = re.compile(r"[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){2,}")
"""Signed values (CSRF tokens, a form's proof): unique for each request."""

FRESH_ID = re.compile(r'(name="(?:form_id|entry_id[^"]*)" value=")[0-9a-f-]{36}')


def normal(body: str, *ids: object) -> str:
    """A body without what differs by request: signed values, fresh ids, and the ids asked for."""
    text = FRESH_ID.sub(r"\1ID", SIGNED.sub("SIGNED", body))
    text = re.sub(r' aria-current="\w+"', "", text)  # the menu's mark tells the address alone
    for one in ids:
        text = text.replace(str(one), "ASKED")
    return text
