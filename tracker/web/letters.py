"""Letters: a mail's subject, text and html from three templates of its kind."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale

from tracker.config import Settings
from tracker.services.outreach import Letter, Renderer
from tracker.services.ports import Message


def make_renderer(settings: Settings) -> Renderer:
    """A renderer for one address of the app; it needs an application context."""

    def render(letter: Letter) -> Message:
        with force_locale(letter.language):
            return _render(settings, letter)

    return render


def _render(settings: Settings, letter: Letter) -> Message:
    values = {
        "letter": letter,
        "link": settings.base_url + letter.path,
        "unsubscribe": None,
        "base_url": settings.base_url,
    }
    headers = {}
    if letter.unsubscribe:
        values["unsubscribe"] = f"{settings.base_url}/unsubscribe/{letter.unsubscribe}"
        headers = {
            "List-Unsubscribe": f"<{values['unsubscribe']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    subject = render_template(f"email/{letter.kind}.subject", **values)
    return Message(
        to=letter.to,
        subject=" ".join(subject.split()),
        text=render_template(f"email/{letter.kind}.txt", **values),
        html=render_template(f"email/{letter.kind}.html", **values),
        message_id=letter.message_id,
        headers=headers,
    )
