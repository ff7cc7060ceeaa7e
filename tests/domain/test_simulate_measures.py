"""Made-up measures: the same every time, asked by the product's rule, and following the pain."""

from __future__ import annotations

from datetime import date
from statistics import fmean

import pytest

from tracker.domain.measures import MOVEMENTS, Measure, degrees_fault, value_faults
from tracker.domain.simulate import simulate
from tracker.domain.simulate_cast import COMPLAINTS
from tracker.domain.simulate_measures import ACTIVITIES, MOTIONS, draw_measures

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def drawn():
    return [(one, draw_measures(one)) for one in simulate(3, patients=120, today=TODAY)]


def test_the_same_patient_is_measured_the_same(drawn):
    assert all(draw_measures(patient) == measures for patient, measures in drawn)


def test_every_region_has_activities_and_known_movements():
    assert {complaint.region for complaint in COMPLAINTS} <= set(ACTIVITIES)
    assert {movement for movement, _free, _loss in MOTIONS.values()} <= set(MOVEMENTS)


def test_the_services_would_take_all_of_it(drawn):
    for patient, measures in drawn:
        places = {str(place) for place in range(len(measures.activities))}
        for entry in measures.entries:
            assert not value_faults(entry.measure, entry.answers, places)
            assert entry.local_date > patient.opened_on
        days = [entry.local_date for entry in measures.entries]
        assert len(days) == len(set(days)), "at most one a day"
        for one in (*measures.by_hand, *measures.sessions.values()):
            for degrees in (one.before, one.after):
                assert degrees is None or not degrees_fault(one.movement, one.side, degrees)
        assert sum(one.answered_at is None for one in measures.questions) <= 1


def test_most_patients_have_something_of_each_kind(drawn):
    joined = [measures for patient, measures in drawn if len(patient.checkins) > 30]
    for kind in Measure:
        some = [any(one.measure is kind and one.answers for one in m.entries) for m in joined]
        assert fmean(some) > 0.7, kind
    assert 0.2 < fmean(bool(m.questions) for m in joined) < 0.9


def test_who_gets_better_can_do_more(drawn):
    gains = []
    for patient, measures in drawn:
        rated = [e for e in measures.entries if e.measure is Measure.ACTIVITIES and e.answers]
        if patient.story == "responder" and len(rated) > 3:
            gains.append(fmean(rated[-1].answers.values()) - fmean(rated[0].answers.values()))
    assert len(gains) > 10
    assert fmean(gains) > 2
