"""The library: drawn stretches, a clinic's own with their pictures, and reviews."""

from __future__ import annotations

import io
import re
import struct
import zlib
from uuid import uuid4

import pytest
from flask import session
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.support.cast import NOW, TODAY
from tests.support.databases import contents, rows_of
from tests.support.pages import text_of
from tracker.domain import catalog
from tracker.domain.own_stretch import split_steps
from tracker.domain.prescription import Dose
from tracker.services import library, pictures, programme
from tracker.services.held import Held
from tracker.services.programme import NewPrescription
from tracker.store.schema import OwnStretch as OwnStretchRow
from tracker.store.schema import StretchPicture, StretchReview
from tracker.web.physio.waiting import resume_held_form

WORDS = {"name": " Wall  slide ", "steps": "1. Stand at a wall.\n\n- Slide the arms up.\nHold and breathe.",
         "caution": "Stop at a pinch", "sides": "both_at_once", "sets": "1", "repetitions": "5",
         "hold_seconds": "10"}  # fmt: skip


@pytest.fixture
def desk(cast, visit):
    return visit(cast.pia)


def image(kind="JPEG", size=(40, 30), mode="RGB", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "#a44a18").save(out, kind, **more)
    return out.getvalue()


def noise(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 200), 90).save(out, kind)
    return out.getvalue()


def upload(desk, raw: bytes | None, *, path="/library/new", file="reach.jpg", **more):
    """Send the form of a stretch, with a picture under any name."""
    data = {**WORDS, **more, "csrf_token": desk.csrf_token()}
    if raw is not None:
        data["picture"] = FileStorage(io.BytesIO(raw), file, content_type="image/jpeg")
    # Encoded here: the client would lay a large one into a file that it leaves open.
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return desk.client.post(path, data=body, content_type=kind)


def newest(database) -> OwnStretchRow:
    row: OwnStretchRow = rows_of(database, OwnStretchRow, OwnStretchRow.name == "Wall slide")[0]
    return row


# The product's own.


def test_the_library_shows_every_stretch_with_its_drawing(desk):
    page = desk.get("/library").text
    for stretch_id in catalog.stretches():
        assert f"/library/{stretch_id}" in page
        assert f"/figures/{stretch_id}-still.svg" in page
    assert len(re.findall(r'loading="lazy"', page)) >= len(catalog.stretches())


def test_a_drawing_is_a_static_file_that_is_kept_for_ever(desk):
    page = desk.get("/library/side-neck").text
    for path in re.findall(r'src="(/static/[0-9a-f]+/figures/[^"]+)"', page):
        answer = desk.get(path, buffered=True)
        assert answer.status_code == 200
        assert answer.mimetype == "image/svg+xml"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert text_of(page).count("Sit tall on a chair.") == 1


def test_a_patient_reads_steps_and_sees_the_drawing_of_the_right_side(cast, visit):
    page = visit(cast.alice).get("/stretches/side-neck").text
    assert "/figures/side-neck.svg" in page
    assert '<ol class="steps">' in page
    for step in catalog.stretches()["side-neck"].steps:
        assert step in text_of(page)


@pytest.mark.parametrize("stretch", catalog.stretches().values(), ids=lambda stretch: stretch.id)
def test_steps_are_few_and_short(stretch):
    assert 2 <= len(stretch.steps) <= 5
    for step in stretch.steps:
        assert step.endswith(".")
        assert len(step) <= 120
        for sentence in re.split(r"(?<=[.;:])\s", step):
            assert len(sentence.split()) <= 22, sentence


# A clinic's own.


def test_an_own_stretch_can_be_added_and_prescribed(desk, cast, database):
    answer = upload(desk, image(), muscles=["biceps-brachii", "other"])
    row = newest(database)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/library/{row.id}"
    assert row.steps == ["Stand at a wall.", "Slide the arms up.", "Hold and breathe."]
    assert row.muscles == ["biceps-brachii", "other"]
    assert "Wall slide" in desk.get("/library").text
    programme_path = f"/patients/{cast.alice.patient_id}/programme"
    form = desk.form(f"{programme_path}?stretch={row.id}", programme_path)
    assert form.filled({})["hold_seconds"] == ["10"]
    assert desk.send(form, stretch=row.id).status_code == 303
    assert "Wall slide" in text_of(desk.get(programme_path).text)
    assert "Wall slide" in text_of(desk.get(f"/patients/{cast.alice.patient_id}").text)


@pytest.fixture
def prescribed(desk, cast, database, maker):
    """An own stretch with a picture in Alice's programme; gives its id."""
    upload(desk, image())
    stretch_id = newest(database).id
    dose = Dose(1, 3, 10, 127)
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        programme.prescribe(
            scope, cast.alice.patient_id, cast.alice.episode_id,
            NewPrescription(stretch_id, "both", dose), NOW, TODAY,
        )  # fmt: skip
    return stretch_id


def picture_of(page: str) -> str:
    found: list[str] = re.findall(r'src="(/stretches/own-[^"]+)"', page)
    return found[0]


def test_its_patient_sees_it_everywhere_and_nobody_else_does(prescribed, cast, visit):
    phone = visit(cast.alice)
    assert "Wall slide" in text_of(phone.get("/stretches").text)
    assert "Wall slide" in text_of(phone.get("/today").text)
    page = phone.get(f"/stretches/{prescribed}").text
    assert "Slide the arms up." in text_of(page)
    path = picture_of(page)
    answer = phone.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"].startswith("private")
    assert visit(cast.pia).get(path).status_code == 200
    for who in (cast.bob, cast.dora, cast.emil, cast.otto):
        assert visit(who).get(path).status_code == 404
        assert visit(who).get(f"/stretches/{prescribed}").status_code == 404
    assert visit().get(path).status_code == 302


def test_a_double_tap_makes_one(desk, database):
    form_id = str(uuid4())
    places = {upload(desk, image(), form_id=form_id).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert len(rows_of(database, OwnStretchRow, OwnStretchRow.name == "Wall slide")) == 1


def test_the_same_form_in_two_clinics_makes_two(desk, cast, visit, database):
    form_id = str(uuid4())
    upload(desk, image(), form_id=form_id)
    upload(visit(cast.otto), image(), form_id=form_id)
    rows = rows_of(database, OwnStretchRow, OwnStretchRow.name == "Wall slide")
    assert len({row.id for row in rows}) == len({row.clinic_id for row in rows}) == 2


def test_a_retired_one_stays_with_who_has_it(prescribed, desk, cast, visit):
    assert desk.post(f"/library/{prescribed}/shelf", {"action": "retire"}).status_code == 303
    assert "retired" in text_of(desk.get("/library").text)
    assert "Wall slide" in text_of(visit(cast.alice).get("/stretches").text)
    path = f"/patients/{cast.bob.patient_id}/programme"
    assert prescribed not in desk.get(path).text
    said = {"stretch": prescribed, "side": "both", "sets": "1", "repetitions": "3",
            "hold_seconds": "10", "days": ["0"]}  # fmt: skip
    assert desk.post(path, said).status_code == 422
    desk.post(f"/library/{prescribed}/shelf", {"action": "return"})
    assert prescribed in desk.get(path).text


def test_the_products_own_can_be_neither_changed_nor_retired(desk, database):
    before = contents(database, "rate_window", "auth_session")
    assert desk.get("/library/side-neck/edit").status_code == 404
    assert upload(desk, None, path="/library/side-neck/edit").status_code == 404
    assert desk.post("/library/side-neck/shelf", {"action": "retire"}).status_code == 404
    assert contents(database, "rate_window", "auth_session") == before


def test_a_change_keeps_the_picture_unless_it_is_told_to_go(prescribed, desk, database):
    path = f"/library/{prescribed}/edit"
    form = desk.form(path)
    assert form.filled({})["steps"][0].count("\n") == 2
    desk.post(path, {**WORDS, "name": "Wall slide two"})
    (row,) = rows_of(database, OwnStretchRow, OwnStretchRow.id == prescribed)
    assert (row.name, bool(row.picture)) == ("Wall slide two", True)
    first = row.picture
    upload(desk, image("PNG", (10, 90)), path=path)
    (row,) = rows_of(database, OwnStretchRow, OwnStretchRow.id == prescribed)
    assert row.picture not in {"", first}
    upload(desk, None, path=path, drops_picture="y")
    (row,) = rows_of(database, OwnStretchRow, OwnStretchRow.id == prescribed)
    assert row.picture == ""
    assert not rows_of(database, StretchPicture, StretchPicture.stretch == prescribed)


@pytest.mark.parametrize(
    "wrong, said",
    [({"name": ""}, "needed"), ({"name": "x" * 81}, "too long"), ({"steps": " \n "}, "one step"),
     ({"steps": "\n".join("abcdefg")}, "At most 6 steps"), ({"steps": "x" * 201}, "At most 6 steps"),
     ({"caution": "x" * 301}, "too long"), ({"sides": "both"}, "from the list"),
     ({"sets": "0"}, "1 to 6"), ({"hold_seconds": "99999999"}, "3 to 120"), ({"repetitions": "-1"}, "1 to 20"),
     ({"muscles": ["moon"]}, "from the list"), ({"muscles": list(catalog.muscles())[:9]}, "at most 8")],
)  # fmt: skip
def test_what_can_not_be_taken_is_said_and_nothing_typed_is_lost(wrong, said, desk, database):
    answer = upload(desk, None, **{"caution": "Kept words", **wrong})
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    if "caution" not in wrong:
        assert "Kept words" in answer.text
    assert not rows_of(database, OwnStretchRow, OwnStretchRow.caution == "Kept words")


HOSTILE = "<script>alert(1)</script>\"' onerror=x {{ 7*7 }} %(name)s ../../etc"


def test_hostile_words_stay_words(desk, database, cast, visit):
    upload(desk, image(), file=f"../../{HOSTILE}.svg", caution=HOSTILE, steps=HOSTILE)
    (row,) = rows_of(database, OwnStretchRow, OwnStretchRow.caution == HOSTILE)
    desk.post(f"/library/{row.id}/edit", {**WORDS, "name": HOSTILE[:80], "steps": HOSTILE})
    desk.post(f"/library/{row.id}/review", {"reviewer": HOSTILE[:80]})
    for path in ("/library", f"/library/{row.id}", f"/library/{row.id}/edit"):
        page = desk.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert 'onerror=x"' not in page.text
        assert "&lt;script&gt;" in page.text


# Pictures.


def bomb() -> bytes:
    """A PNG of a few bytes that claims 30,000 by 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


TRAPS = {
    "svg as png": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "no JPEG"),
    "html": (b"<html><script>1</script></html>", "no JPEG"),
    "gif": (image("GIF", mode="P"), "no JPEG"),
    "six megabytes": (b"\xff\xd8\xff" + b"x" * (6 * 1024 * 1024), "larger than 5 MB"),
    "bomb": (bomb(), "40 million"),
    "cut off": (noise("JPEG")[:900], "damaged"),
    "cut off webp": (noise("WEBP")[:900], "no JPEG|damaged"),
    "nothing but a head": (b"\x89PNG\r\n\x1a\n", "no JPEG|damaged"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_bad_picture_gets_a_clear_message_and_keeps_the_words(trap, desk, database):
    raw, said = TRAPS[trap]
    answer = upload(desk, raw, file="nice.png")
    assert answer.status_code == 422
    assert re.search(said, text_of(answer.text))
    assert "Slide the arms up." in answer.text
    assert not rows_of(database, OwnStretchRow, OwnStretchRow.name == "Wall slide")


def test_a_file_beyond_all_measure_is_turned_away_in_words(desk):
    answer = upload(desk, b"x" * (9 * 1024 * 1024))
    assert answer.status_code == 413
    assert "at most 5 MB" in text_of(answer.text)


def test_only_staff_may_send_that_much(cast, visit):
    assert upload(visit(cast.alice), image(size=(9, 9)) + b"x" * (2 << 20)).status_code == 413


def test_a_picture_is_upright_small_and_says_nothing_of_its_camera():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of Pia"
    raw = image("JPEG", (3000, 2000), exif=exif, icc_profile=b"profile", comment=b"secret place")
    picture = pictures.tidy(raw)
    assert picture.kind == "image/webp"
    assert b"Camera of Pia" in raw
    assert b"Camera of Pia" not in picture.content
    assert b"secret place" not in picture.content
    with Image.open(io.BytesIO(picture.content)) as seen:
        assert seen.size == (800, 1200)
        assert not seen.getexif()
        assert "icc_profile" not in seen.info


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA", "1", "I;16"])
def test_every_kind_of_png_can_be_taken(mode):
    out = io.BytesIO()
    Image.new(mode, (30, 20)).save(out, "PNG")
    with Image.open(io.BytesIO(pictures.tidy(out.getvalue()).content)) as seen:
        assert seen.size == (30, 20)
        assert seen.mode == "RGB"


def test_what_is_seen_through_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(pictures.tidy(out.getvalue()).content)) as seen:
        assert min(seen.convert("RGB").getpixel((4, 4))) > 250  # type: ignore[arg-type]


# Reviews.


def test_a_named_clinician_stands_by_a_stretch_until_it_is_withdrawn(desk, cast, visit, database):
    path = "/library/side-neck"
    assert "wants a clinician's review" in text_of(desk.get(path).text)
    form = desk.form(path, f"{path}/review")
    assert form.filled({})["reviewer"] == [cast.pia.name]
    assert desk.send(form, reviewer="  Dr. Ada  Muster ").status_code == 303
    page = text_of(desk.get(path).text)
    assert "Reviewed by Dr. Ada Muster on" in page
    assert "wants a clinician's review" not in page
    assert "reviewed" in text_of(desk.get("/library").text)
    assert "wants a clinician's review" in text_of(visit(cast.otto).get(path).text)
    assert desk.post(f"{path}/review", {"action": "withdraw"}).status_code == 303
    assert "wants a clinician's review" in text_of(desk.get(path).text)
    assert desk.post(f"{path}/review", {"action": "withdraw"}).status_code == 404
    (row,) = rows_of(database, StretchReview)
    assert (row.reviewer, row.withdrawn_at) == ("Dr. Ada Muster", NOW)


@pytest.mark.parametrize("name", ["", " ", "x" * 81])
def test_a_review_needs_a_name(name, desk, database):
    assert desk.post("/library/side-neck/review", {"reviewer": name}).status_code == 422
    assert not rows_of(database, StretchReview)


def test_a_review_ends_when_what_was_reviewed_changes(prescribed, desk):
    path = f"/library/{prescribed}"
    desk.post(f"{path}/review", {"reviewer": "Ada"})
    desk.post(f"{path}/edit", {**WORDS})
    assert "Reviewed by Ada" in text_of(desk.get(path).text)
    desk.post(f"{path}/edit", {**WORDS, "steps": "Something else."})
    assert "wants a clinician's review" in text_of(desk.get(path).text)


def test_reviewing_again_replaces_what_was_said(desk, database):
    for name in ("Ada", "Ben"):
        desk.post("/library/side-neck/review", {"reviewer": name})
    rows = rows_of(database, StretchReview)
    assert [row.reviewer for row in rows if row.withdrawn_at is None] == ["Ben"]
    assert len(rows) == 2


# Rules.


def test_numbers_and_dashes_before_a_step_are_taken_off():
    text = "1. Sit.\r\n2) Lean.\n- Hold.\n• Breathe.\n\n3 times slowly.\n10-second hold."
    assert split_steps(text) == (
        "Sit.", "Lean.", "Hold.", "Breathe.", "3 times slowly.", "10-second hold.",
    )  # fmt: skip


def test_many_are_found_with_one_question_and_the_foreign_are_left_out(cast, database, maker):
    own, foreign = cast.own_stretches["Harbour"], cast.own_stretches["Lighthouse"]
    with database.scope(maker.staff(cast.pia)) as scope:
        found = library.find_many(scope, ["side-neck", own, foreign, "no-such", "own-x"])
    assert set(found) == {"side-neck", own}
    assert found[own].is_own


def test_words_that_waited_are_shown_again(app, maker, cast):
    """A form sent after its session had ended; its picture has to be chosen again."""
    waiting = Held("token", "/library/new", [*WORDS.items(), ("muscles", "biceps-brachii")], NOW)
    with app.test_request_context("/sign-in", method="POST"):
        session["_user_id"] = maker.open(cast.pia, NOW).token
        answer = resume_held_form(waiting)
    assert answer is not None
    page = answer.get_data(as_text=True)
    assert "Slide the arms up." in page
    assert 'value="biceps-brachii" checked' in page
