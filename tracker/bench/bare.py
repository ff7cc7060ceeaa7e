"""The counterpart: a bare Flask and SQLAlchemy program that does only the measured work."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from flask import Flask, request
from flask import session as cookie
from jinja2 import Environment
from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, insert, select

from tracker.store.engine import make_engine

_META = MetaData()
ROWS = Table(
    "row",
    _META,
    Column("id", Integer, primary_key=True),
    Column("person", Integer, index=True),
    Column("kind", Text),
    Column("day", Date),
    Column("value", Integer),
    Column("note", Text),
)

_PAGE = """<!doctype html><title>History</title><h1>History</h1>
<svg viewBox="0 0 820 220"><path d="{{ path }}"/></svg>
<table>{% for row in rows %}<tr><td>{{ row[0] }}</td><td>{{ row[1] }}</td><td>{{ row[2] }}</td>
<td>{{ row[3] }}</td><td>{{ row[4] }}</td></tr>{% endfor %}</table>"""


def make(folder: Path, *, people: int = 1, days: int = 365) -> Flask:
    """A program with one table: POST /day writes the rows that it is sent, GET /history reads."""
    engine = make_engine(f"sqlite:///{folder / 'bare.db'}")
    _META.create_all(engine)
    writer = engine.execution_options(tracker_writes=True)
    today = date(2026, 6, 30)
    with writer.begin() as connection:
        for person in range(people):
            connection.execute(
                insert(ROWS),
                [
                    {
                        "person": person,
                        "kind": "pain",
                        "day": today - timedelta(days=back),
                        "value": back % 11,
                        "note": "",
                    }
                    for back in range(days)
                ],
            )
    app = Flask("bare")
    app.secret_key = "bare"  # noqa: S105 - a measuring stick, not a door
    page = Environment(autoescape=True).from_string(_PAGE)

    @app.post("/day")
    def write() -> tuple[str, int]:
        _ = cookie.get("who")
        form = request.form
        count = int(form["rows"])
        with writer.begin() as connection:
            connection.execute(
                insert(ROWS),
                [
                    {"person": 1, "kind": "k", "day": today, "value": n, "note": form["note"]}
                    for n in range(count)
                ],
            )
        return "", 303

    @app.get("/history")
    def history() -> str:
        count = int(request.args["days"])
        with engine.connect() as connection:
            rows = connection.execute(
                select(ROWS.c.day, ROWS.c.value, ROWS.c.kind, ROWS.c.note, ROWS.c.person)
                .where(ROWS.c.person == 0)
                .order_by(ROWS.c.day)
                .limit(count)
            ).all()
        points = " ".join(f"L{n * 2.2:.1f} {200 - row[1] * 18}" for n, row in enumerate(rows))
        return page.render(rows=rows, path=f"M0 0{points}")

    return app
