"""People: accounts, memberships, appointments to roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import available_timezones

from sqlalchemy import select

from config import NAMES
from grants.access.permissions import RIGHTS, Permission
from grants.db import db, now, today
from grants.models import Application, Appointment, Assignment, Membership, Organisation, Person
from grants.models.organisations import COLUMNS, is_one_with
from grants.queries import provider_accounts
from grants.queries.applications import involvements as involved
from grants.queries.persons import covers_call, held, memberships
from grants.services import links, locking, outbox, sessions, transitions
from grants.services.applications import involvements
from grants.services.authority import Place
from grants.services.effects import Apply
from grants.services.factors import trusted_devices
from grants.services.integrity import history
from grants.services.refusals import Refused
from grants.services.reviews import assignments
from workflows.engine.message import Message
from workflows.engine.rights import ALL, Right
from workflows.engine.roles import ROLES, Actor, Role
from workflows.mails.accounts import PASSWORD_CHANGED, PASSWORD_SET

APPLIED = Message("You have acted for an applicant to a call that this role covers, so another person must do this.")
REVIEWS = Message(
    "You are invited to review an application in a call that this role covers, or have opened it as a reviewer, so "
    "another administrator must do this."
)
"""Why an administrator neither gives nor ends a role, because its people judge: of an applicant, of a reviewer."""

PAST = Message("Choose a later end date: a role lasts at least until tomorrow.", cure="ends_on")
CLOSED = Message("This account is closed, so it cannot get a role or act for an organisation.")
ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+")
INVITING = RIGHTS[Permission.INVITE_MEMBER]
"""Of which rights a member needs one to let somebody join."""
LONGEST = 200
"""The most characters of an email address or a name."""


class Ended(NamedTuple):
    """What ended together with an account."""

    appointments: Sequence[Appointment]
    memberships: Sequence[Membership]


def add(
    *,
    email: str,
    name: str,
    password_hash: str | None,
    language: str = "en",
    mail_language: str | None = None,
    timezone: str = "UTC",
    actor: Actor,
) -> Person:
    """Create an account and its history event. mail_language: None for that of pages.

    Raises Refused for what is no address, name, language or time zone. The transaction raises ConstraintViolated when
    the email address is taken.
    """
    email, name = email.strip().lower(), name.strip()
    if wrong := tuple(faults(email, name, language, timezone)):
        raise Refused(*wrong)
    person = Person(
        email=email,
        name=name,
        password_hash=password_hash,
        language=language,
        mail_language=mail_language,
        timezone=timezone,
    )
    db.session.add(person)
    db.session.flush()
    record(person, actor, "add", Message("Account created"))
    return person


def themselves(person: Person, *, via: str = "web") -> Actor:
    """The person as an actor on their own account, for which nobody needs a role."""
    return Actor(person=person.id, role=Role.PUBLIC, via=via)


def record(person: Person, actor: Actor, key: str, message: Message) -> None:
    """Record an event about the account of the person, who is held."""
    history.record(history.About("person", person.id, "person", person.id), actor=actor, key=key, message=message)


def faults(email: str, name: str, language: str = "en", timezone: str = "UTC") -> Iterator[Message]:
    """What is wrong with the values of an account."""
    if not ADDRESS.fullmatch(email) or len(email) > LONGEST:
        yield Message("Enter an email address such as name@example.org.")
    if not 0 < len(name) <= LONGEST:
        yield Message("Enter a name of 1 to %(most)s characters.", most=LONGEST)
    if language not in NAMES:
        yield Message("Enter a language as one of these codes: %(codes)s.", codes=", ".join(NAMES))
    if timezone not in available_timezones():
        yield Message("Enter a time zone such as Europe/Paris.")


def unfit(password: str, person: Person) -> Message | None:
    """The password is neither the email address nor the name of the person."""
    typed = password.strip().casefold()
    if typed in {person.email.casefold(), person.name.casefold()}:
        return Message("Choose a password that is neither your email address nor your name.")
    return None


def set_password(person: Person, password_hash: str) -> None:
    """Replace the password, end all sessions of the person, and record it in history. The person must be held.

    The person gets a mail, also about the first password.
    """
    locking.require(person)
    if person.password_hash is not None:
        _mail_new_password(person)
    else:
        outbox.mail_account(person, PASSWORD_SET, {"at": now()})
    person.password_hash = password_hash
    db.session.flush()
    sign_out_everywhere(person)
    record(person, themselves(person, via="link"), "password", Message("Password set"))


def change_password(person: Person, password_hash: str, *, known: str, token: str) -> str:
    """Replace the password by the person themselves; end their other sessions, links and trusted devices; mail them.

    known: the hash of the password that they have just entered. token: of their session, which gets another one;
    returns that. Raises Refused if the password has been changed in the meantime.
    """
    locking.hold(person)
    if person.password_hash != known or person.ended_at is not None:
        raise Refused(Message("Your password has been changed in the meantime. Sign in again to change it."))
    person.password_hash = password_hash
    db.session.flush()
    sessions.end_others(person, token)
    links.end(person, *links.ENTRIES)
    trusted_devices.forget(person)
    record(person, themselves(person), "password", Message("Password changed"))
    _mail_new_password(person)
    return sessions.renew(token)


def _mail_new_password(person: Person) -> None:
    outbox.mail_account(person, PASSWORD_CHANGED, {"at": now()})


def set_up_link(person: Person, *, actor: Actor) -> str:
    """Issue a link with which the person sets a password, record it in history, and return its token."""
    locking.hold(person, actor=actor)
    token = links.issue(person, links.SET_UP)
    record(person, actor, "link", Message("Link to set a password issued"))
    return token


def end(person: Person, *, actor: Actor, apply: Apply) -> Ended:
    """End the account now, with all roles and what they gave, memberships, sessions and links; record it in history.

    A reviewer's open assignments are closed. What the person did stays. apply: `transitions.apply`.
    """
    joined = memberships(person)
    locking.hold(person, *(one.organisation for one in joined), actor=actor, invited=True)
    if person.ended_at is not None:
        return Ended((), ())
    ended = Ended(held(person), memberships(person))
    person.ended_at = at = now()
    for appointment in ended.appointments:
        appointment.ended_at = at
    for membership in ended.memberships:
        membership.ended_at = at
    for account in provider_accounts.of(person.id):
        account.ended_at = at
    db.session.flush()
    sign_out_everywhere(person)
    links.end(person)
    for appointment in ended.appointments:
        _record(appointment, actor, "dismiss", _dismissed(appointment))
    for membership in ended.memberships:
        no_longer = Message("No longer acts for %(organisation)s", organisation=membership.organisation.name)
        _record(membership, actor, "leave", no_longer)
    record(person, actor, "end", Message("Account closed"))
    assignments.release(person, apply=apply)
    return ended


def join(
    person: Person, organisation: Organisation, *, title: str = "", rights: Iterable[Right] = ALL, actor: Actor
) -> Membership:
    """Make the person a member who acts for the organisation, and record it in history.

    The person is involved for good in every application of the organisation: they no longer review those that are not
    decided, nor others of the same calls, and the officers are told. Raises Refused for an account that is closed. The
    transaction raises ConstraintViolated when the person already is a member.
    """
    locking.hold(person, actor=actor, applied=[organisation], reviewing=True, rights=INVITING)
    return admit(person, organisation, title=title, rights=rights, actor=actor)


def admit(
    person: Person, organisation: Organisation, *, title: str, rights: Iterable[Right] = ALL, actor: Actor
) -> Membership:
    """The same for a command that holds what `join` holds."""
    locking.require(person)
    locking.require(organisation)
    _expect_open(person)
    given = {column: right in set(rights) for right, column in COLUMNS.items()}
    membership = Membership(person=person, organisation=organisation, title=title, **given)
    db.session.add(membership)
    db.session.flush()
    _record(membership, actor, "join", Message("Acts for %(organisation)s", organisation=organisation.name))
    found = select(Application).where(is_one_with(Application.organisation_id, organisation.id))
    theirs = db.session.scalars(found.order_by(Application.id)).all()
    involvements.note_joining(theirs, person, actor=actor)
    calls = Application.call_id.in_({application.call_id for application in theirs})
    assignments.release_involved(Assignment.person_id == person.id, calls, apply=transitions.apply)
    return membership


def appoint(
    person: Person,
    role: Role,
    *,
    programme: str | None = None,
    call_id: int | None = None,
    ends_on: date | None = None,
    actor: Actor,
) -> Appointment:
    """Appoint the person to the role, everywhere or in one programme or call; record it in history.

    ends_on: the first day, in UTC, on which the role no longer counts; None for a role without an end. Ends all
    sessions of the person, because what they may see changes. Raises Refused for an account that is closed, for an end
    that is not after today, and as in `_expect`. The transaction raises ConstraintViolated when the person already
    holds this role.
    """
    locking.hold(person, actor=actor, place=Place(programme, call_id))
    _expect_open(person)
    expect_later(ends_on)
    _expect(person, actor, programme=programme, call_id=call_id)
    appointment = Appointment(person=person, role=str(role), programme=programme, call_id=call_id, ends_on=ends_on)
    db.session.add(appointment)
    db.session.flush()
    sign_out_everywhere(person)
    until = Message("Appointed as %(role)s until %(day)s", role=ROLES[role], day=ends_on) if ends_on else None
    _record(appointment, actor, "appoint", until or Message("Appointed as %(role)s", role=ROLES[role]))
    return appointment


def dismiss(appointment: Appointment, *, actor: Actor, apply: Apply) -> None:
    """End the appointment now, with what it gave, and record it in history; nothing if it has ended.

    Ends all sessions of the person. A reviewer's open assignments are closed where no other appointment covers them.
    apply: `transitions.apply`. Raises Refused as in `_expect`.
    """
    place = Place(appointment.programme, appointment.call_id)
    locking.hold(appointment.person, actor=actor, place=place, invited=True)
    if appointment.ended_at is not None:
        return
    _expect(appointment.person, actor, programme=appointment.programme, call_id=appointment.call_id)
    appointment.ended_at = now()
    db.session.flush()
    sign_out_everywhere(appointment.person)
    _record(appointment, actor, "dismiss", _dismissed(appointment))
    assignments.release(appointment.person, apply=apply)


def expect_later(ends_on: date | None) -> None:
    """Raise Refused for the end of a role that is not after today."""
    if ends_on is not None and ends_on <= today():
        raise Refused(PAST)


def _expect_open(person: Person) -> None:
    """Raise Refused for an account that is closed. The person must be held."""
    if person.ended_at is not None:
        raise Refused(CLOSED)


def expect_impartial(actor: Actor, *, programme: str | None, call_id: int | None) -> None:
    """Raise Refused for an applicant and for a reviewer of a call that the role covers."""
    if actor.person is None:
        return
    for calls, reason in ((involved.competing, APPLIED), (involved.reviewing, REVIEWS)):
        if any(covers_call(call, programme=programme, call_id=call_id) for call in calls(actor.person)):
            raise Refused(reason)


def _expect(person: Person, actor: Actor, *, programme: str | None, call_id: int | None) -> None:
    """Raise Refused for the person themselves, and for an applicant or a reviewer of a call that the role covers."""
    if actor.person is None:
        return
    if actor.person == person.id:
        raise Refused(Message("You cannot change your own roles. Ask another administrator."))
    expect_impartial(actor, programme=programme, call_id=call_id)


def sign_out_everywhere(person: Person) -> None:
    """Delete every session of the person, and ask for the second factor on every device."""
    sessions.close_all(person)
    trusted_devices.forget(person)


def _dismissed(appointment: Appointment) -> Message:
    return Message("Appointment as %(role)s ended", role=ROLES[Role(appointment.role)])


def _record(row: Appointment | Membership, actor: Actor, key: str, message: Message) -> None:
    about = history.About("person", row.person_id, row.__tablename__, row.id)
    history.record(about, actor=actor, key=key, message=message)
