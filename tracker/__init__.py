"""Aftercare: what happens between two needling sessions, logged by patients, seen by physios."""

__version__ = "0.1.0"
