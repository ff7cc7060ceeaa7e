"""Where templates, static files and migrations lie, in a checkout or an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _find_top(package: Path) -> Path:
    """The folder holding the three: inside an installed package, else beside it."""
    installed = package / "_top"
    return installed if installed.is_dir() else package.parent


_TOP = _find_top(_PACKAGE)

TEMPLATES = _TOP / "templates"
STATIC = _TOP / "static"
MIGRATIONS = _TOP / "migrations"
