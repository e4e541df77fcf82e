"""The page of a person's own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request, url_for
from flask_babel import gettext

from config import NAMES
from grants.db import db
from grants.forms.preferences import PreferencesForm
from grants.models import Membership, Person
from grants.queries import closures, email_changes, history, persons
from grants.queries import provider_accounts as linked
from grants.queries.closures import Obstacle
from grants.queries.sessions import COOKIE, hashed
from grants.services import devices, provider_accounts
from grants.web.persons.person_view import RoleRow, roles_of
from grants.web.persons.zones import time_in, zones
from grants.web.site.authorization import principal
from grants.web.site.components import Link, Reason
from grants.web.site.formats import language_name, translate
from workflows.engine.roles import Role


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session. device: "Firefox on Windows". way: "with the password", or empty. present: that of this request."""

    id: int
    device: str
    way: str
    began: datetime
    used: datetime
    present: bool


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """An account at an identity provider with which the reader signs in. since: when it was linked."""

    id: int
    provider: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The reader's own account.

    password_at: when the password was set, as far as history knows. new_email: it waits for its confirmation. form:
    name, languages, time zone and emails. there: the time of day in that zone. daily_at: when daily emails are sent
    there. sign_ins: their open sessions, this one first; each ends after so many idle minutes or hours. providers:
    with which of these they sign in. against: why the account cannot be closed yet.
    """

    person: Person
    password_at: datetime | None
    new_email: str
    form: PreferencesForm
    there: str
    daily_at: str
    roles: Sequence[RoleRow]
    memberships: Sequence[Membership]
    sign_ins: Sequence[SessionRow]
    providers: Sequence[ProviderRow]
    idle: int
    hours: int
    against: Sequence[Reason]


def oneself() -> Person:
    """The reader's own row."""
    return db.session.get_one(Person, principal().id)


def form(person: Person) -> PreferencesForm:
    """The form with what the reader can set."""
    return PreferencesForm.of(
        person,
        zones=zones(person.timezone),
        names={code: language_name(code) for code in NAMES},
        reviews=Role.REVIEWER in principal().roles,
    )


def show(person: Person, form: PreferencesForm) -> AccountPage:
    """The account page of this person."""
    settings, change = current_app.extensions["settings"], email_changes.pending(person)
    return AccountPage(
        person,
        history.newest_at("person", person.id, "password") if person.password_hash else None,
        change.email if change else "",
        form,
        time_in(person.timezone),
        f"{settings.daily_mail_hour:02}:00",
        roles_of(person),
        persons.memberships(person),
        _sessions(person),
        [
            ProviderRow(one.id, provider_accounts.named(one, settings), one.created_at)
            for one in linked.shown_to(principal())
        ],
        settings.session_idle_minutes,
        settings.session_hours,
        reasons_to_stay(person),
    )


def reasons_to_stay(person: Person) -> list[Reason]:
    """What stands against closing the account, each with where it is resolved."""
    return [Reason(translate(one.message), _cure(one)) for one in closures.obstacles(person)]


def _cure(one: Obstacle) -> Link | None:
    if one.organisation is not None:
        return Link(gettext("Open the organisation"), url_for("organisations.show", id=one.organisation))
    return Link(gettext("Open your reviews"), url_for("reviews.index")) if one.reviews else None


def _sessions(person: Person) -> list[SessionRow]:
    present = hashed(request.cookies.get(COOKIE, ""))
    rows = [
        SessionRow(
            one.id,
            translate(devices.named(one.browser, one.system)),
            translate(devices.WAYS[one.way]) if one.way else "",
            one.created_at,
            one.used_at,
            one.token_sha256 == present,
        )
        for one in persons.sign_ins(person)
    ]
    return sorted(rows, key=lambda row: not row.present)
