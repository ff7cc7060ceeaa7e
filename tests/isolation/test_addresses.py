"""Nobody sees or changes what is somebody else's: what is foreign answers as if it never was.

The walk takes every route, method and role. An id that exists elsewhere has to give the same
status and body as one that exists nowhere, and nothing may be written on the way.
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from werkzeug.routing import Rule

from tests.isolation.ground import (
    COUNTED,
    FORMS,
    ROLES,
    foreign_ids,
    neighbours_ids,
    own_ids,
    same,
    somebody,
)
from tests.support.cast import Cast
from tests.support.databases import contents
from tracker.domain.own_stretch import key_of

# Parameters that name nothing of anybody's: signed or random secrets, of which only the real one
# opens anything.
SECRETS = {"token", "ticket"}


def choices(rule: Rule, cast: Cast, role: str) -> list[tuple[dict[str, object], dict[str, object]]]:
    """Pairs of address values: some that exist for somebody else, and the same that never were."""
    never: dict[str, object] = {name: uuid4() for name in rule.arguments}
    if rule.arguments & SECRETS:
        return [({name: f"{name}-{uuid4()}" for name in rule.arguments},
                 {name: f"{name}-{uuid4()}" for name in rule.arguments})]  # fmt: skip
    if "stretch_id" in never:
        never["stretch_id"] = key_of(uuid4(), uuid4())
    foreign, own, near = foreign_ids(cast, role), own_ids(cast, role), neighbours_ids(cast, role)
    unknown = rule.arguments - set(foreign)
    assert not unknown, f"{rule.rule} has {sorted(unknown)}: give it a foreign fixture"
    pairs: list[tuple[dict[str, object], dict[str, object]]] = [
        ({name: foreign[name] for name in rule.arguments}, dict(never))
    ]
    for last in sorted(rule.arguments - {"patient_id"}):
        if "patient_id" in rule.arguments:
            asked = {"patient_id": own["patient_id"]}
            pairs.append(({**asked, last: foreign[last]}, {**asked, last: never[last]}))
            pairs.append(({**asked, last: near[last]}, {**asked, last: never[last]}))
    return pairs


@pytest.mark.parametrize("role", ROLES)
def test_what_is_foreign_answers_as_if_it_never_was(role, app, database, cast, visit):
    one, other = visit(somebody(cast, role)), visit(somebody(cast, role))
    before = contents(database, *COUNTED)
    walked = 0
    for rule in app.url_map.iter_rules():
        if not rule.arguments:
            continue
        for foreign, never in choices(rule, cast, role):
            ids = (*foreign.values(), *never.values())
            with app.test_request_context():
                paths = [app.url_for(rule.endpoint, **values) for values in (foreign, never)]
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                data: dict[str, object] = {}
                if method == "POST":
                    assert rule.endpoint in FORMS, f"{rule.endpoint}: what does its form take?"
                    data = {**FORMS[rule.endpoint]}
                status = same(one, other, method, paths, (data, data), ids)
                expected = {302, 303, 410} if role == "nobody" else {404, 410}
                assert status in expected, (rule.endpoint, method, status)
                walked += 1
    assert walked > 20
    assert contents(database, *COUNTED) == before
