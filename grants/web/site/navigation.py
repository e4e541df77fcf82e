"""The frame of every page: navigation, the signed-in person and the languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from config import LANGUAGES
from grants.access.permissions import Permission
from grants.forms import numerals
from grants.queries.tasks import inbox
from grants.queries.tasks.task import Task
from grants.web.site import done, task_count
from grants.web.site.authorization import principal
from grants.web.site.autosave import owner
from grants.web.site.components import Link
from grants.web.site.formats import translate
from grants.web.site.unbroken import unbroken
from workflows.engine.message import Message
from workflows.engine.roles import Role

PLACES: tuple[tuple[frozenset[Role], Message, str], ...] = (
    (frozenset({Role.APPLICANT, Role.OFFICER, Role.APPROVER, Role.FINANCE}), Message("Your tasks"), "tasks.show"),
    (frozenset({Role.APPLICANT}), Message("Open calls"), "public.home"),
    (frozenset({Role.APPLICANT}), Message("Applications"), "applications.index"),
    (frozenset({Role.REVIEWER}), Message("My reviews"), "reviews.index"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR}), Message("Calls"), "calls.index"),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR}), Message("Applications"), "applications.index"),
    (
        frozenset({Role.APPLICANT, Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.FINANCE}),
        Message("Grants"),
        "awards.index",
    ),
    (frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR}), Message("Reports"), "reports.index"),
    (frozenset({Role.FINANCE, Role.AUDITOR}), Message("Payment batches"), "batches.index"),
    (frozenset({Role.FINANCE, Role.OFFICER, Role.APPROVER, Role.AUDITOR}), Message("Funds"), "funds.index"),
    (frozenset({Role.ADMINISTRATOR}), Message("People"), "persons.index"),
    (frozenset({Role.ADMINISTRATOR}), Message("Organisations"), "organisations.index"),
    (frozenset({Role.ADMINISTRATOR, Role.AUDITOR}), Message("Roles"), "appointments.index"),
    (frozenset({Role.ADMINISTRATOR}), Message("Failed jobs"), "failures.index"),
    (frozenset({Role.ADMINISTRATOR}), Message("Service health"), "alarms.index"),
)
"""The main navigation: roles, title, endpoint. Of several rows with the same endpoint, the first that fits is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the main navigation. count: number of the reader's tasks there, 0 for none."""

    title: str
    url: str
    count: int
    present: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The signed-in person. side_name: their organisation if there is exactly one; empty for staff.

    owner: whose text the browser keeps.
    """

    name: str
    side_name: str
    owner: str
    account_url: str


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site. title: its name in itself. url: this page in that language, for a visitor."""

    code: str
    title: str
    present: bool
    url: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses in the header of every page; `sign_out` and `language` take POST. here: that of this page."""

    home: str
    sign_in: str
    sign_out: str
    language: str
    here: str


def page(template: str, view: object | None = None, /, **values: Any) -> str:
    """Render a page; the template reads its view model as `view`."""
    return unbroken(render_template(template, view=view, **values))


def init_app(app: Flask) -> None:
    """Register the frame's template values, and remember the language that the reader chooses."""
    app.context_processor(_frame)
    app.after_request(_remember_language)


def _remember_language(response: Response) -> Response:
    return keep_language(response, request.args.get("language", ""))


def keep_language(response: Response, language: str) -> Response:
    """The response with the cookie of this language, in which the browser also gets pages without a person."""
    if language in LANGUAGES:
        response.set_cookie("grants_language", language, max_age=31_536_000, samesite="Lax", httponly=True)
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
        "habits": numerals.habits(),
        "refusal": g.get("refusal"),
        "done": done.sentence(),
        "foot": _foot(demo=settings.demo),
        "urls": Addresses(
            home=url_for("tasks.show") if principal().roles else url_for("public.home"),
            sign_in=url_for("sessions.new"),
            sign_out=url_for("sessions.end"),
            language=url_for("account.speak"),
            here=_here(),
        ),
        "may": lambda name: principal().may(Permission(name)),
    }


def _foot(*, demo: bool) -> list[Link]:
    mails = [Link(gettext("Demonstration emails"), url_for("mailbox.index"))] if demo else []
    health = [Link(gettext("Service health"), url_for("alarms.index"))] if _opens("alarms.index") else []
    return [Link(gettext("Verify a document"), url_for("documents.verify")), *health, *mails]


def _office() -> bool:
    return bool(set(principal().calls) - {Role.REVIEWER})


def _person() -> SignedIn | None:
    if not principal().id:
        return None
    return SignedIn(
        name=current_user.name,
        side_name="" if _office() else current_user.side,
        owner=owner(),
        account_url=url_for("persons.account"),
    )


def open_tasks() -> list[Task]:
    """The reader's tasks, queried once per request."""
    if "open_tasks" not in g:
        g.open_tasks = inbox.tasks(principal())
    found: list[Task] = g.open_tasks
    return found


def _waiting() -> int:
    """The number of the reader's tasks: of those that the page lists, if it does."""
    return len(open_tasks()) if "open_tasks" in g else task_count.count()


def _places() -> list[Place]:
    if not principal().roles:
        return [
            _place(gettext("Open calls"), "public.home", present=request.endpoint == "public.home"),
            _place(gettext("Verify a document"), "documents.verify", present=request.endpoint == "documents.verify"),
        ]
    found: dict[str, Place] = {}
    for roles, title, endpoint in PLACES:
        if roles & principal().roles and endpoint not in found and _opens(endpoint):
            present = endpoint.split(".", maxsplit=1)[0] == request.blueprint
            count = _waiting() if endpoint == "tasks.show" else 0
            found[endpoint] = _place(translate(title), endpoint, count=count, present=present)
    return list(found.values())


def _opens(endpoint: str) -> bool:
    """Whether the reader's appointments cover enough for this page."""
    permission: Permission | None = getattr(current_app.view_functions[endpoint], "permission", None)
    return permission is None or principal().may(permission)


def _place(title: str, endpoint: str, *, count: int = 0, present: bool) -> Place:
    return Place(title, url_for(endpoint), count, present)


def _languages() -> list[Language]:
    here = request.args.to_dict()
    chosen = str(get_locale() or "en")
    return [
        Language(code, title, present=code == chosen, url=_same_page(here | {"language": code}))
        for code, title in LANGUAGES.items()
    ]


def _here() -> str:
    """The path of this page; of the account if this one cannot be opened by GET."""
    if request.endpoint is None or request.method == "POST":
        return url_for("persons.account")
    args = {name: text for name, text in request.args.items() if name != "language"}
    return quote(request.script_root + request.path) + (f"?{urlencode(args)}" if args else "")


def _same_page(args: dict[str, str]) -> str:
    """The URL of this page with these arguments; the public home page if this one cannot be opened by GET."""
    if request.endpoint is None or request.method == "POST":
        return url_for("public.home", language=args["language"])
    return f"{quote(request.script_root + request.path)}?{urlencode(args)}"
