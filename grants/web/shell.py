"""What surrounds every page: headers of safety, the places somebody may go, who they are."""

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
from grants.queries import inbox
from grants.queries.duty import Duty
from grants.web.guard import who
from workflows.roles import Role

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
    (frozenset({Role.APPLICANT}), "What to do", "inbox.show"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.FINANCE}), "Inbox", "inbox.show"),
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


def page(template: str, /, **values: Any) -> str:
    """A page set from its template with what its view hands in."""
    return render_template(template, **values)


def init_app(app: Flask) -> None:
    """Hand the frame its values, and set the headers of every response."""
    app.before_request(_arrive)
    app.context_processor(_frame)
    app.after_request(_safe)


def arrived_at() -> datetime:
    """When this request came in, by the database's clock; deadlines are held against it."""
    at: datetime = g.arrived_at
    return at


def once_key() -> str:
    """A fresh key for a form that must have one effect however often it is sent."""
    return secrets.token_urlsafe(16)


def _arrive() -> None:
    if request.method == "POST":
        g.arrived_at = now()


def _safe(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault(
            "Cache-Control", "no-store" if current_user.is_authenticated else "private, no-cache"
        )
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
            "home": url_for("inbox.show") if who().id else url_for("public.home"),
            "sign_in": url_for("sessions.new"),
            "sign_out": url_for("sessions.end"),
        },
        "once": once_key,
        "may": lambda name: who().may(Permission(name)),
    }


def _foot(*, demo: bool) -> list[dict[str, str]]:
    mails = [{"title": gettext("Mails of the demonstration"), "url": url_for("mailbox.index")}] if demo else []
    return [{"title": gettext("Check a letter"), "url": url_for("documents.verify")}, *mails]


def _office() -> bool:
    return bool(set(who().calls) - {Role.REVIEWER})


def _person() -> dict[str, str] | None:
    """Who is signed in, and for which organisation where it is one."""
    if not who().id:
        return None
    sides = inbox.sides(who())
    return {
        "name": current_user.person.name,
        "side_name": sides[0] if len(sides) == 1 and not _office() else "",
        "account_url": url_for("persons.account"),
    }


def to_do() -> list[Duty]:
    """What the reader must do, asked once a request."""
    if "to_do" not in g:
        g.to_do = inbox.duties(who())
    found: list[Duty] = g.to_do
    return found


def _waiting() -> int:
    """How much that is; only counted where the page does not list it."""
    return len(to_do()) if "to_do" in g else inbox.count(who())


def _places() -> list[dict[str, Any]]:
    if not who().id:
        open_calls = {
            "title": gettext("Open calls"),
            "url": url_for("public.home"),
            "count": 0,
            "present": request.endpoint == "public.home",
        }
        letter = {
            "title": gettext("Check a letter"),
            "url": url_for("documents.verify"),
            "count": 0,
            "present": request.endpoint == "documents.verify",
        }
        return [open_calls, letter]
    found: dict[str, dict[str, Any]] = {}
    room = request.blueprint
    for roles, title, endpoint in PLACES:
        if roles & who().roles and endpoint not in found:
            count = _waiting() if endpoint == "inbox.show" else 0
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
    """This page with these arguments, whatever they are called; the public home where it was no page to open."""
    if request.endpoint is None or request.method == "POST":
        return url_for("public.home", language=args["language"])
    return f"{quote(request.script_root + request.path)}?{urlencode(args)}"
