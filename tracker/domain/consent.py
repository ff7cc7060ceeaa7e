"""Consent to share: its current version, and what its wording promises."""

from __future__ import annotations

VERSION = "2026-11"
"""The version of the consent text that `templates/auth/_consent.html` shows; a changed text is a
changed version, and each consent row keeps the one that was read."""
