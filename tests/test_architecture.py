"""The floors hold: who may import whom, who may use a door, and nothing happens at import."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import tracker
from tracker.paths import TEMPLATES

ROOT = Path(tracker.__file__).parent
MODULES = {
    ".".join(("tracker", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in sorted(ROOT.rglob("*.py"))
}

# What each floor may import of the house, besides itself.
FLOORS = {
    "domain": set(),
    "store": {"domain", "paths"},
    "services": {"domain", "store", "config"},
    "formats": {"domain"},
    "adapters": {"services.ports"},
    "web": {"domain", "services", "formats", "config", "paths"},
    "config": {"domain"},
    "i18n": {"paths", "domain"},
    "paths": set(),
}
ASSEMBLERS = {"app", "cli", "serving", "worker", "bench"}
"""Entry points know everyone."""

DOORS = {
    "accounts", "caseload", "demo", "flag_mail", "health", "held", "hub", "invitations", "judging", "limits", "outreach",
    "patient_joining", "raising", "sharing", "staff_joining", "clinics",
    "nudges",
}  # fmt: skip
"""Services that work before anybody is known, or for somebody who is not signed in."""

FOREIGN_TO_DOMAIN = {"sqlalchemy", "flask", "wtforms", "alembic", "werkzeug", "jinja2", "babel"}
FOREIGN_TO_WEB = {"sqlalchemy", "alembic", "sqlcipher3", "sqlite3", "psycopg"}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    """Every module that a module names in an import, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            assert node.module
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in whole}
    return frozenset(found)


def floor_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def inside(name: str, allowed: set[str]) -> bool:
    bare = name.removeprefix("tracker").removeprefix(".")
    return any(bare == one or bare.startswith(f"{one}.") for one in allowed)


def test_every_module_stands_on_a_floor():
    assert {floor_of(module) for module in MODULES} <= {*FLOORS, *ASSEMBLERS, ""}


@pytest.mark.parametrize("module", [name for name in MODULES if floor_of(name) in FLOORS])
def test_a_floor_imports_only_what_lies_below(module):
    floor = floor_of(module)
    own = {name for name in imports(module) if name.split(".")[0] == "tracker"}
    wrong = {name for name in own if not inside(name, {floor, *FLOORS[floor]})}
    assert not wrong, f"{module} imports {sorted(wrong)}"


@pytest.mark.parametrize("module", [name for name in MODULES if floor_of(name) == "domain"])
def test_the_domain_needs_the_standard_library_alone(module):
    others = {name.split(".")[0] for name in imports(module)} - {"tracker"}
    assert others <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("module", [name for name in MODULES if floor_of(name) == "web"])
def test_the_web_knows_no_database(module):
    others = {name.split(".")[0] for name in imports(module)}
    assert not others & FOREIGN_TO_WEB
    assert not {name for name in imports(module) if name.startswith("tracker.store")}


@pytest.mark.parametrize(
    "module", [name for name in MODULES if floor_of(name) in {"services", "store", "formats"}]
)
def test_nothing_below_the_web_knows_the_web(module):
    others = {name.split(".")[0] for name in imports(module)}
    assert not others & (FOREIGN_TO_DOMAIN - {"sqlalchemy", "alembic"})


def test_the_services_that_may_use_a_door_are_few():
    using = {
        module.removeprefix("tracker.services.")
        for module in MODULES
        if floor_of(module) == "services"
        and re.search(r"\bDoor\b|\bDatabase\b|open_door", MODULES[module].read_text("utf-8"))
    }
    assert using <= DOORS, f"{sorted(using - DOORS)}: does this need a door?"
    assert using == DOORS, f"{sorted(DOORS - using)}: no longer needed here"


def test_only_the_store_makes_sessions_and_engines():
    for module, path in MODULES.items():
        if floor_of(module) == "store":
            continue
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(create_engine|sessionmaker|Session\()", source), module


def test_every_module_opens_with_a_sentence_on_its_job():
    for module in MODULES:
        assert ast.get_docstring(tree(module)), module


# Templates.

INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\bsrc=)|javascript:"
)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_inline_script_or_style(path):
    source = path.read_text(encoding="utf-8")
    if path.parent.name == "email":
        source = re.sub(r"<style\b|\sstyle\s*=", "", source)
    assert not INLINE.findall(source)


def test_templates_trust_no_value_blindly():
    for path in TEMPLATES.rglob("*.html"):
        assert "| safe" not in path.read_text(encoding="utf-8"), path.name
        assert "|safe" not in path.read_text(encoding="utf-8"), path.name


# Nothing happens at import.

WATCH = """
import importlib, sys, os, socket, threading, pathlib
import sqlalchemy, sqlalchemy.engine.create as create
made = []
original = create.create_engine
def watched(*args, **kwargs):
    made.append(args)
    return original(*args, **kwargs)
sqlalchemy.create_engine = create.create_engine = watched
opened = []
sys.addaudithook(lambda event, args: opened.append((event, args)) if event in
    ("socket.connect", "subprocess.Popen", "os.mkdir", "os.remove") or
    (event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
     and "__pycache__" not in str(args[0])) else None)
for name in {names!r}:
    importlib.import_module(name)
assert not made, made
assert not opened, opened
assert threading.active_count() == 1
"""


def test_importing_a_module_does_nothing():
    names = [name for name in MODULES if not name.endswith("__main__")]
    clean = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WATCH.replace("{names!r}", repr(names))],
        check=False, capture_output=True, text=True, cwd=ROOT.parent, env=clean,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
