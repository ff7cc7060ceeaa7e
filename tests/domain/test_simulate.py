"""The made-up caseload: the same every time, plausible, and true to its stories."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, variance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.simulate import (
    LEAST_DAYS,
    MOST_PATIENTS,
    SimulatedPatient,
    SimulatedPrescription,
    simulate,
    simulate_each,
    simulate_other,
)
from tracker.domain.simulate_cast import COMPLAINTS, STORIES, name_of
from tracker.domain.simulate_logs import SIDE_EFFECT_RATES, soreness_left

TODAY = date(2026, 11, 23)  # a Monday: yesterday was a Sunday
DATA = Path(__file__).parents[2] / "tracker" / "data"
REASONS = {None, "more_pain", "no_time", "forgot", "unsure", "felt_low", "ill"}
OUTCOMES = {"done", "partly", "too_hard", "could_not"}


@pytest.fixture(scope="module")
def caseload():
    return simulate(1, today=TODAY)


@pytest.fixture(scope="module")
def many():
    return simulate(1, patients=400, days=120, today=TODAY)


def of_story(patients, story):
    return [patient for patient in patients if patient.story == story]


def silent_days(patient):
    return (TODAY - last_entry_on(patient)).days


def last_entry_on(patient):
    days = [entry.local_date for entry in (*patient.checkins, *patient.stretch_entries)]
    return max(days + [entry.felt_at.date() for entry in patient.soreness])


def eligible(patient):
    """(day, pain) of the check-ins outside the 72 h window in whole days."""
    sessions = [session.needled_at.date() for session in patient.sessions]
    return [
        (entry.local_date, entry.pain_average)
        for entry in patient.checkins
        if not any(0 <= (entry.local_date - day).days <= 3 for day in sessions)
    ]


def soreness_between(patients, first_hour, last_hour):
    found = []
    for patient in patients:
        for entry in patient.soreness:
            since = entry.felt_at - patient.sessions[entry.session].needled_at
            if first_hour <= since.total_seconds() / 3600 < last_hour:
                found.append(entry.soreness)
    return found


# The same again


def test_same_seed_and_day_give_the_same_caseload(caseload):
    assert simulate(1, today=TODAY) == caseload


def test_another_seed_gives_another_caseload(caseload):
    assert simulate(2, today=TODAY) != caseload


def test_a_patient_does_not_depend_on_how_many_there_are(caseload):
    assert simulate(1, patients=5, today=TODAY) == caseload[:5]


def test_one_by_one_is_the_same_as_all_at_once(caseload):
    assert tuple(simulate_each(1, patients=24, days=120, today=TODAY)) == caseload


@pytest.mark.parametrize(
    "patients, days", [(0, 120), (MOST_PATIENTS + 1, 120), (24, LEAST_DAYS - 1)]
)
def test_sizes_that_hold_no_caseload_are_refused(patients, days):
    with pytest.raises(ValueError):
        simulate(1, patients=patients, days=days, today=TODAY)


# Who is there


def test_every_story_is_told(caseload):
    assert len(caseload) == 24
    assert {patient.story for patient in caseload} == {story.id for story in STORIES}


def test_names_are_all_different(caseload):
    other = simulate_other(1, today=TODAY)
    names = [patient.name for patient in (*caseload, *other)]
    assert len(set(names)) == len(names)
    invented = {name_of(index) for index in range(1, MOST_PATIENTS)}
    assert len(invented) == MOST_PATIENTS - 1
    assert invented.isdisjoint({"Pat Okafor", "Nora Lindgren"})


def test_the_other_clinic_opens_with_nora():
    nora = simulate_other(1, today=TODAY)[0]
    assert nora.name == "Nora Lindgren"
    assert nora.sessions
    assert nora.prescriptions


def test_muscles_and_stretches_stand_in_the_library():
    muscles = json.loads((DATA / "muscles.json").read_text("utf-8"))["muscles"]
    stretches = json.loads((DATA / "stretches.json").read_text("utf-8"))["stretches"]
    regions = {row["region"] for row in muscles}
    by_id = {row["id"]: row for row in stretches}
    for complaint in COMPLAINTS:
        assert complaint.region in regions
        assert set(complaint.muscles) <= {row["id"] for row in muscles}
        for dose in complaint.stretches:
            row = by_id[dose.stretch]
            assert set(row["muscles"]) & set(complaint.muscles)
            assert row["autoPropose"]
            assert dose.hold_seconds == row["holdSeconds"]
            assert dose.repetitions == row["repetitions"]
            assert dose.one_sided is (row["sides"] == "one_side")
            assert not (complaint.middle and dose.one_sided)


# Pat


@pytest.mark.parametrize("offset", range(7))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pat_was_needled_yesterday_and_has_today_still_to_log(seed, offset):
    today = TODAY + timedelta(days=offset)
    yesterday = today - timedelta(days=1)
    pat = simulate(seed, patients=1, today=today)[0]
    assert (pat.name, pat.region, pat.side) == ("Pat Okafor", "shoulder", "left")
    assert pat.sessions[-1].needled_at.date() == yesterday
    assert pat.sessions[-1].needled_at.hour >= 14
    assert pat.checkins[-1].local_date == yesterday
    assert not pat.checkins[-1].backfilled
    assert all(entry.recorded_at.date() < today for entry in pat.checkins)
    assert all(entry.recorded_at.date() < today for entry in pat.stretch_entries)
    assert all(entry.felt_at.date() < today for entry in pat.soreness)
    assert any(entry.session == len(pat.sessions) - 1 for entry in pat.soreness)


@pytest.mark.parametrize("seed", range(8))
def test_pat_responds_over_ten_weeks(seed):
    pat = simulate(seed, patients=1, today=TODAY)[0]
    assert 70 <= (TODAY - pat.opened_on).days <= 72
    assert len(pat.checkins) >= 0.8 * 71
    first = pat.sessions[0].needled_at.date()
    before = [entry.pain_average for entry in pat.checkins if entry.local_date < first]
    lately = [pain for day, pain in eligible(pat) if (TODAY - day).days <= 14]
    assert min(len(before), len(lately)) >= 5
    fall = fmean(before) - fmean(lately)
    assert fall >= 2
    assert fall >= 0.3 * fmean(before)


@pytest.mark.parametrize("seed", range(5))
def test_pat_has_three_stretches_due_every_day(seed):
    pat = simulate(seed, patients=1, today=TODAY)[0]
    in_force = [line for line in pat.prescriptions if line.ends_on is None]
    assert len(in_force) == 3
    assert len({line.stretch for line in in_force}) == 3
    assert all(line.days == frozenset(range(7)) for line in in_force)
    assert max(line.version for line in in_force) == 2


def test_pats_sessions_but_yesterdays_are_on_working_days():
    for offset in range(7):
        pat = simulate(1, patients=1, today=TODAY + timedelta(days=offset))[0]
        assert all(session.needled_at.weekday() < 5 for session in pat.sessions[:-1])


# The stories


@pytest.mark.parametrize("story", ["responder", "keen"])
def test_responders_fall_over_weeks(many, story):
    for patient in of_story(many, story):
        pains = [entry.pain_average for entry in patient.checkins]
        assert fmean(pains[:7]) - fmean(pains[-14:]) > 1


def test_non_responders_stay(many):
    falls = []
    for patient in of_story(many, "non_responder"):
        pains = [entry.pain_average for entry in patient.checkins]
        falls.append(fmean(pains[:10]) - fmean(pains[-10:]))
    assert abs(fmean(falls)) < 0.6


def test_steady_high_stays_at_seven_or_more(many):
    for patient in of_story(many, "steady_high"):
        assert fmean(entry.pain_average for entry in patient.checkins[-7:]) >= 7


def test_slow_responders_fall_less_than_responders_in_six_weeks(many):
    def fall(story):
        return fmean(
            patient.checkins[0].pain_average - patient.checkins[30].pain_average
            for patient in of_story(many, story)
            if len(patient.checkins) > 30
        )

    assert fall("slow_responder") < fall("responder")


@pytest.mark.parametrize("offset", range(7))
def test_a_flare_of_today_shows_in_the_last_days(offset):
    today = TODAY + timedelta(days=offset)
    patients = simulate(4, patients=150, today=today, until=time(7))
    for patient in of_story(patients, "flare_now"):
        assert 2 <= (today - patient.flares[0]).days <= 3
        pains = [pain for _, pain in eligible(patient)]
        assert min(pains[-2:]) - median(pains[-16:-2]) >= 2


def test_past_flares_are_known_apart_and_over(many):
    for patient in of_story(many, "flare_past"):
        assert patient.flares
        assert all((TODAY - onset).days >= 11 for onset in patient.flares)
        assert all((later - onset).days > 30 for onset, later in pairwise(patient.flares))


def test_pain_is_higher_in_a_flare_than_before(many):
    rises = []
    for patient in of_story(many, "flare_past"):
        for onset in patient.flares:
            days = {entry.local_date: entry.pain_average for entry in patient.checkins}
            before = [days.get(onset - timedelta(days=ago)) for ago in range(1, 8)]
            within = [days.get(onset + timedelta(days=ago)) for ago in (2, 3)]
            logged = [pain for pain in before if pain is not None]
            raised = [pain for pain in within if pain is not None]
            if logged and raised:
                rises.append(fmean(raised) - fmean(logged))
    assert 1.5 <= fmean(rises) <= 4


def test_nobody_else_flares(many):
    assert not any(p.flares for p in many if p.story not in {"flare_now", "flare_past"})


@pytest.mark.parametrize("offset", range(7))
def test_long_soreness_is_abnormal_past_72_hours_and_still_there(offset):
    today = TODAY + timedelta(days=offset)
    for patient in of_story(simulate(5, patients=150, today=today), "long_soreness"):
        last = len(patient.sessions) - 1
        needled_at = patient.sessions[last].needled_at
        entries = [entry for entry in patient.soreness if entry.session == last]
        late = [entry for entry in entries if entry.felt_at - needled_at > timedelta(hours=72)]
        near = [entry for entry in entries if entry.felt_at.date() == late[0].felt_at.date()]
        assert near[0].soreness >= 4
        assert late[-1].soreness >= 2
        assert (today - late[-1].felt_at.date()).days <= 1
        assert 4 <= (today - needled_at.date()).days <= 6


def test_the_silent_are_silent_and_the_others_are_not(many):
    for patient in many:
        days = silent_days(patient)
        if patient.story == "gone_silent":
            assert 3 <= days <= 10
        elif patient.story == "gone_quiet":
            assert days > 14
        elif patient.story != "no_needling_yet":
            assert days <= 1


def test_stretches_are_skipped_by_some_and_done_by_the_keen(many):
    def share_done(story):
        shares = []
        for patient in of_story(many, story):
            due = sum(
                line.starts_on <= entry.local_date
                and (line.ends_on is None or entry.local_date <= line.ends_on)
                and entry.local_date.weekday() in line.days
                for line in patient.prescriptions
                for entry in patient.checkins
            )
            tried = [entry for entry in patient.stretch_entries if entry.outcome != "could_not"]
            shares.append(len(tried) / due)
        return fmean(shares)

    assert share_done("skips_stretches") < 0.2
    assert 0.4 < share_done("responder") < 0.8
    assert share_done("keen") > 0.85


@pytest.mark.parametrize("offset", range(7))
def test_newcomers_have_little_and_the_invited_only_a_first_rating(offset):
    today = TODAY + timedelta(days=offset)
    patients = simulate(1, patients=60, today=today)
    for patient in of_story(patients, "newcomer"):
        assert 3 <= (today - patient.opened_on).days <= 5
        assert len(patient.sessions) == 1
        assert 3 <= len(patient.checkins) <= 6
    for patient in of_story(patients, "no_needling_yet"):
        assert len(patient.checkins) == 1
        assert not patient.sessions
        assert not patient.prescriptions
        assert not patient.stretch_entries


# The published shapes


def test_soreness_follows_the_published_curve(many):
    assert 2.6 <= fmean(soreness_between(many, 0, 1.5)) <= 3.7  # 34.8 of 100 straight after
    assert 0.5 <= median(soreness_between(many, 6, 12)) <= 2
    assert fmean(soreness_between(many, 44, 52)) <= 0.8  # 3.8 of 100 at 48 h
    assert median(soreness_between(many, 60, 80)) == 0
    abnormal = [rating >= 4 for rating in soreness_between(many, 60, 80)]
    assert 0 < fmean(abnormal) < 0.08


def test_soreness_falls_most_steeply_in_the_first_hours():
    steps = [soreness_left(hours) for hours in (0, 6, 12, 24, 48, 72)]
    falls = [(a - b) / h for (a, b), h in zip(pairwise(steps), (6, 6, 12, 24, 24), strict=True)]
    assert falls == sorted(falls, reverse=True)
    assert steps[-1] < 0.06


def test_most_but_not_all_sessions_are_followed_by_soreness(many):
    worst: dict[tuple[str, int], int] = {}
    for patient in many:
        for entry in patient.soreness:
            key = (patient.name, entry.session)
            worst[key] = max(worst.get(key, 0), entry.soreness)
    assert 0.52 <= fmean(value > 0 for value in worst.values()) <= 0.95


def test_side_effects_come_at_their_published_rates(many):
    sessions = {(p.name, entry.session) for p in many for entry in p.soreness}
    told = [effect for p in many for entry in p.soreness for effect in entry.side_effects]
    assert set(told) <= {effect for effect, _ in SIDE_EFFECT_RATES}
    assert told.count("bruise") / len(sessions) == pytest.approx(0.0755, abs=0.02)
    assert told.count("bleeding") / len(sessions) == pytest.approx(0.0465, abs=0.02)


def test_days_scatter_as_much_as_a_reliability_of_two_thirds_says(many):
    within = fmean(
        variance(entry.pain_average for entry in patient.checkins)
        for patient in of_story(many, "non_responder")
    )
    assert 1 - within / 2**2 == pytest.approx(0.65, abs=0.08)


def test_needling_does_not_help_at_once_but_over_two_days(many):
    change: dict[int, list[int]] = {0: [], 2: []}
    for patient in of_story(many, "non_responder") + of_story(many, "responder"):
        days = {entry.local_date: entry.pain_average for entry in patient.checkins}
        for session in patient.sessions:
            day = session.needled_at.date()
            for after, changes in change.items():
                before, then = days.get(day - timedelta(days=1)), days.get(day + timedelta(after))
                if before is not None and then is not None:
                    changes.append(then - before)
    assert fmean(change[0]) > -0.2
    assert fmean(change[2]) < fmean(change[0]) - 0.2


def test_keen_people_log_more_and_some_days_are_added_later(many):
    def share_logged(story):
        return fmean(
            len(patient.checkins) / ((TODAY - patient.opened_on).days + 1)
            for patient in of_story(many, story)
        )

    assert share_logged("keen") > 0.82 > share_logged("responder") > 0.65
    added = [entry.backfilled for patient in many for entry in patient.checkins]
    assert 0.005 < fmean(added) < 0.06


def test_notes_are_few(many):
    notes = [entry.note for patient in many for entry in patient.checkins]
    assert 0.01 < fmean(bool(note) for note in notes) < 0.08


# What always holds

SIZES = st.tuples(st.integers(1, 16), st.integers(LEAST_DAYS, 200))
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), size=SIZES, today=DAYS, until=st.none() | st.times())
def test_what_always_holds(seed, size, today, until):
    patients, days = size
    for build in (simulate, simulate_other):
        caseload = build(seed, patients=patients, days=days, today=today, until=until)
        assert len(caseload) == patients
        now = datetime.combine(today, time.max if until is None else until)
        for patient in caseload:
            check_patient(patient, days, now)
            check_sessions(patient, now)
            check_checkins(patient, now)
            check_soreness(patient, now)
            check_programme(patient)
            check_stretches(patient, now)


def check_patient(patient: SimulatedPatient, days: int, now: datetime) -> None:
    assert patient.name
    assert 18 <= now.year - patient.year_of_birth <= 90
    assert now.date() - timedelta(days=days) <= patient.opened_on <= now.date()
    assert patient.opened_on.weekday() < 5
    assert patient.side in {"left", "right", "middle"}
    assert 0 <= patient.recalled_pain <= 10
    assert all(patient.opened_on <= onset <= now.date() for onset in patient.flares)


def check_sessions(patient: SimulatedPatient, now: datetime) -> None:
    assert [s.needled_at for s in patient.sessions] == sorted(
        s.needled_at for s in patient.sessions
    )
    for session in patient.sessions:
        assert patient.opened_on <= session.needled_at.date() < now.date()
        assert 8 <= session.needled_at.hour <= 17
        is_pats_last = patient.name == "Pat Okafor" and session is patient.sessions[-1]
        assert session.needled_at.weekday() < 5 or is_pats_last
        assert session.muscles
        for row in session.muscles:
            assert row.side in {"left", "right"}
            assert 1 <= row.insertions <= 20
            assert row.technique in {"superficial", "deep", "pistoning", "winding"}
            assert row.twitch in {"0", "1-3", "4-6", ">6"}
            assert 0 <= row.pain_during <= 10
    gaps = [(b.needled_at.date() - a.needled_at.date()).days for a, b in pairwise(patient.sessions)]
    assert all(gap >= 5 for gap in gaps)
    if patient.story != "long_soreness":
        assert all(gap <= 31 for gap in gaps)


def check_checkins(patient: SimulatedPatient, now: datetime) -> None:
    days = [entry.local_date for entry in patient.checkins]
    assert days == sorted(set(days))
    for entry in patient.checkins:
        assert patient.opened_on <= entry.local_date <= entry.recorded_at.date()
        assert entry.recorded_at <= now
        assert entry.backfilled is (entry.recorded_at.date() > entry.local_date)
        scales = (entry.pain_average, entry.pain_worst, entry.stiffness, entry.sleep, entry.stress)
        assert all(value is None or 0 <= value <= 10 for value in scales)
        assert entry.pain_worst is None or entry.pain_worst >= entry.pain_average
        assert len(entry.note) <= 2000


def check_soreness(patient: SimulatedPatient, now: datetime) -> None:
    assert [e.felt_at for e in patient.soreness] == sorted(e.felt_at for e in patient.soreness)
    last: dict[int, int] = {}
    for entry in patient.soreness:
        since = entry.felt_at - patient.sessions[entry.session].needled_at
        assert timedelta(0) < since <= timedelta(days=7)
        assert since <= timedelta(hours=72) or last.get(entry.session) != 0
        assert entry.felt_at <= now
        assert 0 <= entry.soreness <= 10
        last[entry.session] = entry.soreness


def check_programme(patient: SimulatedPatient) -> None:
    series: dict[int, list[SimulatedPrescription]] = {}
    for line in patient.prescriptions:
        assert line.days
        assert line.days <= set(range(7))
        assert 1 <= line.sets <= 2
        assert 2 <= line.repetitions <= 11
        assert 10 <= line.hold_seconds <= 30
        assert line.starts_on >= patient.opened_on
        series.setdefault(line.series, []).append(line)
    for lines in series.values():
        assert [line.version for line in lines] == list(range(1, len(lines) + 1))
        assert lines[-1].ends_on is None
        for old, new in pairwise(lines):
            assert old.ends_on == new.starts_on - timedelta(days=1)
            assert old.starts_on < new.starts_on
            assert old.stretch == new.stretch


def check_stretches(patient: SimulatedPatient, now: datetime) -> None:
    keys = [(entry.local_date, entry.prescription) for entry in patient.stretch_entries]
    assert keys == sorted(set(keys))
    for entry in patient.stretch_entries:
        line = patient.prescriptions[entry.prescription]
        assert line.starts_on <= entry.local_date <= (line.ends_on or entry.local_date)
        assert entry.local_date.weekday() in line.days
        assert entry.local_date <= entry.recorded_at.date()
        assert entry.recorded_at <= now
        assert entry.backfilled is (entry.recorded_at.date() > entry.local_date)
        assert entry.outcome in OUTCOMES
        assert entry.reason in REASONS
        assert entry.pain_during is None or 0 <= entry.pain_during <= 10
        is_whole = entry.sets_done == line.sets
        assert is_whole if entry.outcome == "done" else 0 <= entry.sets_done < line.sets
