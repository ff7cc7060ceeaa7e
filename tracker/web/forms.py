"""Forms: shape and range of what is typed; rules that need data live in services."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from tracker.domain.checkin import NOTE_MAX, SCALE
from tracker.domain.errors import Invalid
from tracker.domain.needling import Side, Technique, Twitch
from tracker.domain.own_stretch import CAUTION_MOST, NAME_MOST, SIDES
from tracker.web.language import LANGUAGES
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


class TextField(StringField):
    """A line of text; without a form it is empty, never None."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was typed, without the one character that PostgreSQL can't keep."""
        if valuelist:
            self.data = valuelist[0].replace("\0", "")
        elif self.data is None:
            self.data = ""


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


# A patient's day.


class CheckinForm(Page):
    """One complaint's part of the day."""

    episode_id = IdField()
    pain_average = ScaleField()
    pain_worst = ScaleField()
    stiffness = ScaleField()
    base_rev = WholeField(within=range(1, 1_000_000))
    clinic_id = IdField()
    sleep = ScaleField()
    stress = ScaleField()
    note = TextField(validators=[AtMost(NOTE_MAX, "note_long")])
    day_rev = WholeField(within=range(1, 1_000_000))


class SorenessForm(Page):
    """Where the needles of one session went."""

    needling_session_id = IdField()
    soreness = ScaleField()
    entry_id = IdField()


class StretchForm(Page):
    """One stretch of the day."""

    outcome = TextField()
    reason = TextField()
    stretch_rev = WholeField(within=range(1, 1_000_000))


# Accounts.


class SignInForm(Page):
    """Staff, by password."""

    email = EmailField(validators=[needed()])
    password = SecretField(validators=[needed()])


class CodeForm(Page):
    """A short code, as it was read out."""

    code = TextField(validators=[needed(), AtMost(40)])


class EmailForm(Page):
    """An address alone."""

    email = EmailField(validators=[needed()])


class AddressForm(Page):
    """An address, or none."""

    email = EmailField()


class JoinForm(Page):
    """A patient's way in."""

    name = TextField(validators=[needed(), AtMost(120)])
    year_of_birth = BirthYearField(validators=[needed()])
    agrees = BooleanField()
    guardian = TextField(validators=[AtMost(120)])
    recalled_pain = ScaleField()


class StaffJoinForm(Page):
    """A colleague's way in."""

    name = TextField(validators=[needed(), AtMost(120)])
    password = SecretField(validators=[needed()])


class NewPasswordForm(Page):
    """A new password."""

    password = SecretField(validators=[needed()])


class ChangePasswordForm(NewPasswordForm):
    """A new password beside the old."""

    old_password = SecretField(validators=[needed()])


# The physio's work.


class EpisodeForm(Page):
    """A complaint."""

    complaint = TextField(validators=[needed(), AtMost(80)])
    region = TextField()
    side = TextField(default=Side.MIDDLE.value, validators=[OneOf(tuple(Side))])
    opened_on = DayField(validators=[needed("date")])
    next_visit_on = DayField(validators=[Optional()])


class VisitForm(Page):
    """When the patient comes next."""

    next_visit_on = DayField()


class PatientForm(EpisodeForm):
    """A patient with the first complaint."""

    name = TextField(validators=[needed(), AtMost(120)])
    year_of_birth = BirthYearField(validators=[needed()])
    email = EmailField()
    is_own = BooleanField(default=True)


class PrescriptionForm(Page):
    """A stretch and its dose."""

    stretch = TextField()
    side = TextField(default="both")
    sets = WholeField(within=range(1, 7), code="sets_range", validators=[needed()])
    repetitions = WholeField(within=range(1, 21), code="repetitions_range", validators=[needed()])
    hold_seconds = WholeField(
        within=range(3, 121), code="hold_seconds_range", validators=[needed()]
    )
    note = TextField(validators=[AtMost(300)])


class OwnStretchForm(Page):
    """A stretch of the clinic's own; its muscles are a list of ticks, its picture is a file."""

    name = TextField(validators=[needed(), AtMost(NAME_MOST)])
    steps = TextField(validators=[needed("steps_needed")])
    caution = TextField(validators=[AtMost(CAUTION_MOST)])
    sides = TextField(default="one_side", validators=[OneOf(SIDES)])
    sets = WholeField(within=range(1, 7), code="sets_range", validators=[needed()])
    repetitions = WholeField(within=range(1, 21), code="repetitions_range", validators=[needed()])
    hold_seconds = WholeField(
        within=range(3, 121), code="hold_seconds_range", validators=[needed()]
    )
    form_id = IdField()
    drops_picture = BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.muscle_faults: list[str] = []
        self.picture_faults: list[str] = []

    def take_errors(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put a service's errors beside their fields, two of which are no fields of a form."""
        rest = dict(errors)
        self.muscle_faults = [text_of(code) for code in rest.pop("muscles", ())]
        self.picture_faults = [text_of(code) for code in rest.pop("picture", ())]
        super().take_errors(rest)


class ReviewForm(Page):
    """Who of the clinic has reviewed a stretch."""

    reviewer = TextField(validators=[needed(), AtMost(80)])


class SessionForm(Page):
    """A needling session without its rows."""

    needled_on = DayField(validators=[needed("date")])
    needled_time = TimeField(validators=[needed("time")])
    note = TextField(validators=[AtMost(NOTE_MAX, "note_long")])
    form_id = IdField()
    episode_id = IdField()


class MuscleForm(Page):
    """One row of a session: one muscle."""

    muscle = TextField()
    side = TextField(validators=[OneOf(tuple(Side))])
    insertions = WholeField(
        within=range(1, 61), code="insertions", validators=[needed("insertions")]
    )
    technique = TextField(validators=[OneOf(tuple(Technique))])
    twitch = TextField(validators=[OneOf(("", *Twitch))])
    pain_during = ScaleField()


# The clinic.


class ClinicForm(Page):
    """A clinic's settings."""

    name = TextField(validators=[needed(), AtMost(120)])
    zone = TextField(validators=[needed(), AtMost(64)])
    language = TextField(default="en", validators=[OneOf(LANGUAGES)])
    emergency_number = TextField(validators=[needed(), AtMost(40)])
    clinic_number = TextField(validators=[needed(), AtMost(40)])
    out_of_hours_number = TextField(validators=[AtMost(40)])
    crisis_number = TextField(validators=[AtMost(40)])
    opening_hours = TextField(validators=[AtMost(300)])
    minimum_age = WholeField(within=range(26), validators=[needed()])


class StaffInviteForm(Page):
    """A colleague to invite."""

    email = EmailField(validators=[needed()])
    role = TextField(default="physio")
