"""Judging patients for the caseload: stored for the database to sort by, while it holds.

Whoever writes makes a judgement void (store/void.py); it is made anew by the worker's next round,
or by whoever looks first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from tracker.domain.adherence import SCORE_DAYS
from tracker.domain.days import local_day
from tracker.domain.glance import News, lay, news_between
from tracker.domain.pause import from_pairs
from tracker.domain.strip import Strip
from tracker.domain.triage import (
    ORDER,
    EpisodeFacts,
    Kind,
    Line,
    Reason,
    main_reason,
    reason_for,
    stands,
    stretch_counts,
)
from tracker.store import judged as store
from tracker.store.judged import Judgement
from tracker.store.scope import Database, Door

KINDS = tuple(Kind)
PAIN_DAYS = 28
"""How far back a rating is still shown as the last one."""


def judge_everybody(database: Database, now: datetime) -> int:
    """Judge whoever waits for it, in short transactions; how many that were. For the worker."""
    with database.door() as door:
        clinics = store.clinics_with_stale(door, now)
    count = 0
    for clinic in clinics:
        while True:
            with database.door(writes=True) as door:
                done = judge_some(door, clinic.id, clinic.zone, now)
            count += done
            if done < store.CHUNK:
                break
    return count


def judge_all(door: Door, clinic_id: UUID, zone: str, now: datetime) -> None:
    """Judge whoever of a clinic waits for it, in this transaction."""
    while judge_some(door, clinic_id, zone, now) == store.CHUNK:
        pass


def judge_some(door: Door, clinic_id: UUID, zone: str, now: datetime) -> int:
    """Judge up to a chunk of those who wait; how many that were."""
    ids = store.lock_stale(door, clinic_id, now)
    if ids:
        rows = store.facts_of(door, clinic_id, ids)
        made = [judge([*own], now, zone) for _patient, own in groupby(rows, key=lambda row: row.id)]
        store.keep(door, clinic_id, made)
    return len(ids)


def facts_of(raw: Any) -> EpisodeFacts:
    """What the rules read, from a row of the judging query."""
    return EpisodeFacts(
        opened_on=raw.opened_on,
        is_joined=raw.person_id is not None,
        is_sharing=bool(raw.is_sharing),
        last_logged_on=raw.last_logged_on,
        last_session_at=raw.last_session_at,
        last_soreness=raw.last_soreness,
        last_soreness_at=raw.last_soreness_at,
        pain=Strip(raw.pain_end, raw.pain or ""),
        done_halves=Strip(raw.done_end, raw.done_halves or ""),
        session_hours=Strip(raw.session_end, raw.session_hours or ""),
        lines=[
            Line(date.fromisoformat(first), date.fromisoformat(last) if last else None, days)
            for first, last, days in raw.lines
        ],
        excused=[*from_pairs(raw.pauses), *from_pairs(raw.excuses)],
        reasons=Strip(raw.reasons_end, raw.reasons or ""),
    )


def judge(rows: Sequence[Row[Any]], now: datetime, zone: str) -> Judgement:
    """One patient's judgement from a row an open episode: the one with the worst reason speaks."""
    first, today = rows[0], local_day(now, zone)
    since, until = stands(
        [row.last_session_at for row in rows if row.last_session_at is not None], now, zone
    )
    if first.episode_id is None:
        return Judgement(
            first.id, since, until, None, 0.0, None, 0, None,
            first.news, first.news_days, first.news_at, None,
        )  # fmt: skip
    every = [(row, facts_of(row)) for row in rows]
    raw, facts, reason = min(
        ((row, facts, reason_for(facts, now, today)) for row, facts in every),
        key=lambda one: one[2].rank,
    )
    logged = max((own.last_logged_on for _row, own in every if own.last_logged_on), default=None)
    news, news_days, news_at = _news(first, reason.kind, logged, now)
    is_open = facts.is_joined and facts.is_sharing
    visits = [row.next_visit_on for row in rows if row.next_visit_on and row.next_visit_on >= today]
    return Judgement(
        patient_id=first.id,
        judged_from=since,
        judged_until=until,
        place=ORDER[reason.kind],
        weight=float(reason.weight),
        speaks_id=raw.episode_id,
        others=len(rows) - 1,
        visit_on=min(visits, default=None),
        news=news,
        news_days=news_days,
        news_at=news_at,
        told=_told(facts, reason, logged, today) if is_open else None,
    )


def _news(
    old: Row[Any], kind: Kind, logged: date | None, now: datetime
) -> tuple[str | None, int, datetime | None]:
    """The news since the judgement before, else those that stood."""
    before = None if old.place is None else KINDS[old.place]
    known = json.loads(old.told)["logged"] if old.told else None
    gap = (logged - date.fromisoformat(known)).days if logged and known else 0
    found = news_between(before, kind, gap)
    if found is None:
        return old.news, old.news_days, old.news_at
    # What time alone turned, turned when the judgement ran out, however late that is noticed.
    at = now if old.judged_until is None else min(now, old.judged_until)
    return found, gap if found is News.BACK else 0, at


def _told(facts: EpisodeFacts, reason: Reason, logged: date | None, today: date) -> str:
    """What the row shows of the log."""
    done, due = stretch_counts(facts, today, SCORE_DAYS)
    left_out = main_reason(facts, today, SCORE_DAYS)
    pains = facts.pain.window(today, PAIN_DAYS)
    line = lay(facts.pain, facts.session_hours, today)
    return json.dumps(
        {
            "numbers": reason.numbers,
            "pain": next((value for value in reversed(pains) if value is not None), None),
            "done": done,
            "due": due,
            # Once is no habit.
            "left_out": left_out[0] if left_out and left_out[1] > 1 else None,
            "line": line.days,
            "is_laid": line.is_laid,
            "sessions": line.sessions,
            "logged": logged.isoformat() if logged else None,
        },
        separators=(",", ":"),
    )
