"""Static files: one hash names the whole tree, so modules find each other by relative paths."""

from __future__ import annotations

import atexit
import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from markupsafe import Markup, escape
from whitenoise import WhiteNoise

from tracker.paths import STATIC
from tracker.web import figures

PACKED = {".css", ".js", ".svg", ".json", ".webmanifest"}
PACK_LEAST = 500
"""Bytes under which gzip costs more than it saves."""

PAGE_LEVEL, QUICK_LEVEL, LARGE_LEVEL = 5, 3, 1
"""How well a page is packed; one that counts milliseconds asks for the second (`pack_quickly`)."""

LARGE = 200_000
"""Bytes from which a page is packed lightly: a list of thousands takes longer to pack than to make.
"""


def pack_quickly() -> None:
    """Have this request's page packed in a third of the time, by an eighth worse."""
    g.pack_level = QUICK_LEVEL


def tree_hash(root: Path, made: Mapping[str, str]) -> str:
    """Twelve hex digits over names and contents of every file, those that are made included."""
    digest = hashlib.sha256()
    for name, text in made.items():
        digest.update(name.encode() + b"\0" + text.encode())
    for path in sorted(root.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def bare(script: str) -> str:
    """A script without its comments and its indent: those are for who reads the source.

    A phone waits for every byte. Only whole lines go, so no string that spans lines may stand in a
    script; a test reads them all.
    """
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def build(root: Path, made: Mapping[str, str], version: str) -> Path:
    """A private copy of the tree under its version, each text file packed beside itself."""
    out = Path(tempfile.mkdtemp(prefix="aftercare-static-"))
    atexit.register(_remove, out, os.getpid())
    target = out / version
    shutil.copytree(root, target)
    for name, text in made.items():
        path = target / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    for path in target.rglob("*.js"):
        path.write_text(bare(path.read_text("utf-8")), "utf-8")
    for path in list(target.rglob("*")):
        if path.suffix in PACKED and path.stat().st_size >= PACK_LEAST:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9))
    return out


def _remove(folder: Path, maker: int) -> None:
    """Leave nothing behind; forked workers end without taking their master's files along."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)


def init(app: Flask) -> None:
    """Serve the tree at /static/<version>/ for ever, and pack the pages."""
    made = figures.files()
    version = tree_hash(STATIC, made)
    app.config["STATIC_VERSION"] = version

    def static_url(name: str) -> str:
        return f"/static/{version}/{name}"

    @lru_cache(maxsize=512)
    def icon(name: str, label: str = "") -> Markup:
        """One of the icons; a label for who can't see it, none where words stand beside it."""
        told = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
        place = f"{static_url('img/icons.svg')}#{escape(name)}"
        return Markup(  # noqa: S704 - escaped above
            f'<svg class="icon" width="24" height="24" {told}><use href="{place}"/></svg>'
        )

    app.jinja_env.globals.update(static_url=static_url, icon=icon)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(build(STATIC, made, version)),
        prefix="static/",
        immutable_file_test=lambda _path, _url: True,
        max_age=31536000,
        add_headers_function=_dress,
    )
    app.after_request(_pack)


def _dress(headers: Any, _path: str, _url: str) -> None:
    """WhiteNoise answers before the application does, so its files are dressed here."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def _pack(answer: Response) -> Response:
    if (
        answer.direct_passthrough
        or answer.status_code < 200
        or answer.status_code in {204, 304}
        or "Content-Encoding" in answer.headers
        or not _is_text(answer.mimetype or "")
    ):
        return answer
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    if len(body) < PACK_LEAST or not request.accept_encodings["gzip"]:
        return answer
    level = LARGE_LEVEL if len(body) > LARGE else g.get("pack_level", PAGE_LEVEL)
    answer.set_data(_gzip(body, level))
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind.endswith(("json", "svg+xml"))


def _gzip(body: bytes, level: int) -> bytes:
    """Pack a page, with a length that says little.

    A name of random length in gzip's header hides what a guess beside a secret would shorten
    (BREACH).
    """
    noise = os.urandom(1)[0] % 48
    name = os.urandom(24).hex()[:noise].encode()
    packed: Any = gzip.compress(body, level, mtime=0)
    # Flag FNAME in the header, then the name and its closing zero.
    return bytes(packed[:3] + b"\x08" + packed[4:10] + name + b"\0" + packed[10:])
