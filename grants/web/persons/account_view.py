"""The page of a person's own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config import NAMES
from grants.db import db
from grants.forms.profiles import ProfileForm
from grants.models import Membership, Person, SignIn
from grants.queries import persons
from grants.web.persons.person_view import RoleRow, roles_of
from grants.web.persons.zones import time_in, zones
from grants.web.site.authorization import principal
from grants.web.site.formats import language_name
from workflows.engine.roles import Role


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The reader's own account.

    form: name, languages and time zone. there: the time of day in that zone. sign_ins: their open sessions.
    """

    person: Person
    form: ProfileForm
    there: str
    roles: Sequence[RoleRow]
    memberships: Sequence[Membership]
    sign_ins: Sequence[SignIn]


def oneself() -> Person:
    """The reader's own row."""
    return db.session.get_one(Person, principal().id)


def form(person: Person) -> ProfileForm:
    """The form with what the reader can set."""
    return ProfileForm.of(
        person,
        zones=zones(person.timezone),
        names={code: language_name(code) for code in NAMES},
        reviews=Role.REVIEWER in principal().roles,
    )


def show(person: Person, form: ProfileForm) -> AccountPage:
    """The account page of this person."""
    return AccountPage(
        person,
        form,
        time_in(person.timezone),
        roles_of(person),
        persons.memberships(person),
        persons.sign_ins(person),
    )
