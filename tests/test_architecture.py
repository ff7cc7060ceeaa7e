"""The floors: who may import whom, who may use the door, and what stands in no template."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tracker"

ALLOWED = {
    "domain": {"domain"},
    "formats": {"formats", "domain"},
    "adapters": {"adapters", "services.ports"},
    "store": {"store", "domain", "paths"},
    "services": {"services", "store", "domain", "config"},
    "web": {"web", "services", "formats", "domain", "config", "paths"},
    "cli": {"cli", "services", "store", "domain", "config", "app", "serving", "worker", "bench"},
}
"""What each floor may import of the package; `cli` opens and migrates databases, so it may see
the store's engine, and starts everything else."""

ENTRIES = {"app", "serving", "worker", "wsgi", "bench", "i18n", "config", "paths"}
"""Modules that put floors together, or that every floor stands on."""

DOOR = {
    "accounts", "clinics", "demo", "held", "joining", "limits", "outreach", "sharing",
}  # fmt: skip
"""Services that work before anybody is known, or that end a colleague's sign-ins: the only ones
that may hold a session without a scope."""

LIBRARIES = {
    "domain": set(),
    "web": {"babel", "email_validator", "flask", "flask_babel", "flask_login", "flask_wtf",
            "markupsafe", "segno", "werkzeug", "whitenoise", "wtforms"},
}  # fmt: skip
"""Libraries of the floors where that is a promise: none below, no SQL above."""


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def floor_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [alias.name for alias in node.names]
            yield from (f"{node.module}.{name}" for name in names)


def own(name):
    """What is imported of the package, without its name; None for a library."""
    head, _, rest = name.partition(".")
    return rest if head == "tracker" else None


@pytest.mark.parametrize("floor", ALLOWED)
def test_a_floor_imports_only_what_stands_below_it(floor):
    wrong = []
    for path in modules():
        if floor_of(path) != floor:
            continue
        for name in imports(path):
            inner = own(name)
            if inner is None or inner == "__version__":
                continue
            if not any(inner == ok or inner.startswith(f"{ok}.") for ok in ALLOWED[floor]):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert wrong == []


def test_every_module_belongs_to_a_floor():
    floors = {floor_of(path) for path in modules()}
    assert floors - {"__init__"} <= {*ALLOWED, *ENTRIES}


@pytest.mark.parametrize("floor", LIBRARIES)
def test_the_rules_need_no_library_and_the_pages_no_sql(floor):
    wrong = []
    for path in modules():
        if floor_of(path) != floor:
            continue
        for name in imports(path):
            top = name.split(".")[0]
            if top not in {"tracker", *sys.stdlib_module_names, *LIBRARIES[floor]}:
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert wrong == []


def test_only_named_services_may_hold_a_session_without_a_scope():
    users = {
        path.stem
        for path in (PACKAGE / "services").glob("*.py")
        if any(name == "tracker.store.scope.Door" for name in imports(path))
        or "open_door()" in path.read_text(encoding="utf-8")
    }
    assert users == DOOR


def test_pages_use_the_door_through_named_services_only():
    """A page may open the door, but hands it straight to a service that may hold one."""
    for path in (PACKAGE / "web").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "door.session" not in text, path
        assert "door.run" not in text, path


def test_importing_the_package_connects_to_nothing():
    names = [
        str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__")
        for path in modules()
        if path.stem != "__main__"
    ]
    program = (
        "import importlib, sqlalchemy, sqlalchemy.engine.create as create\n"
        "def refuse(*args, **kwargs): raise SystemExit('an engine was made at import')\n"
        "sqlalchemy.create_engine = create.create_engine = refuse\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_module_opens_with_a_sentence_on_its_job():
    for path in modules():
        first = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert first, path
        assert first.split("\n\n")[0].rstrip().endswith((".", ":")), path


INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
)


def test_no_template_holds_script_or_style_inline():
    """The policy would refuse it; a mail has no other way."""
    for path in (ROOT / "templates").rglob("*.html"):
        if "email" not in path.parts:
            assert not INLINE.search(path.read_text(encoding="utf-8")), path


def test_no_template_marks_text_as_safe():
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "|safe" not in text.replace(" ", ""), path
            assert "autoescape" not in text, path


def test_every_message_code_has_its_words():
    """A code without words would be shown as it is."""
    source = (PACKAGE / "web" / "messages.py").read_text(encoding="utf-8")
    known = set(re.findall(r'^\s+"([a-z_0-9]+)": _\(', source, re.MULTILINE))
    used = set()
    for path in [*(PACKAGE / "services").glob("*.py"), *(PACKAGE / "web").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:Invalid|take_errors)\(\{"\w+": \["([a-z_0-9]+)"\]', text))
        used |= set(re.findall(r'errors\[[^]]+\] = \["([a-z_0-9]+)"\]', text))
        used |= set(re.findall(r'(?:needed\(|code=)"([a-z_]+)"', text))
    assert used - known == set()
