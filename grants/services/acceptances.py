"""The acceptance of an invitation: an account, a membership or a role, or the rights that are handed over."""

from __future__ import annotations

from grants.db import db, now
from grants.models import Invitation, Person
from grants.queries import memberships as found
from grants.queries.persons import at
from grants.queries.sessions import hashed
from grants.services import hand_overs, invitations, locking, memberships, outbox, persons
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.rights import Right
from workflows.engine.roles import Actor, Role
from workflows.mails.organisations import INVITATION_ACCEPTED


def accept(invitation: Invitation, token: str, *, name: str, password_hash: str | None) -> tuple[Person, bool]:
    """Accept for the person with the address of the invitation; returns them, and whether the account is new.

    They join or are appointed as if the person who invited did that now, with the same checks. name, password_hash: of
    a new account. Raises Unusable when the invitation is over, and Refused when the person who invited may no longer
    invite, or something speaks against the role.
    """
    inviter, organisation = _inviter(invitation), invitation.organisation
    known, giver = at(invitation.email), invitation.giver
    if known is not None and known.ended_at is not None:
        raise invitations.Unusable
    chain = locking.Chain("person", invitation.invited_by)
    held = [one for one in (known, giver.person if giver else None, organisation, chain) if one is not None]
    locking.hold(
        *held,
        actor=inviter,
        applied=[organisation] if organisation else [],
        reviewing=organisation is not None,
        rights=(Right.VIEW,) if giver else invitations.INVITING,
        place=None if organisation else invitations.place_of(invitation),
    )
    _use(invitation, token)
    if hand_overs.is_early(invitation):
        raise Refused(hand_overs.EARLY)
    person = known or _account(invitation, name, password_hash)
    invitation.accepted_at, invitation.accepted_by = now(), person.id
    db.session.flush()
    if giver:
        hand_overs.take_over(invitation, person, actor=inviter)
    elif organisation:
        invitations.expect_own(organisation, invitation.rights, inviter)
        persons.join(person, organisation, rights=invitation.rights, actor=inviter)
    else:
        _appoint(invitation, person, inviter)
    themselves = Actor(person=person.id, role=Role.PUBLIC, via="link")
    invitations.record(invitation, themselves, "accept", Message("Invitation accepted"))
    if giver is None:
        _notify(invitation, person)
    return person, known is None


def _appoint(invitation: Invitation, person: Person, inviter: Actor) -> None:
    persons.appoint(
        person,
        Role(str(invitation.role)),
        programme=invitation.programme,
        call_id=invitation.call_id,
        ends_on=invitation.role_ends_on,
        actor=inviter,
    )


def _account(invitation: Invitation, name: str, password_hash: str | None) -> Person:
    """A new account. Its language is that of the organisation, until the person chooses another one."""
    language = invitation.organisation.language if invitation.organisation else invitation.inviter.language
    actor = Actor(person=invitation.invited_by, role=_inviter(invitation).role, via="invitation")
    return persons.add(
        email=invitation.email, name=name, password_hash=password_hash, language=language or "en", actor=actor
    )


def _use(invitation: Invitation, token: str) -> None:
    """Raise Unusable unless the invitation, whose chain is held, still has this token and is open."""
    db.session.refresh(invitation)
    if not invitation.is_open or invitation.token_sha256 != hashed(token) or invitation.ends_at <= now():
        raise invitations.Unusable


def _inviter(invitation: Invitation) -> Actor:
    """The person who invited, as the actor of what the invitation leads to."""
    if invitation.organisation_id is None:
        return Actor(person=invitation.invited_by, role=Role.ADMINISTRATOR, via="invitation")
    behalf = invitation.organisation_id
    return Actor(person=invitation.invited_by, role=Role.APPLICANT, on_behalf_of=behalf, via="invitation")


def _notify(invitation: Invitation, person: Person) -> None:
    """Tell the contacts, and the person who invited, that somebody joined; for a role, its page tells."""
    if (organisation := invitation.organisation) is None:
        return
    people = [invitation.inviter, *found.contacts(organisation)]
    outbox.mail_members(
        {one.id: one for one in people if one.id != person.id}.values(),
        INVITATION_ACCEPTED,
        {"name": person.name, "organisation": organisation.name, "rights": memberships.listed(invitation.rights)},
        organisation=organisation,
    )
