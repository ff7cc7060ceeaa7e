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
        "depth_over_length": _("A needle goes no deeper than it is long."),
        "dwell_over_session": _("A needle stays in no longer than the session takes."),
        "electrical_only": _("This belongs to electrical needling."),
        "consent_electrical": _("Electrical needling needs a consent that names it."),
        "confirm_consent": _("Ask again about consent and screening, then tick this."),
        "needles": _("Write a whole number of needles, at most 200."),
        "needles_counted": _("Count the needles that came out."),
        "needles_differ": _(
            "Not as many out as in: look for the needle, or write what became of it."
        ),
        "session_amended": _(
            "A colleague changed this record meanwhile. Open it again, then make your change."
        ),
        "minutes": _("From 1 to 180 minutes."),
        "length": _("From 5 to 150 mm."),
        "depth": _("From 1 to 150 mm."),
        "dwell": _("From 0 to 180 minutes."),
        "hertz": _("From 1 to 200 Hz."),
        "decimal": _("Write a number such as 0.30, in the usual range."),
        "degrees": _("Write whole degrees, from -60 to 360."),
        "movement_needed": _("Name the movement."),
        "prescribed_already": _("This stretch is in the programme already. Change it below."),
        "sets_range": _("From 1 to 6 times a day."),
        "repetitions_range": _("From 1 to 20 repetitions."),
        "hold_seconds_range": _("From 3 to 120 seconds."),
        "ruled_out": _("The screening speaks against this stretch: confirm that you mean it."),
        "name_taken": _("A template of this name is there already."),
        "nothing_prescribed": _("There is nothing in the programme to keep yet."),
        "pause_order": _("The last day is before the first."),
        "pause_early": _("This begins too long ago."),
        "pause_long": _("This is longer than three months. Check the dates."),
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
        "spans_overlap": _("Two spans of one day overlap."),
        "span_order": _("The end has to come after the beginning."),
        "span_half": _("Write both times, such as 08:00 and 12:30."),
        "time_gap": _("The clock skipped this time that night. Choose another."),
    }
    return texts.get(code, code)
