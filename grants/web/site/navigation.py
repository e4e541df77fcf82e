"""The frame of every page: security headers, navigation, the signed-in person."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from config import LANGUAGES
from grants.access import Permission
from grants.db import now
from grants.queries.tasks import inbox
from grants.queries.tasks.task import Task
from grants.web.site.authorization import principal
from workflows.engine.roles import Role

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

PLACES: tuple[tuple[frozenset[Role], str, str], ...] = (
    (frozenset({Role.APPLICANT}), "Your tasks", "tasks.show"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.FINANCE}), "Inbox", "tasks.show"),
    (frozenset({Role.APPLICANT}), "Proposals", "applications.index"),
    (frozenset({Role.REVIEWER}), "My reviews", "reviews.index"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR}), "Calls", "calls.index"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR}), "Applications", "applications.index"),
    (frozenset({Role.APPLICANT}), "Grants", "awards.index"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.FINANCE}), "Awards", "awards.index"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR}), "Reports", "reports.index"),
    (frozenset({Role.FINANCE, Role.AUDITOR}), "Batches", "batches.index"),
    (frozenset({Role.FINANCE, Role.OFFICER, Role.APPROVER, Role.AUDITOR}), "Funds", "funds.index"),
    (frozenset({Role.ADMINISTRATOR}), "People", "persons.index"),
    (frozenset({Role.ADMINISTRATOR}), "Failures", "failures.index"),
)


def page(template: str, view: object | None = None, /, **values: Any) -> str:
    """Render a page; the template reads its view model as `view`."""
    return render_template(template, view=view, **values)


def init_app(app: Flask) -> None:
    """Register the frame's template values and the headers of every response."""
    app.before_request(_arrive)
    app.context_processor(_frame)
    app.after_request(_safe)


def arrived_at() -> datetime:
    """When this request arrived, by the database's clock; deadlines are compared with it."""
    at: datetime = g.arrived_at
    return at


def new_idempotency_key() -> str:
    """A new idempotency key for a form."""
    return secrets.token_urlsafe(16)


def _arrive() -> None:
    if request.method == "POST":
        g.arrived_at = now()


def _safe(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if current_user.is_authenticated else "private, no-cache"
    if (asked := request.args.get("language")) in LANGUAGES:
        response.set_cookie("grants_language", asked or "", max_age=31_536_000, samesite="Lax", httponly=True)
    return response


def _frame() -> dict[str, Any]:
    settings = current_app.extensions["settings"]
    locale = get_locale()
    return {
        "places": _places(),
        "person": _person(),
        "demo": settings.demo,
        "density": "dense" if _office() else "roomy",
        "wide": _office(),
        "locale": str(locale or "en").replace("_", "-"),
        "direction": locale.text_direction if locale else "ltr",
        "languages": _languages(),
        "foot": _foot(demo=settings.demo),
        "urls": {
            "home": url_for("tasks.show") if principal().id else url_for("public.home"),
            "sign_in": url_for("sessions.new"),
            "sign_out": url_for("sessions.end"),
        },
        "idempotency_key": new_idempotency_key,
        "may": lambda name: principal().may(Permission(name)),
    }


def _foot(*, demo: bool) -> list[dict[str, str]]:
    mails = [{"title": gettext("Demonstration e-mails"), "url": url_for("mailbox.index")}] if demo else []
    return [{"title": gettext("Verify a letter"), "url": url_for("documents.verify")}, *mails]


def _office() -> bool:
    return bool(set(principal().calls) - {Role.REVIEWER})


def _person() -> dict[str, str] | None:
    """The signed-in person, with their organisation if there is exactly one."""
    if not principal().id:
        return None
    sides = inbox.sides(principal())
    return {
        "name": current_user.person.name,
        "side_name": sides[0] if len(sides) == 1 and not _office() else "",
        "account_url": url_for("persons.account"),
    }


def open_tasks() -> list[Task]:
    """The reader's tasks, queried once per request."""
    if "open_tasks" not in g:
        g.open_tasks = inbox.tasks(principal())
    found: list[Task] = g.open_tasks
    return found


def _waiting() -> int:
    """The number of the reader's tasks, counted in the database unless the page lists them."""
    return len(open_tasks()) if "open_tasks" in g else inbox.count(principal())


def _places() -> list[dict[str, Any]]:
    if not principal().id:
        open_calls = {
            "title": gettext("Open calls"),
            "url": url_for("public.home"),
            "count": 0,
            "present": request.endpoint == "public.home",
        }
        letter = {
            "title": gettext("Verify a letter"),
            "url": url_for("documents.verify"),
            "count": 0,
            "present": request.endpoint == "documents.verify",
        }
        return [open_calls, letter]
    found: dict[str, dict[str, Any]] = {}
    room = request.blueprint
    for roles, title, endpoint in PLACES:
        if roles & principal().roles and endpoint not in found:
            count = _waiting() if endpoint == "tasks.show" else 0
            found[endpoint] = {
                "title": gettext(title),
                "url": url_for(endpoint),
                "count": count,
                "present": endpoint.split(".")[0] == room,
            }
    return list(found.values())


def _languages() -> list[dict[str, Any]]:
    here = request.args.to_dict()
    chosen = str(get_locale() or "en")
    return [
        {"code": code, "title": title, "present": code == chosen, "url": _same_page(here | {"language": code})}
        for code, title in LANGUAGES.items()
    ]


def _same_page(args: dict[str, str]) -> str:
    """The URL of this page with these arguments; the public home page if this one cannot be opened by GET."""
    if request.endpoint is None or request.method == "POST":
        return url_for("public.home", language=args["language"])
    return f"{quote(request.script_root + request.path)}?{urlencode(args)}"
