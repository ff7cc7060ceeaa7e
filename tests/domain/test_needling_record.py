"""What can't be in a session's record: each rule alone, by table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import catalog
from tracker.domain.needling import Facts, Motion, MuscleRow, Side, Technique, session_faults
from tracker.domain.screening import NEEDLES, QUESTIONS, STRETCHES

ROW = MuscleRow("soleus", Side.LEFT, 3, Technique.DEEP)
FACTS = Facts(needles_in=1, needles_out=1)


@pytest.mark.parametrize(
    "row, facts, faults",
    [
        ({}, {}, {}),
        ({"depth": 40, "length": 40}, {}, {}),
        ({"depth": 41, "length": 40}, {}, {"depth-0": ["depth_over_length"]}),
        ({"depth": 41}, {}, {}),
        ({"dwell": 30}, {}, {}),
        ({"dwell": 31}, {}, {"dwell-0": ["dwell_over_session"]}),
        ({"insertions": 0}, {}, {"insertions-0": ["insertions"]}),
        ({"insertions": 61}, {}, {"insertions-0": ["insertions"]}),
        ({"pain_during": 11}, {}, {"pain_during-0": ["scale"]}),
        ({"hertz": 2}, {}, {"hertz-0": ["electrical_only"]}),
        ({"milliamps": 1.0}, {}, {"milliamps-0": ["electrical_only"]}),
        ({"technique": Technique.ELECTRICAL, "hertz": 2}, {"consent_scope": ("electrical",)}, {}),
        (
            {"technique": Technique.ELECTRICAL},
            {"consent_scope": ("needling",)},
            {"consent_scope": ["consent_electrical"]},
        ),
        ({}, {"needles_out": 0}, {"needles_out": ["needles_differ"]}),
        ({}, {"needles_out": 2}, {"needles_out": ["needles_differ"]}),
        ({}, {"needles_out": 0, "needles_reason": " "}, {"needles_out": ["needles_differ"]}),
        ({}, {"needles_out": 0, "needles_reason": "bent"}, {}),
        ({}, {"needles_in": None, "needles_out": None}, {}),
        ({}, {"motions": (Motion(" ", 1, 2),)}, {"movement-0": ["movement_needed"]}),
    ],
)
def test_what_is_refused_and_what_is_not(row, facts, faults):
    assert session_faults([replace(ROW, **row)], replace(FACTS, **facts)) == faults


@given(st.integers(1, 200), st.integers(1, 200))
def test_needles_that_differ_always_need_a_reason(into, out):
    facts = Facts(needles_in=into, needles_out=out)
    assert ("needles_out" in session_faults([ROW], facts)) is (into != out)
    assert session_faults([ROW], replace(facts, needles_reason="it broke")) == {}


def test_whatever_a_stretch_asks_first_is_asked_in_the_screening():
    asked = {one for stretch in catalog.stretches().values() for one in stretch.ask_first}
    assert asked == set(STRETCHES)
    assert not set(NEEDLES) & set(STRETCHES)
    assert len(set(QUESTIONS)) == len(QUESTIONS)
