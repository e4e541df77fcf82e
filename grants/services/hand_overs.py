"""Hand-over: a member names a successor, who accepts as an invitation, and then has the rights instead of them."""

from __future__ import annotations

from datetime import date, timedelta

from grants.db import db, now, today
from grants.models import Invitation, Membership, Person
from grants.models.organisations import COLUMNS
from grants.queries import memberships as found
from grants.services import invitations, memberships, outbox, persons
from grants.services.refusals import Refused
from workflows.engine.message import N_, Message
from workflows.engine.rights import Right
from workflows.engine.roles import Actor
from workflows.mails.organisations import HAND_OVER_ACCEPTED

DAY = N_("Enter a day from today to %(last)s.")
ONESELF = Message("Name another person as your successor.", cure="email")
NOTHING = Message("You have no rights to hand over. Every member can view.")
EARLY = Message("This handover cannot be accepted before its start date.")


def ask(
    membership: Membership, *, email: str, name: str, starts_on: date, lifetime: timedelta, actor: Actor
) -> Invitation:
    """Ask a successor to take over the actor's own rights, and queue the mail.

    lifetime: how long its link works at most. The link can be used for `invitations.LASTS` from the day on, so the day
    is so much earlier. An open invitation of the address by the actor is replaced. Raises Refused for a day that has
    passed or is later, for oneself, for an address that somebody else has invited, where there is no right to hand
    over, and beyond the limits of a day.
    """
    email, name = invitations.clean(email, name)
    last = today() + lifetime - invitations.LASTS
    if not today() <= starts_on <= last:
        raise Refused(Message(DAY, last=last, cure="starts_on"))
    organisation = membership.organisation
    earlier = invitations.hold_with_pending(organisation, email, actor, (Right.VIEW,))
    db.session.refresh(membership)
    if membership.ended_at is not None:
        raise Refused(memberships.ENDED)
    if membership.person.email == email:
        raise Refused(ONESELF)
    if membership.rights == {Right.VIEW}:
        raise Refused(NOTHING)
    invitations.replace(earlier, organisation, actor, hands_over=True)
    given = {column: getattr(membership, column) for column in COLUMNS.values()}
    asked = Invitation(
        email=email, name=name, organisation=organisation, hands_over=membership.id, starts_on=starts_on, **given
    )
    return invitations.add(asked, actor, lasts=invitations.LASTS + (starts_on - today()))


def take_over(invitation: Invitation, person: Person, *, actor: Actor) -> None:
    """Move the rights of the giver to this person, who joins if they do not act for the organisation yet.

    Only rights that were offered and that the giver still has are moved; Unusable if there is none.

    The giver, the person and the organisation are held. The giver still acts for it, and may view; the history of what
    they did keeps their name.
    """
    giver, organisation = invitation.giver, invitation.organisation
    if giver is None or organisation is None or giver.ended_at is not None:
        raise invitations.Unusable
    rights = giver.rights & invitation.rights
    if rights <= {Right.VIEW}:
        raise invitations.Unusable  # handed over already, or taken away since
    successor = found.current(person, organisation)
    if successor is None:
        successor = persons.join(person, organisation, rights=rights, actor=actor)
    else:
        memberships.set_rights(successor, successor.rights | rights, actor=actor)
    memberships.set_rights(giver, frozenset({Right.VIEW}), actor=actor)
    named = {"name": person.name, "giver": giver.person.name, "organisation": organisation.name}
    people = {one.id: one for one in [giver.person, *found.contacts(organisation)] if one.id != person.id}
    outbox.mail_members(
        people.values(),
        HAND_OVER_ACCEPTED,
        {**named, "rights": memberships.listed(rights)},
        organisation=organisation,
    )


def is_early(invitation: Invitation) -> bool:
    """Whether the day of the hand-over is still to come."""
    return invitation.starts_on is not None and invitation.starts_on > now().date()
