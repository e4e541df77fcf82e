"""Access control: every route declares its permission and loads objects through their visibility predicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from inspect import unwrap
from typing import Any, NamedTuple, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from grants.access import actors
from grants.access.actors import actor_in, actor_on
from grants.access.permissions import ALLOWED, RIGHTS, Permission
from grants.access.principals import ANONYMOUS, Principal
from grants.access.rights import holders, organisation_of, permits
from grants.access.visibility import visible
from grants.db import Model, begin_page, db, transaction
from grants.queries import sessions
from grants.queries.loading import OPTIONS
from grants.services.sessions import is_unnoted, touch
from workflows.engine.message import Message
from workflows.engine.rights import lacking
from workflows.engine.roles import Actor, Role

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Model)
ALWAYS, ENROLLING = "always", "enrolling"
"""Which routes a session opens before its second step: those of signing in; those that set up the first factor."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of routes that change nothing."""
LARGEST_ID = 2**31 - 1
"""Largest value of the database's integer keys; a larger number in a URL matches no row."""


def permitted(permission: Permission) -> Callable[[View], View]:
    """Declare the permission that a route requires."""

    def declared(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declared


def open_to_all(view: View) -> View:
    """Declare a route public; `tests/access_table.py` lists all public routes again."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def before_second_step(view: View) -> View:
    """Declare a route that also opens to a session whose second factor was not shown yet."""
    view.before_second_step = ALWAYS  # type: ignore[attr-defined]
    return view


def enrolling(view: View) -> View:
    """Declare a route that sets up a second factor: for everybody who is signed in, whatever their role.

    Before the second step it opens only to a person without a factor. Otherwise a stolen password would suffice to add
    another one.
    """
    view.permission, view.before_second_step = None, ENROLLING  # type: ignore[attr-defined]
    return view


Address = Mapping[str, Any]


def fresh_factor(when: Callable[[Address], bool] = lambda _: True) -> Callable[[View], View]:
    """Declare a route that requires a second factor shown a short time ago.

    when: whether the form with these values in its address requires it.
    """

    def declared(view: View) -> View:
        view.fresh_factor = when  # type: ignore[attr-defined]
        return view

    return declared


def has_factor(_: Address) -> bool:
    """For `fresh_factor`: of a reader who has a second factor; of others the form asks for the password."""
    found = session()
    return found is not None and found.has_factor


@dataclass(frozen=True, slots=True)
class Visitor(UserMixin):
    """A signed-in person, in the form that Flask-Login needs.

    It holds plain values and no row: the page of an error is shown after a rollback, and the session may have ended.
    side: the name of the organisation that they act for, if there is exactly one; else empty.
    """

    id: int
    name: str
    side: str
    language: str
    timezone: str

    @classmethod
    def of(cls, found: sessions.Current) -> Visitor:
        """The visitor of a session."""
        person = found.session.person
        return cls(person.id, person.name, found.side, person.language, person.timezone)

    def get_id(self) -> str:
        """The person's id. Unused: the session cookie is our own, not Flask-Login's."""
        return str(self.id)


def principal() -> Principal:
    """The principal of this request, loaded once, together with the session."""
    found: Principal | None = g.get("principal")
    if found is None:
        if not current_user.is_authenticated:
            g.principal = ANONYMOUS
        found = g.principal
    return found


def session() -> sessions.Current | None:
    """The session of this request, also one whose second factor was not shown yet; None without any."""
    principal()
    found: sessions.Current | None = g.get("session")
    return found


def token() -> str:
    """The token of the session of this request."""
    return request.cookies.get(sessions.COOKIE, "")


def is_fresh() -> bool:
    """Whether the reader has shown their second factor a short time ago or, if asked for none, has just signed in."""
    found, settings = session(), current_app.extensions["settings"]
    return found is not None and found.is_fresh(timedelta(minutes=settings.fresh_factor_minutes))


def without_database() -> None:
    """Show the rest of this request as to an anonymous reader, because the database cannot be asked who it is."""
    g.without_database = True
    g.principal = ANONYMOUS


def enter(token: str) -> Visitor | None:
    """Answer the rest of this request to the person whose session begins with it; None before its second step.

    token: of that session. None also if it has ended already, because the password was changed at that moment.
    """
    found = g.session = sessions.current(token)
    if found is None or not found.complete:
        g.principal = ANONYMOUS
        return None
    g.principal = found.principal
    visitor = g._login_user = Visitor.of(found)  # noqa: SLF001 - Flask-Login sets it only with a cookie of its own
    return visitor


def keep_session(response: Response, token: str) -> Response:
    """The response with the cookie of a session that has just been opened. token: of that session."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(sessions.COOKIE, token, httponly=True, samesite="Lax", secure=secure)
    return response


class Loaded(NamedTuple):
    """A row that this request has loaded by its id. permission: that it was loaded with, if any."""

    model: type[Model]
    id: int
    permission: Permission | None


def loaded() -> list[Loaded]:
    """The rows that this request has loaded by their ids, in order."""
    found: list[Loaded] = g.setdefault("loaded", [])
    return found


def load(model: type[Row], id: int, permission: Permission | None = None) -> Row:
    """The row with this id; 404 if it is not visible, 403 if the principal lacks the permission on this row.

    permission: defaults to the one that the route declares.
    """
    needed = permission or declared_permission()
    if id > LARGEST_ID:
        abort(404)
    wanted = select(model).where(model.__table__.c.id == id, visible(model, principal()))
    row = db.session.scalars(wanted.options(*OPTIONS.get(model, ()))).first()
    if row is None:
        abort(404)
    if needed is not None and not permits(row, principal(), needed):
        g.refused_in = organisation_of(row)
        abort(403)
    loaded().append(Loaded(model, id, needed))
    return row


def actor_on_row(row: Any, *roles: Role) -> Actor:
    """The principal as an actor on this row, in the first of these roles that they hold; 403 if they hold none."""
    actor = actor_on(row, principal(), roles)
    if actor is None:
        abort(403)
    return actor


def oneself() -> Actor:
    """The person of the session as an actor on their own account, whatever their roles; 401 without a session."""
    found = session()
    if found is None:
        abort(401)
    return actors.oneself(found.session.person_id)


def creator(*, programme: str | None = None, call_id: int | None = None) -> Actor:
    """The principal as an actor who creates something in this programme or call, or, without either, for everything.

    403 unless a role with the permission that the route declares covers all of that.
    """
    actor = actor_in(principal(), declared_permission() or Permission.SEE_INBOX, programme=programme, call_id=call_id)
    if actor is None:
        abort(403)
    return actor


def declared_permission() -> Permission | None:
    """The permission that the route of this request declares."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "permission", None)


def roles_missing() -> tuple[Role, ...]:
    """The roles of which the reader needs one for this route, anywhere; empty if they have one, or none is needed."""
    permission = declared_permission()
    if permission is None or principal().roles & ALLOWED[permission]:
        return ()
    return tuple(role for role in Role if role in ALLOWED[permission])


def right_missing() -> Message | None:
    """Which right in an organisation this route requires of the reader, an applicant without it; None otherwise."""
    permission = declared_permission()
    if permission not in RIGHTS or principal().roles & ALLOWED[permission] != {Role.APPLICANT}:
        return None
    refused_in = g.get("refused_in")
    concerned = principal().organisations if refused_in is None else principal().organisations & {refused_in}
    if any(principal().has_right(permission, id) for id in concerned) or not concerned:
        return None
    return lacking(RIGHTS[permission], holders(concerned))


def init_app(app: Flask) -> None:
    """Set up sessions and the permission check of each route."""
    login, settings = LoginManager(app), app.extensions["settings"]
    login.session_protection = None

    @login.request_loader
    def _visitor(_: object) -> Visitor | None:
        if g.get("without_database"):
            return None
        found = g.session = sessions.current(token())
        if found is None or not found.complete:
            return None
        g.principal = found.principal
        if is_unnoted(found.session, settings):
            with transaction():
                touch(found.session, settings)
        return Visitor.of(found)

    app.before_request(_begin_page)
    app.before_request(_ask)


def _begin_page() -> None:
    if request.method in READING:
        begin_page()


def _ask() -> Response | None:
    """Ask for what the route declares: the sign-in with its second step, the permission, a factor shown just now.

    No route can leave out the second step: a session before it is led there from all but those that declare it.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    reach, permission = getattr(view, "before_second_step", ""), declared_permission()
    if view is None or reach == ALWAYS:
        return None
    found = session()
    if found and not found.complete:
        return None if reach == ENROLLING and not found.has_factor else _led_to("second_step.show")
    if permission is None and reach != ENROLLING:
        return None
    if not principal().id:
        return _led_to("sessions.new")
    if permission is not None and not principal().may(permission):
        abort(403)
    if _requires_fresh_factor(view) and not is_fresh():
        return _led_to("second_step.show")
    return None


def _led_to(endpoint: str) -> Response:
    """Lead a reader to a step of signing in; a form is kept by the page that answers 401."""
    if request.method not in {"GET", "HEAD"}:
        abort(401)
    return redirect(url_for(endpoint, next=request.full_path.rstrip("?")))


def _requires_fresh_factor(view: Callable[..., Any]) -> bool:
    when: Callable[[Address], bool] | None = getattr(view, "fresh_factor", None)
    return when is not None and when(request.view_args or {})


class Undeclared(RuntimeError):
    """A route does not declare who may call it or how a form sent twice is answered, or does not load its row."""


def require_declarations(app: Flask) -> None:
    """Raise Undeclared if a route declares too little, or takes an id and does not load it."""
    if static := app.view_functions.get("static"):
        setattr(static, "permission", None)  # noqa: B010 - mypy rejects an attribute on a bound method
        setattr(static, "before_second_step", ALWAYS)  # noqa: B010 - the same
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not hasattr(view, "permission"):
            raise Undeclared(f"{rule.endpoint} ({rule.rule}) declares no permission.")
        if set(rule.methods or ()) - READING and not getattr(view, "idempotency", ""):
            raise Undeclared(f"{rule.endpoint} ({rule.rule}) declares neither idempotency nor why it needs none.")
        if rule.arguments & {"id"} and "load" not in unwrap(view).__code__.co_names:
            raise Undeclared(f"{rule.endpoint} ({rule.rule}) takes an id and does not load it.")
