"""Each page belongs to a room; to whoever may not enter, it is as if it did not exist."""

from __future__ import annotations

import pytest

from tests.isolation.ground import COUNTED, PATIENTS, ROLES, STAFF, somebody
from tests.support.databases import contents
from tests.support.pages import normal


def pages_of(app) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of everything without an id in its address."""
    with app.test_request_context():
        return [
            (rule.endpoint, method, app.url_for(rule.endpoint))
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) & {"GET", "POST"})
            if not rule.arguments
        ]


ROOMS = {
    "patient": {"own_brief.print_brief", "own_brief.show_brief", "api.show_days", "api.take", "patient.change_email", "patient.change_sharing", "patient.export_csv",
                "patient.export_json", "patient.list_stretches", "patient.save_today",
                "patient.end_excuse", "patient.excuse_days", "patient.print_stretches",
                "measures.show_measure", "measures.save_measure", "measures.show_activities",
                "measures.save_activities", "measures.save_question", "patient.see_changes",
                "patient.show_progress", "patient.show_today", "patient.show_unsent",
                "patient.start_stretches", "spells.answer_spell", "spells.show_spell"},
    "physio": {"flags.show_flags", "physio.add_patient", "physio.list_patients", "physio.new_patient",
               "physio.add_stretch", "physio.new_stretch", "physio.show_library",
               "physio.list_templates", "physio.keep_filter", "physio.change_filter", "auth.change_password", "auth.show_password",
               "auth.switch_clinic"},
    "lead": {"clinic.change_clinic", "clinic.invite_colleague", "clinic.show_clinic",
             "clinic.export_register", "clinic.show_people", "clinic.show_register"},
    "member": {"api.show_session", "auth.sign_out", "patient.change_mail", "patient.end_device", "patient.show_me"},
    "anybody": {"api.describe", "auth.ask_new_phone", "auth.ask_reset", "auth.change_language", "auth.enter_code",
                "auth.root", "auth.send_new_phone", "auth.send_reset", "auth.sign_in",
                "auth.sign_in_staff", "patient.answer_safety", "patient.show_safety", "pwa.healthz", "pwa.locked", "pwa.manifest",
                "pwa.offline", "pwa.readyz", "pwa.worker"},
}  # fmt: skip
"""Which pages without an id are whose; a new page has to be put into one of these rooms."""

MAY = {
    "nobody": {"anybody"},
    **{role: {"anybody", "member", "patient"} for role in PATIENTS},
    **{role: {"anybody", "member", "physio"} for role in STAFF - {"lea"}},
    "lea": {"anybody", "member", "physio", "lead"},
}


@pytest.mark.parametrize("role", ROLES)
def test_a_page_of_another_role_does_not_exist(role, app, cast, visit, database):
    rooms = {endpoint: room for room, endpoints in ROOMS.items() for endpoint in endpoints}
    missing = visit(somebody(cast, role)).get("/no/such/page")
    missing_to_phones = visit(somebody(cast, role)).get("/api/v1/no/such/address")
    before = contents(database, *COUNTED)
    for endpoint, method, path in pages_of(app):
        assert endpoint in rooms, f"{endpoint} is in nobody's room yet"
        if rooms[endpoint] in MAY[role]:
            continue
        browser = visit(somebody(cast, role))
        answer = browser.get(path) if method == "GET" else browser.post(path)
        is_for_phones = endpoint.startswith("api.")
        if role == "nobody" and is_for_phones:
            assert answer.status_code == 401, endpoint
        elif role == "nobody":
            assert answer.status_code in {302, 303}, endpoint
            assert answer.headers["Location"].startswith("/sign-in"), endpoint
        else:
            assert answer.status_code == 404, endpoint
            expected = missing_to_phones if is_for_phones else missing
            assert normal(answer.text) == normal(expected.text), endpoint
    assert contents(database, *COUNTED) == before
