"""The headers that each answer carries: a strict policy, and nothing sensitive in a cache."""

from __future__ import annotations

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_FEATURES = (
    "accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone",
    "payment", "usb",
)  # fmt: skip
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Tokens stand in some addresses: no other site is told any.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _FEATURES),
}


def refuse_foreign_forms(app: Flask) -> None:
    """Turn other sites' forms away before anything touches the session.

    Such a form comes without our cookie (SameSite=Lax); an answer that began a new session for it
    would overwrite a patient's sign-in of many months.
    """

    def refuse() -> Response | None:
        is_foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
        if request.method != "POST" or not is_foreign or request.path.startswith("/unsubscribe/"):
            return None
        return Response("This form came from another site.", 400, mimetype="text/plain")

    app.before_request(refuse)


def init(app: Flask, *, is_https: bool) -> None:
    """Put the headers onto every answer of the application."""

    def dress(answer: Response) -> Response:
        for name, value in FIXED.items():
            answer.headers.setdefault(name, value)
        if is_https:
            answer.headers.setdefault(
                "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
            )
        if "Cache-Control" not in answer.headers:
            answer.headers["Cache-Control"] = "no-store"
        if request.cookies or answer.headers.get("Set-Cookie"):
            answer.vary.add("Cookie")
        return answer

    app.after_request(dress)
