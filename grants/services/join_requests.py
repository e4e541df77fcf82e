"""Requests to act for an organisation: ask, accept, decline."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from grants.db import db, now, today
from grants.models import JoinRequest, Organisation, Person
from grants.models.organisations import is_one_with
from grants.queries import recipients
from grants.queries.memberships import acts_for
from grants.services import locking, outbox, persons
from grants.services.integrity import history
from grants.services.refusals import Refused
from workflows.engine.flow import Notification
from workflows.engine.message import Message, Value
from workflows.engine.rights import Right
from workflows.engine.roles import Actor, Role
from workflows.mails.organisations import JOIN_ACCEPTED, JOIN_ASKED, JOIN_DECLINED

GIVEN = (Right.EDIT,)
"""The rights of somebody whose request is accepted, besides viewing; a contact can add others."""
LONGEST = 1_000
"""The most characters of a reason."""


def ask(person: Person, organisation: Organisation, *, title: str, days: int) -> JoinRequest:
    """Record the request and write to the people who act for the organisation; an open one stays as it is.

    The person and the organisation must be held. days: how long those people have, before the Foundation may decide.
    """
    locking.require(person)
    locking.require(organisation)
    mine = (is_one_with(JoinRequest.organisation_id, organisation.id), JoinRequest.person_id == person.id)
    if found := db.session.scalars(select(JoinRequest).where(*mine, JoinRequest.decided_at.is_(None))).first():
        return found
    due_on = today() + timedelta(days=days)
    row = JoinRequest(organisation=organisation, person=person, title=title, due_on=due_on)
    db.session.add(row)
    db.session.flush()
    oneself = Actor(person=person.id, role=Role.PUBLIC, via="registration")
    _record(row, oneself, "ask_to_join", Message("%(name)s asks to join", name=person.name))
    people = recipients.members(organisation.id)
    _mail(row, JOIN_ASKED, people, path=f"/join-requests/{row.id}")
    return row


def accept(row: JoinRequest, *, actor: Actor) -> None:
    """Make the person a member of the organisation and write to them. Raises Refused as `_hold`."""
    _hold(row, actor)
    _settle(row, actor, accepted=True)
    _record(row, actor, "accept_request", Message("Request of %(name)s to join accepted", name=row.person.name))
    if not acts_for(row.person, row.organisation_id):
        persons.admit(row.person, row.organisation, title=row.title, rights=GIVEN, actor=actor)
    path = f"/organisations/{row.organisation_id}"
    _mail(row, JOIN_ACCEPTED, [row.person], path=path)


def decline(row: JoinRequest, *, reason: str, actor: Actor) -> None:
    """Decline the request with a reason, and write to the person. Raises Refused as `_hold`, and without a reason."""
    if not 0 < len(reason.strip()) <= LONGEST:
        raise Refused(Message("Enter the reason, in at most %(most)s characters.", most=LONGEST, cure="reason"))
    _hold(row, actor)
    row.reason = reason.strip()
    _settle(row, actor, accepted=False)
    words = {"reason": row.reason}
    declined = Message("Request of %(name)s to join declined", name=row.person.name)
    _record(row, actor, "decline_request", declined, words)
    _mail(row, JOIN_DECLINED, [row.person], path="/join-requests")


def _hold(row: JoinRequest, actor: Actor) -> None:
    """Hold what a decision changes.

    Raises Refused when somebody has decided, for the person themselves, and for an officer or administrator before the
    people of the organisation have had their days.
    """
    rows = (row.person, row.organisation)
    locking.hold(*rows, actor=actor, applied=[row.organisation], reviewing=True, rights=persons.INVITING)
    if row.decided_at is not None:
        raise Refused(Message("Another person has already decided on this request."))
    if row.person_id == actor.person:
        raise Refused(Message("You cannot decide on your own request."))
    if actor.role is Role.APPLICANT:
        return
    if row.due_on >= today() and recipients.members(row.organisation_id):
        until = Message("People in the organisation have until %(day)s to decide.", day=row.due_on)
        raise Refused(until)


def _settle(row: JoinRequest, actor: Actor, *, accepted: bool) -> None:
    row.decided_at, row.decided_by, row.accepted = now(), actor.person, accepted
    db.session.flush()


def _record(row: JoinRequest, actor: Actor, key: str, message: Message, words: dict[str, str] | None = None) -> None:
    about = history.About("organisation", row.organisation_id, "join_request", row.id)
    history.record(about, actor=actor, key=key, message=message, words=words)


def _mail(row: JoinRequest, notification: Notification, people: list[Person], *, path: str) -> None:
    values: dict[str, Value] = {
        "name": row.person.name,
        "email": row.person.email,
        "organisation": row.organisation.name,
        "day": row.due_on,
        "reason": row.reason,
    }
    letter = outbox.Mail(
        people,
        notification,
        values,
        application=None,
        organisation=row.organisation if notification.to is Role.APPLICANT else None,
        path=path,
    )
    outbox.mail_all([letter])
