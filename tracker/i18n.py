"""The catalogues: `make i18n` gathers what people read and keeps the translations in step."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).resolve().parents[1]
FOLDER = TOP / "tracker" / "translations"

ROOMS = ("templates", "tracker")
"""The folders of the repository that hold anything people read."""

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}

FIELDS = (
    "status",
    "english",
    "plain",
    "region",
    "needlingCaution",
    "name",
    "position",
    "steps",
    "caution",
)
"""What the clinical lists hold for readers; the rest is codes and numbers."""

Extracted = tuple[int, str | None, str, list[str]]


def extract_lists(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],  # noqa: ARG001 - what Babel hands to every extractor
    comment_tags: Collection[str],  # noqa: ARG001 - the same
    options: Mapping[str, Any],  # noqa: ARG001 - the same
) -> Iterator[Extracted]:
    """Babel's extractor for a clinical list: its standing, then every row's texts."""
    data = json.load(fileobj)
    lists = [value for value in data.values() if isinstance(value, list)]
    # A list of bare ids has no words of its own.
    rows = [row for value in lists for row in value if isinstance(row, dict)]
    for row in (data, *rows):
        for field in FIELDS:
            said = row.get(field) or []
            for text in [said] if isinstance(said, str) else said:
                yield 1, None, text, []


class Book(Catalog):
    """A catalogue whose header has no dates, so that the same texts make the same file."""

    mime_headers = property(
        lambda self: [
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]
    )

    def __init__(self, language: str | None = None) -> None:
        super().__init__(
            locale=language,
            header_comment="# Kept in step with code, templates and lists by `make i18n`.",
            fuzzy=False,
        )

    def take(self, message: Message, known: Message | None) -> None:
        """Add a message with the translation that is known of it, if it is of the same kind."""
        # One text may have become two, singular and plural: then both are asked for anew.
        if known is not None and known.pluralizable != message.pluralizable:
            known = None
        self.add(
            message.id,
            known.string if known else None,
            locations=message.locations,
            flags=["fuzzy"] if known and known.fuzzy else [],
            auto_comments=message.auto_comments,
            context=message.context,
        )

    def texts(self) -> list[Message]:
        """Every message but the header."""
        return [message for message in self if message.id]


def gather() -> Book:
    """Everything that code, templates and lists say, untranslated."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]
    book = Book()
    found = extract_from_dir(
        TOP, methods, options, KEYWORDS, directory_filter=lambda path: _is_ours(Path(path))
    )
    for name, line, text, comments, context in found:
        book.add(text, locations=[(name, line)], auto_comments=comments, context=context)
    return book


def _is_ours(folder: Path) -> bool:
    """Whether a folder is looked into; Babel's own answer leaves out `_macros`."""
    parts = folder.relative_to(TOP).parts
    return parts[0] in ROOMS and not any(part.startswith((".", "__")) for part in parts)


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parents[1].name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def place(language: str, kind: str) -> Path:
    """Where a language's catalogue lies, as `po` or `mo`."""
    return FOLDER / language / "LC_MESSAGES" / f"messages.{kind}"


def read(language: str) -> Book:
    """A language's catalogue as it was left; entries out of use are not part of it."""
    book = Book(language)
    with place(language, "po").open("rb") as file:
        for message in read_po(file, locale=language):
            if message.id:
                book.take(message, message)
    return book


def update(book: Book, said: Book) -> Book:
    """The catalogue of what is said now: known translations stay, nothing is guessed."""
    new = Book(str(book.locale))
    for message in said.texts():
        new.take(message, book.get(message.id, message.context))
    return new


def compiled(book: Book) -> bytes:
    """The catalogue as the program reads it."""
    out = BytesIO()
    write_mo(out, book)
    return out.getvalue()


def written(book: Book) -> bytes:
    """The catalogue as people edit it: in the order of the English, one line for one text."""
    out = BytesIO()
    write_po(out, book, width=0, sort_output=True, include_lineno=False)
    return out.getvalue()


def is_translated(message: Message) -> bool:
    """Whether every form of a message has a translation that somebody stands by."""
    forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return all(forms) and not message.fuzzy


def main() -> None:
    """Refresh every catalogue and name what wants translating."""
    said = gather()
    for language in languages():
        book = update(read(language), said)
        place(language, "po").write_bytes(written(book))
        place(language, "mo").write_bytes(compiled(book))
        wanting = [message for message in book.texts() if not is_translated(message)]
        sys.stdout.write(f"{language}: {len(book)} texts, {len(wanting)} want translating\n")
        sys.stdout.writelines(f"  {message.id!r}\n" for message in wanting)


if __name__ == "__main__":
    main()
