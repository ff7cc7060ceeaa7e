"""Forms: shape and range of what is typed; rules that need data live in services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
)
from wtforms.validators import Optional

from tracker.domain import catalog
from tracker.domain.checkin import NOTE_MAX
from tracker.domain.measures import MOVEMENTS
from tracker.domain.needling import (
    GAUGES,
    HERTZ,
    LENGTHS,
    LOT_MOST,
    MILLIAMPS_MOST,
    MINUTES,
    MOVEMENT_MOST,
    NEEDLES_MOST,
    REASON_MOST,
    USUAL_MINUTES,
    CoTreatment,
    Side,
    Technique,
    Twitch,
)
from tracker.domain.own_stretch import CAUTION_MOST, NAME_MOST, SIDES
from tracker.domain.pause import PauseReason
from tracker.domain.screening import QUESTIONS, SCOPES
from tracker.web.fields import (
    AtMost,
    BirthYearField,
    DayField,
    DecimalField,
    DegreesField,
    EmailField,
    IdField,
    OneOf,
    Page,
    ScaleField,
    SecretField,
    SeveralField,
    SpansField,
    TextField,
    TickField,
    TimeField,
    WholeField,
    needed,
)
from tracker.web.language import LANGUAGES
from tracker.web.messages import text_of

# A patient's day.

PLACES = ("", *(f"{region} {side}" for region in catalog.regions() for side in Side))
"""A body region with its side, as one value."""

SITES = ("", *(f"{muscle} {side}" for muscle in catalog.muscles() for side in Side))

PLACE_FIELDS = tuple((f"place{row}", f"place{row}_pain") for row in range(4))


class CheckinForm(Page):
    """One complaint's part of the day."""

    episode_id = IdField()
    pain_average = ScaleField()
    pain_worst = ScaleField()
    stiffness = ScaleField()
    is_flare = TickField()
    place0, place1, place2, place3 = (TextField(validators=[OneOf(PLACES)]) for _ in range(4))
    place0_pain, place1_pain, place2_pain, place3_pain = (ScaleField() for _ in range(4))
    base_rev = WholeField(within=range(1, 1_000_000))
    clinic_id = IdField()
    sleep = ScaleField()
    stress = ScaleField()
    note = TextField(validators=[AtMost(NOTE_MAX, "note_long")])
    day_rev = WholeField(within=range(1, 1_000_000))


class SorenessForm(Page):
    """Where the needles of one session went; `sorest` is the place that is sorest, as "id side"."""

    needling_session_id = IdField()
    soreness = ScaleField()
    sorest = TextField(validators=[OneOf(SITES)])
    entry_id = IdField()


class StretchForm(Page):
    """One stretch of the day."""

    outcome = TextField()
    reason = TextField()
    stretch_rev = WholeField(within=range(1, 1_000_000))


class GuidePainForm(Page):
    """How much a stretch hurt; the phone's own form, which the server never gets."""

    pain_during = ScaleField()


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
    also = SeveralField(PLACES[1:])
    opened_on = DayField(validators=[needed("date")])
    next_visit_on = DayField(validators=[Optional()])


class VisitForm(Page):
    """When the patient comes next."""

    next_visit_on = DayField()


class MarkForm(Page):
    """The start of a phase, as the physio marks it."""

    day = DayField(validators=[needed()])
    words = TextField(validators=[needed(), AtMost(60)])


class MotionReadingForm(Page):
    """A range of motion by hand: a known movement, or another in words."""

    movement = TextField(validators=[OneOf(("", *MOVEMENTS))])
    other = TextField(validators=[AtMost(MOVEMENT_MOST)])
    side = TextField(validators=[OneOf([*Side])])
    degrees = DegreesField(validators=[needed()])
    measured_on = DayField(validators=[needed()])


class PatientForm(EpisodeForm):
    """A patient with the first complaint."""

    name = TextField(validators=[needed(), AtMost(120)])
    year_of_birth = BirthYearField(validators=[needed()])
    email = EmailField()
    phone = TextField(validators=[AtMost(40)])
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
    time_of_day = TextField(default="any")
    note = TextField(validators=[AtMost(300)])
    is_confirmed = BooleanField()


class PauseForm(Page):
    """Days on which no stretch is asked for."""

    first_day = DayField(validators=[needed("date")])
    last_day = DayField(validators=[needed("date")])
    reason = TextField(default=PauseReason.ILL.value, validators=[OneOf(tuple(PauseReason))])


class TemplateForm(Page):
    """A template's name."""

    name = TextField(validators=[needed(), AtMost(80)])


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
    minutes = WholeField(within=MINUTES, code="minutes", default=USUAL_MINUTES)
    consent_scope = SeveralField(SCOPES)
    screening = SeveralField(QUESTIONS)
    is_confirmed = BooleanField(validators=[needed("confirm_consent")])
    needles_in = WholeField(
        within=range(1, NEEDLES_MOST + 1), code="needles", validators=[needed("needles")]
    )
    needles_out = WholeField(
        within=range(NEEDLES_MOST + 1), code="needles", validators=[needed("needles_counted")]
    )
    needles_reason = TextField(validators=[AtMost(REASON_MOST)])
    pain_before = ScaleField()
    pain_after = ScaleField()
    co_treatments = SeveralField(tuple(CoTreatment))
    is_aftercare_given = BooleanField()
    note = TextField(validators=[AtMost(NOTE_MAX, "note_long")])
    form_id = IdField()
    episode_id = IdField()
    rev = WholeField(within=range(1, 1_000_000))


class MotionForm(Page):
    """One movement before and after, in degrees."""

    movement = TextField(validators=[AtMost(MOVEMENT_MOST)])
    degrees_before = DegreesField()
    degrees_after = DegreesField()


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
    gauge = DecimalField(least=GAUGES[0] / 100, most=GAUGES[-1] / 100)
    length = WholeField(within=LENGTHS, code="length")
    depth = WholeField(within=range(1, LENGTHS[-1] + 1), code="depth")
    dwell = WholeField(within=range(MINUTES[-1] + 1), code="dwell")
    hertz = WholeField(within=HERTZ, code="hertz")
    milliamps = DecimalField(least=0.1, most=MILLIAMPS_MOST)
    lot = TextField(validators=[AtMost(LOT_MOST)])
    referred_pain = BooleanField()
    bleeding = BooleanField()
    bruising = BooleanField()


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
    open_spans = SpansField()
    cover_id = IdField()
    aftercare = TextField(validators=[AtMost(2000)])
    minimum_age = WholeField(within=range(26), validators=[needed()])


class StaffInviteForm(Page):
    """A colleague to invite."""

    email = EmailField(validators=[needed()])
    role = TextField(default="physio")
