"""What every request and response carries: security headers and the time of arrival."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from flask import Flask, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

from grants.db import now

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Flask) -> None:
    """Record when each request arrives, and set the headers of every response."""
    app.before_request(_arrive)
    app.after_request(_secure)


def arrived_at() -> datetime:
    """When this request arrived, by the database's clock; deadlines are compared with it."""
    at: datetime = g.arrived_at if "arrived_at" in g else now()
    return at


def answered_at() -> datetime:
    """The present instant by the database's clock, which is not asked again: that of the arrival and the time since."""
    return arrived_at() + timedelta(seconds=monotonic() - g.get("arrived", monotonic()))


def _arrive() -> None:
    if request.method == "POST":
        g.arrived_at, g.arrived = now(), monotonic()


def _secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in response.headers:
        # the answer may repeat what was typed; before its second step, a session may be shown the secret of an app
        personal = current_user.is_authenticated or g.get("session") is not None or request.method == "POST"
        response.headers["Cache-Control"] = "no-store" if personal else "private, no-cache"
    return response
