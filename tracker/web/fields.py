"""What forms are made of: parsed fields, and validators that speak our own words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    Form,
    PasswordField,
    StringField,
)
from wtforms.utils import unset_value
from wtforms.validators import InputRequired, Length, StopValidation

from tracker.domain.checkin import SCALE
from tracker.domain.errors import Invalid
from tracker.domain.hours import DAYS, SPANS_MOST, make_week, plain_week
from tracker.domain.measures import CHANGE_SCALE
from tracker.domain.needling import (
    DEGREES,
)
from tracker.web.messages import text_of


class Page(Form):
    """A form of ours; `suffix` sets its fields' names apart where one stands on a page twice."""

    class Meta:
        """Field names carry the suffix behind a dash: pain_average-<episode id>."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Bind with the suffixed name."""
            if form.suffix:
                options["name"] = f"{options['name']}-{form.suffix}"
            return unbound_field.bind(form=form, **options)

    def __init__(
        self, formdata: MultiDict[str, str] | None = None, *, suffix: str = "", **kwargs: Any
    ) -> None:
        self.suffix = suffix
        super().__init__(formdata, **kwargs)

    def check(self) -> None:
        """Check shape and range; raises Invalid, with the reasons beside the fields already."""
        if not self.validate():
            raise Invalid({})

    def take_errors(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put a service's errors beside their fields; those without a field stand above."""
        for name, codes in errors.items():
            texts = [text_of(code) for code in codes]
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, *texts]
            else:
                self.form_errors.extend(texts)


def needed(code: str = "needed") -> InputRequired:
    """The field has to hold something (0 counts)."""
    return _Coded(code)


class _Coded(InputRequired):
    """InputRequired with our own words, found when it is asked."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code
        # A phone's own bubble would speak before our words do.
        self.field_flags = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        # Text counts as it was cleaned: a lone NUL is nothing.
        held = field.data if isinstance(field, TextField) else (field.raw_data or [""])[0]
        if field.raw_data and str(held or "").strip():
            return
        field.errors = []
        raise StopValidation(text_of(self.code))


class AtMost(Length):
    """At most so many characters."""

    def __init__(self, most: int, code: str = "too_long") -> None:
        super().__init__(max=most)
        self.code = code

    def __call__(self, form: Any, field: Field) -> None:
        if field.data and len(field.data) > self.max:
            raise StopValidation(text_of(self.code))


class OneOf:
    """One of some known values."""

    def __init__(self, values: Collection[str]) -> None:
        self.values = values

    def __call__(self, form: Any, field: Field) -> None:
        if field.data not in self.values:
            raise StopValidation(text_of("unknown"))


class ParsedField(Field):
    """Text that becomes a value; what was typed stays readable when it does not."""

    code = "whole_number"
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.typed = ""

    def parse(self, text: str) -> Any:
        """The value of a text; raises ValueError."""
        raise ValueError(text)

    def process_data(self, value: Any) -> None:
        """Start from a value."""
        super().process_data(value)
        self.typed = "" if value is None else self.show(value)

    def show(self, value: Any) -> str:
        """A value as text."""
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        if not valuelist:
            self.data = None
            return
        self.typed = valuelist[0].strip()
        if not self.typed:
            self.data = None
            return
        try:
            self.data = self.parse(self.typed)
        except ValueError as fault:
            self.data = None
            raise ValueError(text_of(self.code)) from fault

    def pre_validate(self, form: Any) -> None:
        """Stop at what could not be read, so that `needed` does not speak besides."""
        if self.process_errors:
            raise StopValidation


class WholeField(ParsedField):
    """A whole number in a range."""

    def __init__(
        self, *args: Any, within: range, code: str = "whole_number", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.within = within
        self.code = code

    def parse(self, text: str) -> int:
        """Digits in the range; no sign, no exponent, no second script's digits."""
        if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) not in self.within:
            raise ValueError(text)
        return int(text)


class BirthYearField(ParsedField):
    """A year of birth: four digits, and not to come."""

    code = "year"

    def parse(self, text: str) -> int:
        """A year from 1900 to this one."""
        if not re.fullmatch(r"[0-9]{4}", text) or not 1900 <= int(text) <= datetime.now(UTC).year:
            raise ValueError(text)
        return int(text)


class ScaleField(WholeField):
    """A rating from 0 to 10, or none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, within=SCALE, code="scale", **kwargs)


class DayField(ParsedField):
    """A date as 2026-11-22."""

    code = "date"

    def parse(self, text: str) -> date:
        """An ISO date of this century or the last."""
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        found = date.fromisoformat(text)
        if not 1900 <= found.year <= 2200:
            raise ValueError(text)
        return found

    def show(self, value: date) -> str:
        """As the field writes it."""
        return value.isoformat()


class TimeField(ParsedField):
    """A time of day as 14:30."""

    code = "time"

    def parse(self, text: str) -> time:
        """Hours and minutes."""
        if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", text):
            raise ValueError(text)
        return time.fromisoformat(text.zfill(5))

    def show(self, value: time) -> str:
        """Without seconds."""
        return value.strftime("%H:%M")


class IdField(ParsedField):
    """A hyphenated UUID."""

    code = "unknown"

    def parse(self, text: str) -> UUID:
        """A UUID and nothing else."""
        return UUID(text)


class SpansField(Field):
    """Opening hours: for each weekday up to two spans, each from one time to another.

    Single inputs are called `open_spans-<day>-<span>-from` and `-to`; `typed` holds their texts,
    `data` the week as it is kept.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.typed = [[("", "")] * SPANS_MOST for _ in range(DAYS)]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the single inputs: no input has the field's own name."""
        super().process(None, data, extra_filters)
        if formdata is None:
            return
        self.typed = [
            [
                (
                    formdata.get(f"{self.name}-{day}-{span}-from", "")[:8],
                    formdata.get(f"{self.name}-{day}-{span}-to", "")[:8],
                )
                for span in range(SPANS_MOST)
            ]
            for day in range(DAYS)
        ]
        try:
            self.data = plain_week(make_week(self.typed))
        except Invalid as fault:
            self.process_errors = [text_of(code) for code in fault.errors["open_spans"]]

    def process_data(self, value: Any) -> None:
        """Start from a week as it is kept."""
        self.data = value
        for day, spans in enumerate(value or ()):
            for place, (start, end) in enumerate(spans[:SPANS_MOST]):
                self.typed[day] = [*self.typed[day]]
                self.typed[day][place] = (start, end)


class TextField(StringField):
    """A line of text; without a form it is empty, never None."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was typed, without the one character that PostgreSQL can't keep."""
        if valuelist:
            self.data = valuelist[0].replace("\0", "")
        elif self.data is None:
            self.data = ""


class SeveralField(Field):
    """Any of some known values, as check boxes; `data` is a list of them."""

    data: Any

    def __init__(self, values: Collection[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.values = values

    def process_formdata(self, valuelist: list[str]) -> None:
        """What is ticked, each once."""
        self.data = list(dict.fromkeys(valuelist))

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        if not set(self.data or ()) <= set(self.values):
            raise StopValidation(text_of("unknown"))


class TickField(Field):
    """A check box that is left alone by a form without it; `data` is None there.

    Unticked it sends nothing, so a hidden, empty field of its name stands before it.
    """

    data: bool | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Ticked, unticked, or not asked."""
        self.data = any(valuelist) if valuelist else None

    def pre_validate(self, form: Any) -> None:
        """Refuse what the box does not send."""
        if not {*(self.raw_data or ())} <= {"", "1"}:
            raise StopValidation(text_of("unknown"))


class SecretField(PasswordField):
    """A password, never shown again."""

    data: Any


class EmailField(TextField):
    """An address, checked by its shape only: whether it exists shows when a mail arrives."""

    def pre_validate(self, form: Any) -> None:
        """Check the shape."""
        if self.data and self.data.strip():
            try:
                found = validate_email(
                    self.data.strip(), check_deliverability=False, test_environment=True
                )
            except EmailNotValidError as fault:
                raise StopValidation(text_of("email")) from fault
            self.data = found.normalized


class DecimalField(ParsedField):
    """A number with at most two decimals, written with a point or a comma."""

    code = "decimal"

    def __init__(self, *args: Any, least: float, most: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least, self.most = least, most

    def parse(self, text: str) -> float:
        """Digits with at most two decimals, within the range."""
        if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,2})?", text):
            raise ValueError(text)
        value = float(text.replace(",", "."))
        if not self.least <= value <= self.most:
            raise ValueError(text)
        return value

    def show(self, value: float) -> str:
        """Without needless decimals."""
        return f"{value:g}"


class DegreesField(ParsedField):
    """A range of motion in whole degrees."""

    code = "degrees"

    def parse(self, text: str) -> int:
        """Digits with or without a minus."""
        if not re.fullmatch(r"-?[0-9]{1,3}", text) or int(text) not in DEGREES:
            raise ValueError(text)
        return int(text)


class ChangeField(ParsedField):
    """One of seven answers, from very much worse to very much better."""

    code = "change_scale"

    def parse(self, text: str) -> int:
        """A digit with or without a minus."""
        if not re.fullmatch(r"-?[0-9]", text) or int(text) not in CHANGE_SCALE:
            raise ValueError(text)
        return int(text)
