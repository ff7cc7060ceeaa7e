"""German says everything that English says, and says it whole; `make i18n` mends what fails here."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

import tracker
from tracker import i18n
from tracker.app import create_app
from tracker.config import Settings
from tracker.domain import catalog
from tracker.web.language import LANGUAGES

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]")
HINT = "run `make i18n`, translate what it names, then run it again"

TRANSLATED = sorted(set(LANGUAGES) - {"en"})


@pytest.fixture(scope="module")
def said() -> i18n.Book:
    return i18n.gather()


@pytest.fixture(scope="module", params=TRANSLATED)
def book(request) -> i18n.Book:
    return i18n.read(request.param)


def keys(book: i18n.Book) -> set[tuple[str | None, object]]:
    return {(message.context, message.id) for message in book.texts()}


def forms(text: object) -> list[str]:
    """The singular and the plural, or the one text there is."""
    return [str(form) for form in text] if isinstance(text, (list, tuple)) else [str(text)]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def is_faithful(message: Message) -> bool:
    """Whether every form of the translation fills in what the English form does."""
    return [placeholders(form) for form in forms(message.string)] == [
        placeholders(form) for form in forms(message.id)
    ]


def test_a_catalogue_stands_for_every_language_that_can_be_chosen():
    assert i18n.languages() == TRANSLATED


def test_no_text_hides_inside_an_f_string():
    """What stands in one is not gathered, so it would be English in every language."""
    hidden = []
    for path in sorted(Path(tracker.__file__).parent.rglob("*.py")):
        for outer in ast.walk(ast.parse(path.read_text("utf-8"))):
            for inner in ast.walk(outer) if isinstance(outer, ast.JoinedStr) else ():
                if not isinstance(inner, ast.Call) or not isinstance(inner.func, ast.Name):
                    continue
                if inner.func.id in {"_", "gettext", "ngettext"}:
                    hidden.append(f"{path.name}:{inner.lineno}")
    assert hidden == []


def test_code_templates_mails_and_lists_are_all_gathered(said):
    found = {name for message in said.texts() for name, _line in message.locations}
    assert {
        "templates/_macros/fields.html",
        "templates/email/_foot.txt",
        "templates/email/weekly_digest.subject",
        "templates/patient/today.html",
        "tracker/data/muscles.json",
        "tracker/data/stretches.json",
        "tracker/web/words.py",
    } <= found


def test_whatever_a_clinical_list_says_is_gathered(said):
    texts = {*catalog.standing(), *catalog.regions()}
    for muscle in catalog.muscles().values():
        texts |= {muscle.english, muscle.plain, muscle.region, muscle.caution}
    for stretch in catalog.stretches().values():
        texts |= {stretch.name, stretch.position, stretch.caution}
    assert [text for text in texts if text and text not in said] == []


def test_nothing_is_missing(said, book):
    assert sorted(map(str, keys(said) - keys(book))) == [], HINT


def test_nothing_is_left_from_before(said, book):
    assert sorted(map(str, keys(book) - keys(said))) == [], HINT


def test_no_entry_out_of_use_is_kept(book):
    text = i18n.place(str(book.locale), "po").read_text(encoding="utf-8")
    assert re.findall(r"^#~.*$", text, re.MULTILINE) == [], HINT


def test_nothing_is_untranslated_or_fuzzy(book):
    assert [m.id for m in book.texts() if not i18n.is_translated(m)] == [], HINT


def test_placeholders_are_those_of_the_english(book):
    unfaithful = [m.id for m in book.texts() if i18n.is_translated(m) and not is_faithful(m)]
    assert unfaithful == []


def test_a_sentence_stays_a_sentence(book):
    """A label may be cut short with a full stop; a list's text may not, for templates add one."""
    torn = []
    for message in book.texts():
        is_listed = any(name.startswith("tracker/data/") for name, _line in message.locations)
        for english, other in zip(forms(message.id), forms(message.string), strict=True):
            needs = english[-1] in ".?:" or (is_listed and other[-1:] == ".")
            if other and needs and english[-1] != other[-1]:
                torn.append((english, other))
    assert torn == []


def test_spaces_and_signs_are_set_as_in_print(book):
    texts = [form for message in book.texts() for form in forms(message.string)]
    assert [text for text in texts if re.search(r"\.\.\.|\"| - |  |^\s|\s$", text)] == []


def test_german_quotes_as_german_does():
    texts = [form for message in i18n.read("de").texts() for form in forms(message.string)]
    assert [text for text in texts if text.count("„") != text.count("“") or "”" in text] == []


def test_the_compiled_catalogue_is_that_of_the_text(book):
    assert i18n.place(str(book.locale), "mo").read_bytes() == i18n.compiled(book), HINT


def test_the_standard_library_reads_the_compiled_catalogue(book):
    with i18n.place(str(book.locale), "mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    for message in book.texts():
        if message.context is None and isinstance(message.id, tuple):
            one, many = message.id
            assert [read.ngettext(one, many, n) for n in (1, 2)] == forms(message.string)
        elif message.context is None:
            assert read.gettext(str(message.id)) == message.string


def test_a_refresh_keeps_every_translation(said, book):
    again = i18n.update(book, said)
    assert i18n.compiled(again) == i18n.compiled(book)


def test_a_text_that_becomes_two_is_asked_for_anew():
    book, said = i18n.Book("de"), i18n.Book()
    book.add("%(num)d day", "%(num)d Tag")
    said.add(("%(num)d day", "%(num)d days"))
    (message,) = i18n.update(book, said).texts()
    assert not i18n.is_translated(message)


def test_a_refresh_guesses_nothing():
    book, said = i18n.Book("de"), i18n.Book()
    book.add("Save today", "Heute speichern")
    said.add("Save today!")
    (message,) = i18n.update(book, said).texts()
    assert not message.string
    assert not message.fuzzy


@pytest.mark.parametrize(
    "wanted,shown,hidden",
    [
        ("de", "Ich arbeite in einer Praxis", "I work at a clinic"),
        ("de-AT,de;q=0.9,en;q=0.5", "Passwort vergessen?", "Forgot your password?"),
        ("en", "I work at a clinic", "Ich arbeite in einer Praxis"),
        ("fr", "I work at a clinic", "Ich arbeite in einer Praxis"),
    ],
)
def test_a_page_speaks_the_language_that_the_browser_asks_for(tmp_path, wanted, shown, hidden):
    app = create_app(Settings(f"sqlite:///{tmp_path / 'clinic.db'}", "only-for-tests-" + "x" * 33))
    page = app.test_client().get("/sign-in", headers={"Accept-Language": wanted}).text
    app.extensions["aftercare"].database.dispose()
    assert shown in page
    assert hidden not in page
    assert f'<html lang="{wanted[:2] if wanted[:2] in LANGUAGES else "en"}"' in page
