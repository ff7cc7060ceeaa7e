"""A fixed cast made through the services: two clinics, their people, and one person in both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from tracker.domain.access import Actor, PatientActor, Role, StaffActor
from tracker.domain.days import local_day
from tracker.domain.flare import Sign
from tracker.domain.measures import Measure
from tracker.domain.needling import MuscleRow, Side, Technique
from tracker.domain.own_stretch import OwnStretch
from tracker.domain.pause import Days
from tracker.domain.prescription import EVERY_DAY, Dose, Outcome
from tracker.domain.session import SessionKind
from tracker.services import (
    accounts,
    checkins,
    goals,
    insight,
    invitations,
    library,
    measuring,
    needling,
    patient_joining,
    patients,
    pauses,
    programme,
    questions,
    safety,
    staff_joining,
    templates,
)
from tracker.services.accounts import SignedIn
from tracker.services.daybook import (
    CheckinInput,
    DayEntries,
    DayInput,
    Moment,
    SorenessInput,
    StretchInput,
)
from tracker.services.measuring import MeasureInput
from tracker.services.patient_joining import Joining
from tracker.services.patients import NewEpisode, NewPatient
from tracker.services.pictures import Picture
from tracker.services.programme import NewPrescription
from tracker.services.secrets import Secrets
from tracker.store.schema import Clinic, Flag, FlareQuestion
from tracker.store.scope import Database

NOW = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
"""A Wednesday noon, the same day in both clinics and far from any change of the clock."""

TODAY = NOW.date()
NEEDLED_AT = NOW - timedelta(hours=26)
OPENED_ON = TODAY - timedelta(days=20)
JOINED_AT = NOW - timedelta(days=20)
PASSWORD = "a sentence is a good password"


@dataclass(frozen=True, slots=True)
class House:
    """A clinic."""

    id: UUID
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works for a clinic; all have the same password."""

    clinic: House
    person_id: UUID
    membership_id: UUID
    role: Role
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Record:
    """One clinic's patient, with the ids of what there is of them."""

    clinic: House
    patient_id: UUID
    episode_id: UUID
    name: str
    year_of_birth: int
    person_id: UUID | None = None
    needling_id: UUID | None = None
    prescription_id: UUID | None = None
    soreness_id: UUID | None = None
    token: str = ""
    code: str = ""


Somebody = Colleague | Record


@dataclass(frozen=True, slots=True)
class Measured:
    """Ids of one of each: an activity, a measure's entry, a question, a goal and degrees."""

    activity_id: UUID
    entry_id: UUID
    question_id: UUID
    goal_id: UUID
    reading_id: UUID


@dataclass(frozen=True, slots=True)
class Cast:
    """Harbour has Lea (lead), Pia and Paul, Alice, Bob and Carol; Lighthouse Lina, Otto and Dora.

    Emil is a patient of both. Alice, Dora and Emil have everything, Bob has joined, Carol is
    invited. `pauses`, `templates` and `excuses` are by whose they are. `waiting` are staff invitations (clinic's name to row's id) that nobody has used,
    `own_stretches` what each clinic put on its shelf (clinic's name to stretch's id).
    """

    harbour: House
    lighthouse: House
    lea: Colleague
    pia: Colleague
    paul: Colleague
    lina: Colleague
    otto: Colleague
    alice: Record
    bob: Record
    carol: Record
    dora: Record
    emil: Record
    emil_there: Record
    waiting: dict[str, UUID]
    pauses: dict[str, UUID]
    templates: dict[str, UUID]
    excuses: dict[str, UUID]
    own_stretches: dict[str, str]
    flags: dict[str, UUID] = field(default_factory=dict)
    """Open flags by clinic, where a test has raised some."""
    questions: dict[str, UUID] = field(default_factory=dict)
    """Questions whether it is a bad spell, by patient's name, where a test has some asked."""
    marks: dict[UUID, UUID] = field(default_factory=dict)
    """The phase marked in an episode, where a test marks one."""
    measured: dict[UUID, Measured] = field(default_factory=dict)
    """What is measured of an episode, where a test has it measured."""


class Maker:
    """Makes clinics, colleagues and patients through the services, at any moment."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self.database = database
        self.secrets = secrets

    # Who acts.

    def actor(self, token: str, now: datetime) -> Actor:
        with self.database.door() as door:
            found = accounts.find_actor(door, self.secrets, token, now)
        assert found is not None
        return found

    def open(self, who: Somebody, now: datetime, *besides: House) -> SignedIn:
        """Sign somebody in; a patient's session opens this clinic's record, and those `besides`."""
        kind = SessionKind.STAFF if isinstance(who, Colleague) else SessionKind.PATIENT
        assert who.person_id is not None
        with self.database.door(writes=True) as door:
            signed_in = accounts.open_session(
                door, self.secrets, who.person_id, kind, now, clinic_id=who.clinic.id, device="Test"
            )
            if besides:
                actor = accounts.find_actor(door, self.secrets, signed_in.token, now)
                assert actor is not None
                for house in besides:
                    accounts.grant(door, actor.session_id, house.id, who.person_id)
        return signed_in

    def staff(self, who: Colleague, now: datetime = NOW) -> StaffActor:
        actor = self.actor(self.open(who, now).token, now)
        assert isinstance(actor, StaffActor)
        return actor

    def patient(self, who: Record, now: datetime = NOW, *besides: House) -> PatientActor:
        actor = self.actor(self.open(who, now, *besides).token, now)
        assert isinstance(actor, PatientActor)
        return actor

    # Clinics and colleagues.

    def clinic(self, name: str, zone: str, now: datetime = JOINED_AT, **more) -> House:
        house = House(uuid4(), name, zone)
        values = {"emergency_number": "112", "clinic_number": f"{name} desk", "language": "en"}
        row = Clinic(id=house.id, name=name, zone=zone, created_at=now, **{**values, **more})
        with self.database.door(writes=True) as door:
            door.session.add(row)
        return house

    def invite_colleague(
        self, house: House, email: str, role: Role, now: datetime, by: Colleague | None = None
    ) -> str:
        if by is None:
            with self.database.door(writes=True) as door:
                return invitations.make(
                    door,
                    self.secrets,
                    now,
                    clinic_id=house.id,
                    role=role,
                    patient_id=None,
                    email=email,
                    made_by=None,
                ).token
        with self.database.scope(self.staff(by, now), writes=True) as scope:
            return staff_joining.invite_staff(scope, self.secrets, email, role, now).token

    def colleague(
        self,
        house: House,
        name: str,
        role: Role,
        now: datetime = JOINED_AT,
        *,
        by: Colleague | None = None,
        email: str = "",
    ) -> Colleague:
        email = email or f"{name.split(maxsplit=1)[0].lower()}@{house.name.lower()}.example"
        token = self.invite_colleague(house, email, role, now, by)
        with self.database.door(writes=True) as door:
            opened = invitations.look_up(door, self.secrets, token, now)
            signed_in = staff_joining.join_staff(
                door, self.secrets, opened, name=name, password=PASSWORD, language="en", now=now
            )
        actor = self.actor(signed_in.token, now)
        assert isinstance(actor, StaffActor)
        return Colleague(house, actor.person_id, actor.membership_id, role, name, email)

    # Patients.

    def invited(
        self,
        by: Colleague,
        name: str,
        *,
        year: int = 1984,
        email: str | None = None,
        complaint: str = "Neck pain",
        opened_on: date = OPENED_ON,
        now: datetime = JOINED_AT,
        is_own: bool = True,
    ) -> Record:
        episode = NewEpisode(complaint, "neck", "right", opened_on)
        given = NewPatient(name, year, email, is_own, episode)
        with self.database.scope(self.staff(by, now), writes=True) as scope:
            row = patients.add_patient(scope, given, now, local_day(now, by.clinic.zone))
            made = patient_joining.invite_patient(scope, self.secrets, row.id, now)
            episode_id = patients.see_patient(scope, row.id)[1][0].id
            return Record(
                by.clinic, row.id, episode_id, name, year, token=made.token, code=made.code
            )

    def joins(
        self,
        who: Record,
        *,
        now: datetime = JOINED_AT,
        here: PatientActor | None = None,
        agrees: bool = True,
    ) -> Record:
        said = Joining(who.name, who.year_of_birth, "en", who.clinic.zone, agrees)
        with self.database.door(writes=True) as door:
            opened = invitations.look_up(door, self.secrets, who.token, now)
            signed_in = patient_joining.join_patient(
                door, self.secrets, opened, said, now, here=here, today=now.date()
            )
        if signed_in is not None:
            return replace(who, person_id=signed_in.person_id)
        assert here is not None
        return replace(who, person_id=here.person_id)

    def new_patient(self, by: Colleague, name: str, **given) -> Record:
        return self.joins(self.invited(by, name, **given), now=given.get("now", JOINED_AT))

    def episode(
        self, by: Colleague, who: Record, complaint: str, opened_on: date = OPENED_ON
    ) -> UUID:
        given = NewEpisode(complaint, "shoulder", "left", opened_on)
        with self.database.scope(self.staff(by), writes=True) as scope:
            return patients.open_episode(scope, who.patient_id, given, NOW, TODAY).id

    def needled(self, by: Colleague, who: Record, at: datetime, now: datetime = NOW) -> UUID:
        row = MuscleRow("upper-trapezius", Side.RIGHT, 6, Technique.DEEP)
        given = needling.NewSession(who.episode_id, at, [row], f"Note on {who.name}", uuid4())
        with self.database.scope(self.staff(by, now), writes=True) as scope:
            return needling.record_session(scope, who.patient_id, given, now)

    def own_stretch(self, by: Colleague, name: str, now: datetime = JOINED_AT) -> str:
        """Put a stretch with a picture on a clinic's own shelf; gives its id."""
        given = OwnStretch(name, ("Stand tall.", "Reach up."), "", (), "one_side", 1, 3, 30)
        picture = Picture("image/webp", f"picture of {name}".encode(), "0123456789abcdef")
        with self.database.scope(self.staff(by, now), writes=True) as scope:
            return library.add(scope, given, picture, uuid4(), now).id

    def prescribed(
        self,
        by: Colleague,
        who: Record,
        *,
        stretch: str = "side-neck",
        days: int = EVERY_DAY,
        now: datetime = JOINED_AT,
        episode_id: UUID | None = None,
    ) -> UUID:
        given = NewPrescription(stretch, "right", Dose(1, 3, 30, days), f"Slowly, {who.name}")
        with self.database.scope(self.staff(by, now), writes=True) as scope:
            return programme.prescribe(
                scope,
                who.patient_id,
                episode_id or who.episode_id,
                given,
                now,
                local_day(now, by.clinic.zone),
            ).id

    def paused(self, by: Colleague, who: Record) -> UUID:
        """A pause in a month's time, which changes nothing of what is due by now."""
        days = Days(TODAY + timedelta(days=30), TODAY + timedelta(days=32))
        with self.database.scope(self.staff(by), writes=True) as scope:
            return pauses.pause(
                scope, who.patient_id, who.episode_id, days, "travelling", NOW, TODAY
            )

    def excuses(self, who: Record) -> UUID:
        """The patient's own words for some days in two months' time."""
        days = Days(TODAY + timedelta(days=60), TODAY + timedelta(days=61))
        with self.database.scope(self.patient(who), writes=True) as scope:
            pauses.excuse(scope, days, "ill", Moment(TODAY, who.clinic.zone, NOW))
            return pauses.pauses_between(scope, TODAY)[1][0][1].id

    def template(self, by: Colleague, who: Record) -> UUID:
        """The patient's programme, kept for the clinic."""
        with self.database.scope(self.staff(by), writes=True) as scope:
            return templates.save(
                scope, who.patient_id, who.episode_id, f"Of {who.clinic.name}", NOW, TODAY
            )

    def marks(
        self, by: Colleague, who: Record, day: date = TODAY, words: str = "New stretches"
    ) -> UUID:
        """Mark the start of a phase."""
        with self.database.scope(self.staff(by), writes=True) as scope:
            return insight.add_mark(scope, who.patient_id, who.episode_id, day, words, NOW)

    def names(self, who: Record, *names: str, now: datetime = NOW) -> list[UUID]:
        """Name a patient's activities as the patient; gives their ids."""
        with self.database.scope(self.patient(who, now), writes=True) as scope:
            episode = measuring.logged_episode(scope, who.episode_id)
            return [row.id for row in measuring.name_activities(scope, episode, names, now)]

    def answers(
        self,
        who: Record,
        measure: Measure,
        answers: dict[str, int | None],
        day: date = TODAY,
        now: datetime = NOW,
    ) -> UUID:
        """Answer a measure as the patient; gives the entry's id."""
        given = MeasureInput(measure, answers, uuid4())
        with self.database.scope(self.patient(who, now), writes=True) as scope:
            episode = measuring.logged_episode(scope, who.episode_id)
            moment = Moment(day, who.clinic.zone, now)
            return measuring.record_measure(scope, moment, episode, given)[0].entry_id

    def asks(self, who: Record, words: str, day: date = TODAY, now: datetime = NOW) -> UUID:
        """Keep a question for the next visit as the patient; gives its id."""
        given = questions.QuestionInput(words, uuid4())
        with self.database.scope(self.patient(who, now), writes=True) as scope:
            episode = measuring.logged_episode(scope, who.episode_id)
            return questions.ask(scope, Moment(day, who.clinic.zone, now), episode, given)[
                0
            ].entry_id

    def aims(self, by: Colleague, who: Record, words: str, now: datetime = NOW) -> UUID:
        """Agree on a goal as the physio."""
        key = uuid4()
        with self.database.scope(self.staff(by, now), writes=True) as scope:
            goals.add_goal(scope, who.patient_id, who.episode_id, key, words, now)
        return key

    def turned(
        self, by: Colleague, who: Record, degrees: int, day: date = TODAY, now: datetime = NOW
    ) -> UUID:
        """Measure how far the neck turns to the right, as the physio."""
        given = goals.NewReading(uuid4(), "neck_rotation", "right", degrees, day)
        with self.database.scope(self.staff(by, now), writes=True) as scope:
            goals.add_reading(scope, who.patient_id, who.episode_id, given, now)
        return given.id

    def measured(self, by: Colleague, who: Record) -> Measured:
        """One of each, with words that name the patient."""
        (activity_id,) = self.names(who, f"Driving, says {who.name}")
        return Measured(
            activity_id,
            self.answers(who, Measure.ACTIVITIES, {str(activity_id): 4}),
            self.asks(who, f"May {who.name} swim?"),
            self.aims(by, who, f"{who.name} sleeps through"),
            self.turned(by, who, 55),
        )

    def logs(
        self,
        who: Record,
        entries: DayEntries,
        day: date = TODAY,
        now: datetime = NOW,
        *besides: House,
    ) -> None:
        """Record a day as the patient."""
        with self.database.scope(self.patient(who, now, *besides), writes=True) as scope:
            checkins.record_day(scope, Moment(day, who.clinic.zone, now), entries)

    def usual(self, by: Colleague, name: str, days: int) -> Record:
        """A new patient who rated 3 on each of the days before today."""
        who = self.new_patient(by, name)
        for back in range(days, 0, -1):
            self.rates(who, 3, TODAY - timedelta(days=back), NOW - timedelta(days=back))
        return who

    def rates(self, who: Record, pain: int, day: date = TODAY, now: datetime = NOW) -> None:
        """Record a day's pain and nothing else."""
        self.logs(
            who,
            DayEntries(checkins=[CheckinInput(who.episode_id, {"pain_average": pain})]),
            day,
            now,
        )

    def reports(
        self, who: Record, *signs: str, now: datetime = NOW, besides: tuple[House, ...] = ()
    ) -> UUID:
        """Tick signs on the safety page as the patient; gives the report's id."""
        given = safety.ReportInput(uuid4(), signs)
        moment = Moment(local_day(now, who.clinic.zone), who.clinic.zone, now)
        with self.database.scope(self.patient(who, now, *besides), writes=True) as scope:
            safety.report(scope, moment, given)
        return given.entry_id

    def asked(self, who: Record, now: datetime = NOW) -> UUID:
        """Have a patient asked whether it is a bad spell; gives the question's id."""
        row = FlareQuestion(
            clinic_id=who.clinic.id, patient_id=who.patient_id, id=uuid4(), rev=0,
            episode_id=who.episode_id, source_id=uuid4(), local_date=now.date(),
            reason=Sign.LIFT, numbers={"pain": 7, "usual": 3, "days": 9}, asked_at=now,
        )  # fmt: skip
        with self.database.door(writes=True) as door:
            door.session.add(row)
            door.session.flush()
            return row.id

    def flags_of(self, who: Record) -> list[Flag]:
        """A patient's flags, the oldest first."""
        with self.database.door() as door:
            own = select(Flag).where(Flag.patient_id == who.patient_id).order_by(Flag.raised_at)
            return list(door.session.scalars(own))

    def lived(self, by: Colleague, who: Record) -> Record:
        """A programme, a session yesterday, and a log of yesterday evening."""
        prescription_id = self.prescribed(by, who)
        needling_id = self.needled(by, who, NEEDLED_AT)
        soreness_id = uuid4()
        entries = DayEntries(
            checkins=[
                CheckinInput(who.episode_id, {"pain_average": 4, "pain_worst": 6, "stiffness": 3})
            ],
            days=[
                DayInput(
                    who.clinic.id, {"sleep": 2, "stress": 5, "note": f"Private words of {who.name}"}
                )
            ],
            soreness=[SorenessInput(needling_id, 5, soreness_id)],
            stretches=[StretchInput(prescription_id, Outcome.PARTLY, "no_time")],
        )
        evening = NOW - timedelta(hours=18)
        self.logs(who, entries, evening.date(), evening)
        return replace(
            who,
            needling_id=needling_id,
            prescription_id=prescription_id,
            soreness_id=soreness_id,
        )


def make_cast(maker: Maker) -> Cast:
    """Everybody, in an empty database."""
    harbour = maker.clinic("Harbour", "Europe/London", emergency_number="999")
    lighthouse = maker.clinic("Lighthouse", "Europe/Berlin")
    lea = maker.colleague(harbour, "Lea Moreau", Role.LEAD)
    pia = maker.colleague(harbour, "Pia Sommer", Role.PHYSIO, by=lea)
    paul = maker.colleague(harbour, "Paul Reed", Role.PHYSIO, by=lea)
    lina = maker.colleague(lighthouse, "Lina Harms", Role.LEAD)
    otto = maker.colleague(lighthouse, "Otto Reimers", Role.PHYSIO, by=lina)
    alice = maker.lived(pia, maker.new_patient(pia, "Alice Archer", email="alice@home.example"))
    bob = maker.new_patient(pia, "Bob Bennett", year=1990)
    carol = maker.invited(pia, "Carol Cole", year=1975, now=NOW - timedelta(minutes=30))
    dora = maker.lived(otto, maker.new_patient(otto, "Dora Drewes", email="dora@home.example"))
    emil = maker.new_patient(paul, "Emil Ernst", year=1969, email="emil@home.example")
    here = maker.patient(emil, JOINED_AT)
    there = maker.invited(otto, "Emil Ernst", year=1969, email="emil@home.example")
    emil_there = maker.lived(otto, maker.joins(there, here=here))
    waiting = {
        "Harbour": _waiting(maker, lea, "new@harbour.example"),
        "Lighthouse": _waiting(maker, lina, "new@lighthouse.example"),
    }
    return Cast(
        harbour=harbour,
        lighthouse=lighthouse,
        lea=lea,
        pia=pia,
        paul=paul,
        lina=lina,
        otto=otto,
        alice=alice,
        bob=bob,
        carol=carol,
        dora=dora,
        emil=maker.lived(paul, emil),
        emil_there=emil_there,
        waiting=waiting,
        pauses={
            "Harbour": maker.paused(pia, alice),
            "Lighthouse": maker.paused(otto, dora),
            "Emil": maker.paused(paul, emil),
            "Emil there": maker.paused(otto, emil_there),
        },
        templates={"Harbour": maker.template(pia, alice), "Lighthouse": maker.template(otto, dora)},
        excuses={"Dora": maker.excuses(dora), "Emil": maker.excuses(emil)},
        own_stretches={
            "Harbour": maker.own_stretch(pia, "Harbour reach"),
            "Lighthouse": maker.own_stretch(otto, "Lighthouse reach"),
        },
    )


def _waiting(maker: Maker, by: Colleague, email: str) -> UUID:
    token = maker.invite_colleague(by.clinic, email, Role.PHYSIO, NOW - timedelta(hours=1), by)
    with maker.database.door() as door:
        return invitations.look_up(door, maker.secrets, token, NOW).id
