"""What a patient's phone says by itself, without the server: its words travel with each page."""

from __future__ import annotations

from functools import cache

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from tracker.web.messages import text_of
from tracker.web.words import outcome_words, soreness_outlook


def phone_words() -> Markup:
    """What the phone says by itself, as JSON that may stand in an attribute."""
    return _phone_words(str(get_locale()))


@cache
def _phone_words(_language: str) -> Markup:
    # The same for everybody who reads this language, and on every page: written once.
    return htmlsafe_json_dumps(_phone_texts())


def _phone_texts() -> dict[str, str]:
    """The texts by name, in the page's language; {n} is a number, {day} a day."""
    outlooks = {f"outlook_{hours}": soreness_outlook(hours) for hours in (0, 24, 73)}
    return {
        **outlooks,
        "saved": _("Saved on this phone"),
        "saved_long": _("Saved on this phone. It is sent as soon as there is a network."),
        "sent": _("Sent"),
        "sent_long": _("Saved and sent to your clinic."),
        "waiting_one": _("{n} entry waits on this phone"),
        "waiting_other": _("{n} entries wait on this phone"),
        "refused_one": _("{n} entry needs a look"),
        "refused_other": _("{n} entries need a look"),
        "sign_in": _("Your entries are safe on this phone. Sign in again to send them."),
        "sign_in_do": _("Sign in"),
        "look": _("Look"),
        "kept": _("No network. This is how it stood on {day}."),
        "no_network_today": _("No network. You can log as always."),
        "no_network": _("This needs a network. Nothing was changed."),
        "not_saved": _("This phone could not keep it. Leave this page open and try again."),
        "full": _("This phone's storage is full. Make some room, then try again."),
        "pain_needed": text_of("pain_needed"),
        "nothing_chosen": text_of("nothing_chosen"),
        "look_at_marked": _("Not saved yet: look at the marked place."),
        "stale_day": text_of("stale_day"),
        "about_day": _("It is about {day}"),
        "about_today": _("It is about today"),
        "later": _("you add this later"),
        "added_later": _("added later"),
        "past_day": _("a past day"),
        "front": _("Front"),
        "back": _("Back"),
        "said_before": _("{day} you said {n}."),
        "just_now": _("less than an hour ago"),
        "hours_one": _("{n} hour ago"),
        "hours_other": _("{n} hours ago"),
        "days_one": _("{n} day ago"),
        "days_other": _("{n} days ago"),
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "logged": _("logged"),
        "not_logged": _("not logged"),
        "spell_yes": _("Noted as a bad spell."),
        "spell_no": _("Noted: just a bad day."),
        "save_today": _("Save today"),
        "save_day": _("Save this day"),
        "save_changes": _("Save changes"),
        "minutes_one": _("{n} minute"),
        "minutes_other": _("{n} minutes"),
        **_unsent_words(),
        "install": _("On your home screen it opens like an app, without a network too."),
        "install_do": _("Put it there"),
        "install_apple": _(
            "On your home screen it opens like an app, without a network too: tap the share sign"
            " below, then “Add to Home Screen”."
        ),
        "not_now": _("Not now"),
        "update": _("A new version of the app is ready."),
        "update_do": _("Use it now"),
    }


def _unsent_words() -> dict[str, str]:
    """The words of the list of what waits."""
    return {
        "kind_soreness": _("Soreness {n}"),
        "kind_safety": _("A safety report"),
        "kind_spell_yes": _("A bad spell: yes"),
        "kind_spell_no": _("A bad spell: no, just a bad day"),
        "kind_pain_average": _("Pain {n}"),
        "waits": _("waits for a network"),
        "refused": _("not taken"),
        "refused_gone": _("It no longer fits what is open at your clinic."),
        "mend": _("Mend"),
        "delete": _("Delete"),
        "undo": _("Undo"),
        "deleted": _("Deleted from this phone."),
        "unreadable": _("An entry here can't be read on this phone any more: log it again."),
        "nothing_waits": _("Nothing waits. Everything you saved has been sent."),
        "retried": _("Still no network. It goes out by itself as soon as there is one."),
        "kind_pain_worst": _("worst {n}"),
        "kind_stiffness": _("stiffness {n}"),
        "kind_is_flare_true": _("a bad spell"),
        "kind_is_flare_false": _("no bad spell"),
        "kind_sleep": _("trouble sleeping {n}"),
        "kind_stress": _("stress {n}"),
        **{f"outcome_{name}": word for name, word in outcome_words().items()},
        "pin_set": _("The PIN is set. It is asked for when the app is opened."),
        "pin_off": _("The PIN is taken away."),
        "pin_short": _("Use 4 to 12 digits."),
        "pin_differs": _("The two PINs are not the same."),
        "wiped": _("The copies on this phone are gone. What waits to be sent is still here."),
        "leave_one": _("{n} entry has not been sent. It would be lost."),
        "leave_other": _("{n} entries have not been sent. They would be lost."),
    }


def guide_words() -> Markup:
    """What the guided session says, as JSON for an attribute: on its own pages alone."""
    return htmlsafe_json_dumps(
        {
            "count": _("{n} of {all}"),
            "ready": _("Get ready"),
            "ready_left": _("Get ready: left side"),
            "ready_right": _("Get ready: right side"),
            "hold": _("Hold. {n} of {all}"),
            "hold_left": _("Hold, left side. {n} of {all}"),
            "hold_right": _("Hold, right side. {n} of {all}"),
            "change": _("Change sides"),
            "change_left": _("Change to the left side"),
            "change_right": _("Change to the right side"),
            "rest": _("Let go and rest"),
            "rest_left": _("Let go and rest. Left side next"),
            "rest_right": _("Let go and rest. Right side next"),
            "paused": _("Paused. Nothing runs on."),
            "pause": _("Pause"),
            "resume": _("Go on"),
            "next": _("Next stretch"),
            "again": _("Once more"),
            "finish": _("Finish"),
            "from_here": _("Go on where you stopped"),
            "sound_on": _("Sound is on"),
            "sound_off": _("Sound is off"),
            "well_done": _("Well done. It is in your log."),
        }
    )


def init(app: Flask) -> None:
    """Give the templates these words."""
    app.jinja_env.globals["phone_words"] = phone_words
