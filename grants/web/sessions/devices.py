"""The browser in which somebody signs in: its name, and the cookie by which it is known again."""

from __future__ import annotations

import secrets

from flask import current_app, g, request
from werkzeug.wrappers import Response

from grants.services.devices import RETENTION
from grants.services.sessions import Opening

COOKIE = "grants_device"
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}
"""Names of browsers and systems, by the part of the User-Agent header that shows them; the first that fits counts."""


def opening(way: str) -> Opening:
    """How a session of this request is opened. way: `password`, `link` or `provider`."""
    agent = request.headers.get("User-Agent", "")
    g.device = request.cookies.get(COOKIE, "") or secrets.token_urlsafe(32)
    return Opening(way, _name(agent, BROWSERS), _name(agent, SYSTEMS), g.device)


def keep_device(response: Response) -> Response:
    """The response with the cookie by which the browser is known again, if a session was opened."""
    if device := g.get("device"):
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        lifetime = int(RETENTION.total_seconds())
        response.set_cookie(COOKIE, device, max_age=lifetime, httponly=True, samesite="Lax", secure=secure)
    return response


def _name(agent: str, names: dict[str, str]) -> str:
    return next((name for part, name in names.items() if part in agent), "")
