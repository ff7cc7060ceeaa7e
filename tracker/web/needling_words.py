"""Sentences of the needling record: consent, screening, needles, and the record as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain import catalog
from tracker.formats.bodymap import VIEWS, Map
from tracker.web.language import moment
from tracker.web.words import join, muscle_name, number, region_word, side_word, technique_words


def scope_words() -> dict[str, str]:
    """What a consent to needling names."""
    return {
        "needling": _("needling"),
        "electrical": _("electrical needling"),
        "chest_wall": _("places over the lung"),
    }


def screening_words() -> dict[str, str]:
    """What is asked before needles and stretches."""
    return {
        "needle_phobia": _("fear of needles"),
        "bleeding": _("bleeding disorder or blood thinner"),
        "infection": _("infection or broken skin there"),
        "lymphoedema": _("lymphoedema"),
        "immune_compromise": _("weakened immune system"),
        "pregnancy": _("pregnancy"),
        "epilepsy": _("epilepsy"),
        "heart": _("heart disease or pacemaker"),
        "implants": _("implants"),
        "metal_allergy": _("metal allergy"),
        "diabetes": _("diabetes"),
        "pneumothorax": _("earlier pneumothorax"),
        "hypermobility": _("hypermobility"),
        "osteoporosis": _("osteoporosis"),
        "falls": _("falls"),
        "dizziness": _("dizziness"),
        "neck_injury": _("neck injury"),
        "neck_instability": _("unstable neck"),
        "neck_artery_disease": _("disease of the neck's arteries"),
        "rheumatoid_neck": _("rheumatoid arthritis of the neck"),
        "jaw_dislocation": _("jaw dislocation"),
        "shoulder_dislocation": _("shoulder dislocation"),
        "shoulder_surgery": _("shoulder surgery"),
        "shoulder_replacement": _("shoulder replacement"),
        "cuff_repair": _("rotator cuff repair"),
        "hip_replacement": _("hip replacement"),
        "knee_replacement": _("knee replacement"),
        "thumb_arthritis": _("arthritis of the thumb"),
        "ankle_sprain": _("ankle sprain"),
    }


def treatment_words() -> dict[str, str]:
    """What else was done in the same visit."""
    return {
        "manual": _("manual therapy"),
        "heat": _("heat"),
        "massage": _("massage"),
        "stimulation": _("electrical stimulation"),
        "exercise": _("exercise"),
    }


def listed(ids: Sequence[str], words: Mapping[str, str]) -> str:
    """Some of a list's words in one phrase."""
    return join([words.get(one, one) for one in ids])


def needle_words(row: Any) -> str:
    """A row's needle: 0.30 × 40 mm, 25 mm deep, 5 min."""
    parts = []
    gauge = f"{row.gauge / 100:.2f}" if row.gauge else ""
    if gauge and row.length:
        parts.append(_("%(gauge)s × %(length)s mm", gauge=gauge, length=row.length))
    elif gauge or row.length:
        parts.append(_("%(size)s mm", size=gauge or row.length))
    if row.depth:
        parts.append(_("%(depth)s mm deep", depth=row.depth))
    if row.dwell is not None:
        parts.append(_("%(minutes)s min in place", minutes=row.dwell))
    if row.hertz:
        parts.append(_("%(hertz)s Hz", hertz=row.hertz))
    if row.milliamps:
        parts.append(_("%(current)s mA", current=number(row.milliamps)))
    return ", ".join(parts)


def row_words(row: Any) -> str:
    """One needled muscle in one line, without its name."""
    count = ngettext("%(num)d insertion", "%(num)d insertions", row.insertions)
    parts = [count, technique_words()[row.technique], needle_words(row)]
    if row.twitch:
        parts.append(_("twitches %(count)s", count=row.twitch))
    if row.referred_pain:
        parts.append(_("referred pain"))
    if row.pain_during is not None:
        parts.append(_("pain during %(pain)s", pain=row.pain_during))
    if row.bleeding:
        parts.append(_("bleeding"))
    if row.bruising:
        parts.append(_("bruising"))
    if row.lot:
        parts.append(_("lot %(lot)s", lot=row.lot))
    return ", ".join(part for part in parts if part)


def before_after(before: int | None, after: int | None, unit: str = "") -> str:
    """6 before, 4 after; what was not taken is left out."""
    parts = []
    if before is not None:
        parts.append(_("%(value)s before", value=f"{before}{unit}"))
    if after is not None:
        parts.append(_("%(value)s after", value=f"{after}{unit}"))
    return ", ".join(parts)


def session_facts(session: Any) -> list[tuple[str, str]]:
    """What stands in a session's record besides its muscles: (name, words), none empty."""
    needles = ""
    if session.needles_in is not None:
        needles = _("%(count)s in, %(out)s out", count=session.needles_in, out=session.needles_out)
        needles += f" ({session.needles_reason})" if session.needles_reason else ""
    motions = [
        f"{one['movement']}: {before_after(one['before'], one['after'], '°')}"
        for one in session.motions
    ]
    screening = session.screening
    found = [
        (_("Length"), _("%(num)d min", num=session.minutes)),
        (_("Needles"), needles),
        (_("Pain"), before_after(session.pain_before, session.pain_after)),
        (_("Range of motion"), "; ".join(motions)),
        (_("Besides"), listed(session.co_treatments, treatment_words())),
        (_("Aftercare"), _("told and given") if session.is_aftercare_given else ""),
        (_("Consent"), listed(session.consent_scope or [], scope_words())),
        (
            _("Screening"),
            (listed(screening, screening_words()) or _("nothing said yes to"))
            if screening is not None
            else "",
        ),
        (_("Note"), session.note),
    ]
    return [(name, words) for name, words in found if words]


def session_text(
    session: Any, muscles: Sequence[Any], *, patient: str, complaint: str, by: str, zone: str
) -> str:
    """The whole record as plain text, to be filed elsewhere."""
    lines = [
        _("Needling session: %(name)s", name=patient),
        f"{moment(session.needled_at, zone)} · {complaint} · {by}",
        "",
    ]
    lines += [
        f"- {muscle_name(row.muscle)}, {side_word(row.side)}: {row_words(row)}" for row in muscles
    ]
    lines += ["", *(f"{name}: {words}" for name, words in session_facts(session))]
    return "\n".join(lines) + "\n"


def body_pair(
    *, taps: str = "", regions: Sequence[Any] = (), muscles: Sequence[Any] = (), key: str = "body"
) -> list[tuple[str, Any]]:
    """The body from the front and the back: (its name, the drawing)."""
    drawn = Map(regions=regions, muscles=muscles, taps=taps, key=key)  # type: ignore[arg-type]
    names = {"front": _("Front"), "back": _("Back")}
    views = drawn.views() if taps == "lit" else VIEWS
    return [(names[view], Markup(drawn.draw(view))) for view in views]  # noqa: S704 - bodymap.py escapes


def aftercare_lines(own: str) -> list[str]:
    """What a patient reads for 72 h after a session: the clinic's lines, or the product's own."""
    if own.strip():
        return [line.strip() for line in own.splitlines() if line.strip()]
    return [
        _("Soreness like after sport is common. It is usually gone within three days."),
        _("A small bruise or a drop of blood is common too."),
        _("Keep moving gently. Do your stretches if they do not make it worse."),
        _("A warm shower may feel good. Leave hard training for a day."),
        _("You may feel tired: do not drive while drowsy."),
        _("If something feels wrong, look under Safety."),
    ]


def place_choices() -> tuple[tuple[str, str], ...]:
    """(value, words) of every place that a check-in may name: each region left, right, middle."""
    return _place_choices(str(get_locale()))


@lru_cache(maxsize=8)
def _place_choices(_language: str) -> tuple[tuple[str, str], ...]:
    """Four lists of them stand on each day's page: put into words once a language."""
    return tuple(
        (f"{region} {side}", region_word(region, side))
        for region in catalog.regions()
        for side in ("left", "right", "middle")
    )


def lung_risk(muscle_id: str) -> bool:
    """Whether a needle in this muscle can reach the lung."""
    found = catalog.muscles().get(muscle_id)
    return found is not None and found.has_lung_risk


def init(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.filters["extract"] = lambda key, words: words.get(key, key)
    app.jinja_env.filters["muscle_place"] = lambda row: (row.muscle.data, row.side.data)
    app.jinja_env.filters["record"] = lambda said: SimpleNamespace(**said)
    app.jinja_env.globals.update(
        aftercare_lines=aftercare_lines,
        body_pair=body_pair,
        place_choices=place_choices,
        lung_risk=lung_risk,
        row_words=row_words,
        scope_words=scope_words,
        screening_words=screening_words,
        session_facts=session_facts,
        treatment_words=treatment_words,
    )
