"""What is stored about a person, for their own copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, Appointment, Event, Membership, Person, ProviderAccount
from grants.queries import persons
from workflows.engine.message import Message
from workflows.engine.roles import Role

MOST = 10_000
"""The most rows of a kind in a copy."""


@dataclass(frozen=True, slots=True)
class AccountCopy:
    """The account. Nothing of the password is copied, because its hash would help to guess it."""

    name: str
    email: str
    language_of_pages: str
    language_of_emails: str
    delivery_of_emails: str
    languages_of_reviews: Sequence[str]
    time_zone: str
    has_password: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MembershipCopy:
    """An organisation that the person acts or acted for."""

    organisation: str
    title: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoleCopy:
    """A role that the person has or had. scope: a programme, a call by its number, or everything."""

    role: str
    programme: str | None
    call: int | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionCopy:
    """An open session."""

    browser: str
    system: str
    way: str
    began_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderCopy:
    """An account at an identity provider with which the person signs or signed in. The subject is stored as a hash."""

    issuer: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftCopy:
    """A proposal that the person has begun and that is not submitted; its text is on its own page."""

    id: int
    organisation: str
    call: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class EventCopy:
    """An event about the account, from its history."""

    message: Message
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything, by its kind."""

    account: AccountCopy
    organisations: Sequence[MembershipCopy]
    roles: Sequence[RoleCopy]
    sessions: Sequence[SessionCopy]
    identity_providers: Sequence[ProviderCopy]
    drafts: Sequence[DraftCopy]
    history: Sequence[EventCopy]


def of(person: Person, principal: Principal) -> PersonalData:
    """What is stored about the person, who is the principal, as far as they may see it; six queries."""
    sessions = [
        SessionCopy(one.browser, one.system, one.way, one.created_at, one.used_at) for one in persons.sign_ins(person)
    ]
    return PersonalData(
        account=_account(person),
        organisations=_memberships(person),
        roles=_roles(person, principal),
        sessions=sessions,
        identity_providers=_providers(person),
        drafts=_drafts(principal),
        history=_history(person),
    )


def _account(person: Person) -> AccountCopy:
    return AccountCopy(
        name=person.name,
        email=person.email,
        language_of_pages=person.language,
        language_of_emails=person.language_of_mails,
        delivery_of_emails=person.mail_delivery,
        languages_of_reviews=person.reading_languages,
        time_zone=person.timezone,
        has_password=person.password_hash is not None,
        created_at=person.created_at,
    )


def _memberships(person: Person) -> list[MembershipCopy]:
    wanted = select(Membership).where(Membership.person_id == person.id).options(joinedload(Membership.organisation))
    return [
        MembershipCopy(one.organisation.name, one.title, one.created_at, one.ended_at)
        for one in db.session.scalars(wanted.order_by(Membership.id).limit(MOST))
    ]


def _roles(person: Person, principal: Principal) -> list[RoleCopy]:
    wanted = select(Appointment).where(Appointment.person_id == person.id, visible(Appointment, principal))
    return [
        RoleCopy(one.role, one.programme, one.call_id, one.created_at, one.ended_at)
        for one in db.session.scalars(wanted.order_by(Appointment.id).limit(MOST))
    ]


def _providers(person: Person) -> list[ProviderCopy]:
    wanted = select(ProviderAccount).where(ProviderAccount.person_id == person.id)
    return [
        ProviderCopy(one.issuer, one.created_at, one.ended_at)
        for one in db.session.scalars(wanted.order_by(ProviderAccount.id).limit(MOST))
    ]


def _drafts(principal: Principal) -> list[DraftCopy]:
    """The unsubmitted proposals that the person has begun, as a member of the organisation that owns them."""
    own = principal.limited_to(frozenset[Role]())
    wanted = select(Application).where(
        Application.created_by == principal.id, Application.submission_id.is_(None), visible(Application, own)
    )
    wanted = wanted.options(joinedload(Application.organisation), joinedload(Application.call))
    return [
        DraftCopy(one.id, one.organisation.name, one.call.title, one.created_at)
        for one in db.session.scalars(wanted.order_by(Application.id).limit(MOST))
    ]


def _history(person: Person) -> list[EventCopy]:
    wanted = select(Event.message, Event.role, Event.at).where(Event.subject == "person", Event.subject_id == person.id)
    return [
        EventCopy(Message.from_json(message), role, at)
        for message, role, at in db.session.execute(wanted.order_by(Event.number).limit(MOST))
    ]
