"""Every page and every state of one that is looked at: whose it is and how one gets there."""

from __future__ import annotations

from tests.browser.places.door import DOOR
from tests.browser.places.patients import PATIENTS
from tests.browser.places.staff import STAFF

PLACES = [*DOOR, *PATIENTS, *STAFF]

NO_PAGES = {
    "spells.show_spell",
    "patient.show_stretch_picture",
    "api.describe",
    "api.show_days",
    "api.show_session",
    "auth.root",
    "clinic.export_register",
    "own_brief.print_brief",
    "patient.export_csv",
    "patient.print_stretches",
    "physio.print_brief",
    "physio.print_programme",
    "patient.export_json",
    "pwa.healthz",
    "pwa.manifest",
    "pwa.readyz",
    "pwa.worker",
}
"""What answers a GET with a redirect, a file, a part of a page or a line for machines."""
