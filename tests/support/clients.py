"""A browser without script: it keeps cookies, sends CSRF tokens and fills the forms of pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tests.support.pages import Form, read_forms

RAW_TOKEN = "0" * 40


class Browser:
    """One phone or desk; its own cookies, nobody else's."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.page: TestResponse | None = None

    def get(self, path: str, **more: Any) -> TestResponse:
        self.page = self.client.get(path, **more)
        return self.page

    def post(
        self, path: str, data: Any = None, *, csrf: bool = True, follow: bool = False, **more: Any
    ) -> TestResponse:
        """Post a form; `follow` goes on to where the answer leads."""
        sent = dict(data or {})
        if csrf:
            sent["csrf_token"] = self.csrf_token()
        self.page = self.client.post(path, data=sent, follow_redirects=follow, **more)
        return self.page

    def csrf_token(self) -> str:
        """A token that fits this browser's session, as a page would carry it."""
        with self.client.session_transaction() as session:
            raw = session.setdefault("csrf_token", RAW_TOKEN)
        key = self.app.config["SECRET_KEY"]
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))

    def carry(self, token: str) -> Browser:
        """Put a session's token into the cookie, as signing in does."""
        with self.client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
            session.permanent = True
        return self

    def forms(self, path: str) -> list[Form]:
        """The forms of a page, as they stand when it is opened."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        found = read_forms(answer.text)
        for form in found:
            form.action = form.action or path
        return found

    def form(self, path: str, action: str | None = None) -> Form:
        """The page's form that posts to `action`, else to the page's own path."""
        wanted = action or path.partition("?")[0]
        found = [form for form in self.forms(path) if form.action.partition("?")[0] == wanted]
        assert found, f"{path} has no form for {wanted}"
        return found[0]

    def send(self, form: Form, *, follow: bool = False, **changes: Any) -> TestResponse:
        """Send a form as it stands, with some answers changed (None leaves a field out)."""
        data = form.filled(changes)
        self.page = self.client.post(form.action, data=data, follow_redirects=follow)
        return self.page

    def cookie(self, name: str = "aftercare") -> str | None:
        found = self.client.get_cookie(name)
        return found.value if found else None
