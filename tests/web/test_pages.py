"""What every page carries, what makes it an app, and what tells a host that it lives."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta

import pytest

from tests.support.cast import NOW
from tests.support.pages import text_of
from tracker.paths import STATIC
from tracker.services import outreach
from tracker.store.outreach import beat

PAGES = [
    (None, "/sign-in"), (None, "/new-phone"), (None, "/forgot"), (None, "/safety"),
    (None, "/offline"), (None, "/no/such/page"), (None, "/join/AAAAAAAA"),
    (None, "/unsubscribe/forged"), (None, "/reset/forged"), (None, "/healthz"), (None, "/readyz"),
    (None, "/manifest.webmanifest"), (None, "/sw.js"), (None, "/"), (None, "/today"),
    ("alice", "/today"), ("alice", "/progress"), ("alice", "/stretches"), ("alice", "/me"),
    ("alice", "/stretches/side-neck"), ("alice", "/safety"), ("alice", "/me/export.json"),
    ("alice", "/me/export.csv"), ("alice", "/patients"), ("pia", "/patients"),
    ("pia", "/patients/new"), ("pia", "/patients/ID"), ("pia", "/patients/ID/needling/new"),
    ("pia", "/patients/ID/programme"), ("pia", "/patients/ID/episodes/new"), ("pia", "/library"),
    ("pia", "/library/side-neck"), ("pia", "/me"), ("pia", "/password"), ("lea", "/clinic"),
    ("lea", "/clinic/people"),
]  # fmt: skip
MAY_BE_KEPT = {"/safety", "/offline", "/sw.js", "/manifest.webmanifest"}


def open_page(place, cast, visit):
    who, path = place
    browser = visit(getattr(cast, who) if who else None)
    return path, browser.get(path.replace("ID", str(cast.alice.patient_id)))


@pytest.mark.parametrize("place", PAGES, ids=lambda place: f"{place[0]}:{place[1]}")
def test_every_page_is_strict_needs_nothing_inline_and_is_not_kept(place, cast, visit):
    path, answer = open_page(place, cast, visit)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    if path not in MAY_BE_KEPT:
        assert answer.headers["Cache-Control"] == "no-store"
    assert "public" not in answer.headers["Cache-Control"]
    if answer.mimetype == "text/html" and answer.status_code != 302:
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", answer.text)
        assert '<html lang="en"' in answer.text
        assert "{{" not in answer.text


def test_cookies_are_the_servers_alone_and_secure_over_https(client, cast, app):
    client.post("/language", {"language": "de"})
    for line in client.page.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line


def test_a_page_speaks_the_readers_language(client, cast, visit):
    assert '<html lang="de"' in client.get("/sign-in", headers={"Accept-Language": "de"}).text
    client.post("/language", {"language": "de"})
    assert '<html lang="de"' in client.get("/sign-in").text
    client.post("/language", {"language": "tlh"})
    assert '<html lang="de"' in client.get("/sign-in").text
    phone = visit(cast.alice)
    phone.post("/language", {"language": "de"})
    assert '<html lang="de"' in visit(cast.alice).get("/today").text


def test_a_page_of_any_length_can_be_packed(cast, visit):
    answer = visit(cast.alice).get("/today", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"Neck pain" in gzip.decompress(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_wrong_method_says_what_there_is(client):
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_form_too_large_is_refused(cast, visit):
    answer = visit(cast.alice).post("/today", {"note": "x" * (1024 * 1024 + 1)})
    assert answer.status_code == 413


def test_the_manifest_makes_an_app(client):
    answer = client.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    content = json.loads(answer.text)
    assert (content["id"], content["start_url"], content["display"]) == (
        "/today", "/today", "standalone",
    )  # fmt: skip
    assert {icon["purpose"] for icon in content["icons"]} == {"any", "maskable"}
    for icon in content["icons"]:
        assert client.get(icon["src"], buffered=True).status_code == 200


def test_the_worker_keeps_files_that_exist(client):
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    kept = set(re.findall(r"[\"'](/[\w./-]+\.\w+|/offline)[\"']", answer.text))
    assert "/offline" in kept
    assert any(path.endswith(".css") for path in kept)
    for path in kept:
        assert client.get(path, buffered=True).status_code == 200, path


def test_the_offline_page_names_nobody(cast, visit):
    page = visit(cast.alice).get("/offline")
    assert page.status_code == 200
    assert "Alice" not in page.text


def test_assets_are_kept_for_ever_under_their_version(client):
    page = client.get("/sign-in").text
    for path in set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page)):
        answer = client.get(path, buffered=True)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_alive_and_ready_are_two_things(client, database, clock):
    assert client.get("/healthz").json == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "database": True, "schema": True, "worker": False}
    with database.door(writes=True) as door:
        beat(door, outreach.WORKER, NOW)
    assert client.get("/readyz").status_code == 200
    clock.shift(timedelta(seconds=90))
    assert client.get("/readyz").status_code == 503


# Mail that nobody wants any more.


@pytest.fixture
def ticket(secrets, cast):
    return secrets.sign(
        "unsubscribe", [str(cast.harbour.id), str(cast.alice.person_id), "weekly_digest"]
    )


def wants(database, cast, kind=outreach.MailKind.WEEKLY):
    with database.door() as door:
        return outreach.wishes(door, cast.harbour.id, cast.alice.person_id, kind)


def test_following_the_link_turns_nothing_off(client, ticket, cast, database):
    for _ in range(2):
        assert client.get(f"/unsubscribe/{ticket}").status_code == 200
    assert client.client.head(f"/unsubscribe/{ticket}").status_code == 200
    assert wants(database, cast)


def test_one_click_turns_one_kind_off_without_cookie_or_proof(client, ticket, cast, database):
    answer = client.client.post(f"/unsubscribe/{ticket}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "no longer get this mail" in text_of(answer.text)
    assert not wants(database, cast)
    assert wants(database, cast, outreach.MailKind.DAILY)
    client.client.post(f"/unsubscribe/{ticket}", data={"again": "on"})
    assert wants(database, cast)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_turns_nothing_off(method, client, ticket, cast, database, secrets):
    other = secrets.sign("password-reset", [str(cast.harbour.id), str(cast.alice.person_id),
                                            "weekly_digest"])  # fmt: skip
    # In the middle: of a last character some bits are nobody's.
    middle = len(ticket) // 2
    changed = ticket[:middle] + ("A" if ticket[middle] != "A" else "B") + ticket[middle + 1 :]
    for forged in ("x", changed, ticket[1:], other):
        answer = getattr(client.client, method)(f"/unsubscribe/{forged}")
        assert answer.status_code == 410
    assert wants(database, cast)


def test_a_wish_can_be_changed_on_ones_own_page(cast, visit, database):
    phone = visit(cast.alice)
    phone.send(phone.form("/me", "/me/mail"))
    assert not wants(database, cast)
    phone.send(phone.form("/me", "/me/mail"))
    assert wants(database, cast)


def test_a_patient_sets_and_clears_the_address(cast, visit):
    phone = visit(cast.alice)
    phone.send(phone.form("/me", "/me/email"), email="New@Home.example")
    assert phone.form("/me", "/me/email").one("email") == "new@home.example"
    phone.send(phone.form("/me", "/me/email"), email="no address")
    assert phone.form("/me", "/me/email").one("email") == "new@home.example"
    phone.send(phone.form("/me", "/me/email"), email="")
    assert phone.form("/me", "/me/email").one("email") == ""


def test_scripts_are_served_without_what_only_readers_need(client):
    url = next(part for part in client.get("/sw.js").text.split('"') if part.endswith("queue.js"))
    with client.get(url) as answer:
        served = answer.text
    assert "export async function keep(" in served
    assert "\n//" not in served
    assert "\n  " not in served


def test_no_script_has_a_string_that_leaving_lines_out_would_change():
    for path in (STATIC / "js").rglob("*.js"):
        for line in path.read_text("utf-8").splitlines():
            assert line.count("`") % 2 == 0, f"{path.name}: {line}"
            assert "/*" not in line.split("//")[0], f"{path.name}: {line}"
