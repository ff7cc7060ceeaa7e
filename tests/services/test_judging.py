"""Stored judgements: whatever was written and however the clock went, the order is the rules'."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.cast import NOW, TODAY
from tracker.domain.days import local_day
from tracker.domain.errors import AftercareError
from tracker.domain.glance import News, Show
from tracker.domain.pause import Days
from tracker.services import caseload, judging, patients, pauses, programme, sharing
from tracker.services.daybook import DayEntries, Moment, SorenessInput
from tracker.store import judged as store
from tracker.store.schema import CaseloadFace, Clinic, Episode, Patient

WORDS = st.one_of(
    st.tuples(st.just("rates"), st.integers(0, 1), st.integers(0, 10), st.integers(0, 3)),
    st.tuples(st.just("sore"), st.integers(0, 1), st.integers(0, 10), st.just(0)),
    st.tuples(st.just("needled"), st.integers(0, 1), st.integers(0, 90), st.just(0)),
    st.tuples(st.just("prescribed"), st.integers(0, 1), st.sampled_from([0, 1]), st.just(0)),
    st.tuples(st.just("ends"), st.integers(0, 1), st.just(0), st.just(0)),
    st.tuples(st.just("pauses"), st.integers(0, 1), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("excuses"), st.integers(0, 1), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("shares"), st.integers(0, 1), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("closes"), st.integers(0, 1), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("visit"), st.integers(0, 1), st.integers(-1, 2), st.just(0)),
    st.tuples(st.just("moves house"), st.just(0), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("waits"), st.just(0), st.integers(1, 100), st.just(0)),
    st.tuples(st.just("looks"), st.just(0), st.just(0), st.just(0)),
)


class Weeks:
    """Whoever writes, at a moment that goes on."""

    def __init__(self, database, maker, cast):
        self.database, self.maker, self.cast = database, maker, cast
        self.now = NOW

    def does(self, word, who, number, more):
        own = (self.cast.alice, self.cast.bob)[who]
        with suppress(AftercareError):
            getattr(self, word.replace(" ", "_"))(own, number, more)

    @property
    def today(self):
        return local_day(self.now, self.cast.harbour.zone)

    def staff(self):
        return self.database.scope(self.maker.staff(self.cast.pia, self.now), writes=True)

    def phone(self, own):
        return self.database.scope(self.maker.patient(own, self.now), writes=True)

    def rates(self, own, pain, ago):
        self.maker.rates(own, pain, self.today - timedelta(days=ago), self.now)

    def sore(self, own, soreness, _more):
        entry = SorenessInput(self.cast.alice.needling_id, soreness, uuid4())
        self.maker.logs(self.cast.alice, DayEntries(soreness=[entry]), self.today, self.now)

    def needled(self, own, hours, _more):
        self.maker.needled(self.cast.pia, own, self.now - timedelta(hours=hours), self.now)

    def prescribed(self, own, which, _more):
        stretch = ("side-neck", "calf-bent")[which]
        self.maker.prescribed(self.cast.pia, own, stretch=stretch, now=self.now)

    def ends(self, own, _number, _more):
        with self.staff() as scope:
            programme.end(
                scope, self.cast.alice.patient_id, self.cast.alice.prescription_id,
                self.now, self.today,
            )  # fmt: skip

    def pauses(self, own, length, _more):
        days = Days(self.today - timedelta(days=3), self.today + timedelta(days=length - 3))
        with self.staff() as scope:
            pauses.pause(scope, own.patient_id, own.episode_id, days, "ill", self.now, self.today)

    def excuses(self, own, length, _more):
        days = Days(self.today - timedelta(days=3), self.today + timedelta(days=length - 3))
        with self.phone(own) as scope:
            pauses.excuse(scope, days, "ill", Moment(self.today, own.clinic.zone, self.now))

    def shares(self, own, again, _more):
        with self.phone(own) as scope:
            (sharing.give_again if again else sharing.withdraw)(scope, own.clinic.id, self.now)

    def closes(self, own, again, _more):
        with self.staff() as scope:
            if again:
                patients.reopen_episode(scope, own.patient_id, own.episode_id)
            else:
                patients.close_episode(scope, own.patient_id, own.episode_id, self.today)

    def visit(self, own, days, _more):
        day = None if days < 0 else self.today + timedelta(days=days)
        with self.staff() as scope:
            patients.set_next_visit(scope, own.patient_id, own.episode_id, day)

    def moves_house(self, _own, number, _more):
        with self.database.door(writes=True) as door:
            clinic = door.session.get_one(Clinic, self.cast.harbour.id)
            clinic.zone = ("Europe/London", "Pacific/Auckland")[number]

    def waits(self, _own, hours, _more):
        self.now += timedelta(hours=hours)

    def looks(self, _own, _number, _more):
        judging.judge_everybody(self.database, self.now)


def zone_of(door, clinic_id):
    return door.session.scalar(select(Clinic.zone).where(Clinic.id == clinic_id))


def judged_anew(door, clinic_id, now):
    """Every patient's judgement as the rules have it now, whatever is stored."""
    ids = door.session.scalars(select(Patient.id).where(Patient.clinic_id == clinic_id)).all()
    zone = zone_of(door, clinic_id)
    found = {}
    for patient_id in ids:
        rows = store.facts_of(door, clinic_id, [patient_id])
        found[patient_id] = judging.judge(rows, now, zone)
    return found


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS, min_size=1, max_size=14))
def test_what_is_stored_and_holds_is_what_the_rules_say(database, maker, cast, words):
    days = Weeks(database, maker, cast)
    clinic_id = cast.harbour.id
    for word in words:
        days.does(*word)
        with database.door() as door:
            anew = judged_anew(door, clinic_id, days.now)
            holding = (Patient.clinic_id == clinic_id, ~store.is_stale(days.now))
            for row in door.session.scalars(select(Patient).where(*holding)):
                one = anew[row.id]
                assert (row.place, row.weight, row.speaks_id, row.others, row.visit_on) == (
                    one.place, one.weight, one.speaks_id, one.others, one.visit_on,
                ), word  # fmt: skip
    with database.scope(maker.staff(cast.pia, days.now), writes=True) as scope:
        seen = caseload.see_caseload(scope, days.now, everybody=True)
        names = {row.id: row.name for row in scope.entities(Patient)}
        today = local_day(days.now, zone_of(scope.open_door(), clinic_id))
        order = sorted(
            (one.visit_on != today, one.place, -one.weight, names[patient_id], str(patient_id))
            for patient_id, one in judged_anew(scope.open_door(), clinic_id, days.now).items()
            if one.place is not None
        )
    assert [row.name for row in seen.shown] == [name for *_, name, _id in order]


# News.


def seen_by(database, maker, who, now, **wishes):
    with database.scope(maker.staff(who, now), writes=True) as scope:
        return caseload.see_caseload(scope, now, everybody=True, **wishes)


def news_of(database, maker, cast, now, name="Bob Bennett"):
    seen = seen_by(database, maker, cast.pia, now)
    return next((row.news, row.news_days) for row in seen.shown if row.name == name)


def look(database, maker, who, now):
    with database.scope(maker.staff(who, now), writes=True) as scope:
        caseload.see_caseload(scope, now)
        caseload.mark_look(scope, caseload.glance(scope, now))


def rates(maker, who, pain, at):
    maker.rates(who, pain, at.date(), at)


def test_a_first_log_after_days_of_silence_is_news_until_it_was_looked_at(database, maker, cast):
    start = NOW - timedelta(days=12)
    rates(maker, cast.bob, 3, start)
    judging.judge_everybody(database, start)
    look(database, maker, cast.pia, NOW - timedelta(hours=3))
    rates(maker, cast.bob, 3, NOW - timedelta(hours=1))
    assert news_of(database, maker, cast, NOW) == (News.BACK, 12)
    look(database, maker, cast.pia, NOW)
    assert news_of(database, maker, cast, NOW + timedelta(minutes=29)) == (News.BACK, 12)
    look(database, maker, cast.pia, NOW + timedelta(hours=2))
    later = NOW + timedelta(hours=2, minutes=31)
    assert news_of(database, maker, cast, later) == (None, 0)
    assert seen_by(database, maker, cast.pia, later).counts[Show.CHANGED] == 0


def test_what_time_alone_turned_is_dated_when_it_turned(database, maker, cast):
    """Bob went silent at midnight: seen at noon it is news, at the next look it is none."""
    rates(maker, cast.bob, 3, NOW)
    look(database, maker, cast.pia, NOW + timedelta(minutes=1))
    look(database, maker, cast.pia, NOW + timedelta(days=3))
    week = NOW + timedelta(days=7)
    assert news_of(database, maker, cast, week) == (None, 0)


def test_each_colleague_has_a_look_of_ones_own(database, maker, cast):
    look(database, maker, cast.pia, NOW - timedelta(hours=3))
    look(database, maker, cast.lea, NOW - timedelta(hours=3))
    with database.scope(maker.patient(cast.alice, NOW), writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, NOW - timedelta(hours=2))
    assert news_of(database, maker, cast, NOW, "Alice Archer") == (News.STOPPED, 0)
    look(database, maker, cast.pia, NOW)
    look(database, maker, cast.pia, NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=1)
    assert news_of(database, maker, cast, later, "Alice Archer")[0] is None
    shown = seen_by(database, maker, cast.lea, later).shown
    assert next(row.news for row in shown if row.name == "Alice Archer") is News.STOPPED


def test_a_withdrawn_consent_leaves_nothing_of_the_log_stored(database, maker, cast):
    look(database, maker, cast.pia, NOW)
    with database.scope(maker.patient(cast.alice), writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, NOW)
    judging.judge_everybody(database, NOW)
    with database.door() as door:
        kept = door.session.scalars(select(CaseloadFace.patient_id)).all()
    assert cast.alice.patient_id not in kept
    assert cast.emil.patient_id in kept


def test_the_workers_round_leaves_nobody_to_be_judged(database, maker, cast):
    judging.judge_everybody(database, NOW)
    with database.scope(maker.staff(cast.pia)) as scope:
        assert not caseload.glance(scope, NOW).is_stale
        # A new day: whoever looks before the worker judges first.
        tomorrow = NOW + timedelta(days=1)
        assert caseload.glance(scope, tomorrow).is_stale
    assert judging.judge_everybody(database, tomorrow) > 0
    assert judging.judge_everybody(database, tomorrow) == 0


def test_pages_put_together_are_the_whole_list(database, maker, cast, monkeypatch):
    # Two come today, and the report of one of them presses: they stand above the others.
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        for who in (cast.bob, cast.alice):
            row = scope.get(Episode, Episode.id == who.episode_id)
            row.next_visit_on = TODAY
    maker.reports(cast.bob, "chest_pain")
    monkeypatch.setattr(caseload, "PAGE", 2)
    assert seen_by(database, maker, cast.pia, NOW, page=1).pages > 1
    for show in Show:
        whole = [row.name for row in seen_by(database, maker, cast.pia, NOW, show=show).shown]
        first = seen_by(database, maker, cast.pia, NOW, show=show, page=1)
        assert len(whole) == first.counts[show], show
        paged = [
            row.name
            for page in range(1, first.pages + 1)
            for row in seen_by(database, maker, cast.pia, NOW, show=show, page=page).shown
        ]
        assert sorted(paged) == sorted(whole), show
        assert first.counts[Show.DUE] == 2
