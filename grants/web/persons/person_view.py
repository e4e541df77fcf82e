"""The pages of people: the list, one person with their roles, and a person's own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config import NAMES
from grants.forms.persons import AppointmentForm
from grants.models import Appointment, Membership, Person, SignIn
from grants.queries import persons
from grants.queries.persons import Listing


@dataclass(frozen=True, slots=True)
class PersonsPage:
    """People with an account. words: the search text."""

    words: str
    listing: Listing


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person with their current roles and organisations, and the form to add a role.

    language: the name of the person's language in that language.
    """

    person: Person
    language: str
    form: AppointmentForm
    roles: Sequence[Appointment]
    memberships: Sequence[Membership]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The reader's own account.

    language: the name of their language in that language. sign_ins: their open sessions.
    """

    person: Person
    language: str
    roles: Sequence[Appointment]
    memberships: Sequence[Membership]
    sign_ins: Sequence[SignIn]


def show(person: Person, form: AppointmentForm) -> PersonPage:
    """The page of this person; the form offers the calls that a role can be limited to."""
    form.offer(persons.calls())
    return PersonPage(person, _language(person), form, persons.appointments(person), persons.memberships(person))


def account(person: Person) -> AccountPage:
    """The account page of this person."""
    return AccountPage(
        person,
        _language(person),
        persons.appointments(person),
        persons.memberships(person),
        persons.sign_ins(person),
    )


def _language(person: Person) -> str:
    return NAMES.get(person.language, person.language)
