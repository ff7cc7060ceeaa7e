"""Message codes of the domain and services, in the reader's words."""

from __future__ import annotations

from flask_babel import gettext as _


def text_of(code: str) -> str:
    """What a code says beside its field; a text that is no code is said as it is."""
    texts = {
        "future_day": _("This day has not come yet."),
        "too_long_ago": _("This is more than ten years ago. Check the year."),
        "before_episode": _("This day is before the treatment began."),
        "nothing_chosen": _("Nothing is chosen yet. Tap a number to begin."),
        "pain_needed": _("Choose a number for your pain."),
        "scale": _("Choose a whole number from 0 to 10."),
        "note_long": _("The note is too long: shorten it to 2,000 characters."),
        "before_needling": _("This is before the needles went in."),
        "soreness_over": _("Soreness is asked about in the first week after needling only."),
        "not_prescribed": _("This stretch was not in your programme on that day."),
        "unknown": _("Choose one from the list."),
        "wrong_pair": _("This address and password do not fit together."),
        "wrong_password": _("This is not your password."),
        "password_short": _("Use at least 10 characters. A sentence is a good password."),
        "password_long": _("Use at most 200 characters."),
        "consent_needed": _("Please agree first. Without it your clinic can't see your log."),
        "guardian_needed": _("A parent or guardian has to agree: write their name."),
        "not_them": _("This does not match the clinic's record. Check the name and the year."),
        "future_session": _("This session has not happened yet."),
        "muscle_needed": _("Choose at least one muscle."),
        "insertions": _("Write a whole number from 1 to 60."),
        "prescribed_already": _("This stretch is in the programme already. Change it below."),
        "sets_range": _("From 1 to 6 times a day."),
        "repetitions_range": _("From 1 to 20 repetitions."),
        "hold_seconds_range": _("From 3 to 120 seconds."),
        "days_needed": _("Choose at least one day."),
        "zone": _("Choose a time zone from the list."),
        "own_membership": _("You can't change your own membership."),
        "needed": _("This is needed."),
        "too_long": _("This is too long."),
        "whole_number": _("Write a whole number."),
        "date": _("Write a date, such as 2026-11-22."),
        "time": _("Write a time, such as 14:30."),
        "email": _("This does not look like an e-mail address."),
        "year": _("Write the year with four digits."),
        "bad_code": _("This code is not known, or its time is over."),
        "new_phone_by_mail": _(
            "This patient does not share the log: a new phone is signed in by mail only."
        ),
        "stale_day": _("This page was opened on another day. Which day is it about?"),
        "gone": _("Something you answered is no longer open; that part was not saved."),
        "id": _("This is not an id."),
        "moment": _("Write a moment with its offset, such as 2026-11-22T18:00:00+01:00."),
        "text": _("This is not readable text."),
        "unreadable": _("This could not be read."),
        "op_id_used": _("This was sent before with other content. Save it once more."),
        "entry_elsewhere": _("This entry already stands for another day or problem."),
        "sets_done_range": _("From 0 to 20 sets."),
        "steps_needed": _("Write at least one step."),
        "steps_long": _("At most 6 steps, each of at most 200 characters."),
        "muscles_many": _("Choose at most 8 muscles."),
        "picture_large": _("This picture is larger than 5 MB. Choose a smaller one."),
        "picture_pixels": _("This picture has more than 40 million pixels. Make it smaller first."),
        "picture_kind": _("This is no JPEG, PNG or WebP picture."),
        "picture_broken": _("This picture is damaged and can't be read."),
        "time_gap": _("The clock skipped this time that night. Choose another."),
    }
    return texts.get(code, code)
