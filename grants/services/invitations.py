"""Invitations: invite, issue the token, accept, send again, withdraw.

An invitation acts through the person who invited: accepting it is refused once they may no longer invite. Its events
are in the history of that person and, for an organisation, in the organisation's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import update

from grants.access.permissions import RIGHTS, Permission
from grants.db import GRANTS_NOW, db, now, today
from grants.models import Invitation, Organisation
from grants.models.organisations import COLUMNS, is_one_with
from grants.queries import memberships as found
from grants.queries.invitations import pending
from grants.queries.sessions import hashed
from grants.services import locking, mail_limits, memberships, outbox, persons
from grants.services.authority import Place
from grants.services.integrity import changes, history
from grants.services.links import TOKEN_BYTES
from grants.services.mail_limits import Limit
from grants.services.refusals import Refused, Stale
from workflows.engine.message import N_, Message
from workflows.engine.rights import Right
from workflows.engine.roles import ROLES, Actor, Role

LASTS = timedelta(days=14)
INVITING = RIGHTS[Permission.INVITE_MEMBER]
OWN = Message("Only the person who is handing over their rights can send this again.")
UNHELD = {"synchronize_session": False, **changes.NOTED}
"""Of the statement that stores the hash of a token, which history does not hold."""
OVER = Message("This invitation is no longer open. Invite the person again if they should still join.")
MEMBER = Message("The person with this email address already acts for the organisation.", cure="email")
COPIED = ("email", "name", "organisation_id", "role", "programme", "call_id", "role_ends_on", "hands_over", "starts_on")
"""What an invitation that is sent again keeps, beside the rights."""
BEYOND = Message(
    "Only a contact can give rights that they do not have themselves. Ask a contact to invite this person."
)
SOMEBODY_ELSES = N_(
    "%(name)s has invited this address to your organisation already. Their invitation has to be withdrawn or accepted "
    "first."
)
MOST_OPEN = 20
TOO_MANY = Message(
    "Your organisation has %(most)s open invitations, which is the maximum. Withdraw one first.", most=MOST_OPEN
)
BY_PERSON, BY_ORGANISATION = 60, 40
"""How many invitations a person sends, and an organisation, within a day, those that are sent again included."""
SENT = Message(
    "You have sent %(most)s invitations within 24 hours, which is the maximum. Try again tomorrow.", most=BY_PERSON
)
SENT_TOGETHER = Message(
    "Your organisation has sent %(most)s invitations within 24 hours, which is the maximum. Try again tomorrow.",
    most=BY_ORGANISATION,
)


class Unusable(ValueError):
    """The invitation was accepted or withdrawn meanwhile, has ended, or is for another person."""


def invite_member(
    organisation: Organisation, *, email: str, name: str, rights: Iterable[Right], actor: Actor
) -> Invitation:
    """Invite somebody to act for the organisation with these rights, and queue the mail.

    The answer is the same whether or not the address has an account. An open invitation of the address is replaced.
    Raises Refused for what is no address or name, for rights that the actor cannot give, for a member, as `replace`
    does, and beyond the limits of a day.
    """
    email, name = clean(email, name)
    wanted = frozenset(rights)
    earlier = hold_with_pending(organisation, email, actor)
    expect_own(organisation, wanted, actor)
    if any(one.person.email == email for one in found.members(organisation)):
        raise Refused(MEMBER)
    replace(earlier, organisation, actor)
    given = {column: right in wanted for right, column in COLUMNS.items()}
    return add(Invitation(email=email, name=name, organisation=organisation, **given), actor)


def invite_to_role(
    role: Role,
    *,
    email: str,
    name: str,
    programme: str | None = None,
    call_id: int | None = None,
    ends_on: date | None = None,
    actor: Actor,
) -> Invitation:
    """Invite somebody to a role of the Foundation, and queue the mail.

    The answer is the same whether or not the address has an account; what speaks against the role is asked when the
    invitation is accepted, as when a role is assigned. ends_on: as in `persons.appoint`. Raises Refused for what is no
    address or name, for an end that is not after today, and for an applicant or a reviewer of a call that the role
    covers.
    """
    email, name = clean(email, name)
    _hold(None, actor, Place(programme, call_id))
    persons.expect_later(ends_on)
    persons.expect_impartial(actor, programme=programme, call_id=call_id)
    where = {"programme": programme, "call_id": call_id, "role_ends_on": ends_on}
    return add(Invitation(email=email, name=name, role=str(role), **where), actor)


def send_again(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Replace an open invitation by the same one of this actor, with a new link and end; Refused if it is over."""
    _hold(invitation.organisation, actor, place_of(invitation), besides=invitation)
    if not invitation.is_open:
        raise Refused(OVER)
    persons.expect_later(invitation.role_ends_on)
    if invitation.hands_over and invitation.invited_by != actor.person:
        raise Refused(OWN)
    _expect_impartial(invitation, actor)
    if invitation.organisation and not invitation.hands_over:
        expect_own(invitation.organisation, invitation.rights, actor)
    close(invitation, actor)
    copied = {column: getattr(invitation, column) for column in (*COPIED, *COLUMNS.values())}
    ahead = max(invitation.starts_on - today(), timedelta()) if invitation.starts_on else timedelta()
    return add(Invitation(**copied), actor, lasts=LASTS + ahead)


def expect_own(organisation: Organisation, rights: frozenset[Right], actor: Actor) -> None:
    """Refuse rights that the actor lacks, unless they are a contact: a contact decides who acts for the organisation.

    The organisation and the actor are held; that they act for it, and may invite, was confirmed then.
    """
    own = next((one.rights for one in found.members(organisation) if one.person_id == actor.person), None)
    if own is not None and Right.CONTACT not in own and not rights <= own | {Right.VIEW}:
        raise Refused(BEYOND)


def replace(earlier: Invitation | None, organisation: Organisation, actor: Actor, *, hands_over: bool = False) -> None:
    """Close the open invitation of an address before the next one; without one, Refused beyond MOST_OPEN.

    hands_over: the next one is a hand-over. Raises Refused where somebody else has sent the earlier one and one of the
    two is a hand-over: members who may invite replace invitations of each other, but nobody the hand-over of another
    member, nor, without the right to invite, any invitation of theirs.
    """
    if earlier and earlier.invited_by != actor.person and (hands_over or earlier.hands_over):
        raise Refused(Message(SOMEBODY_ELSES, name=earlier.inviter.name, cure="email"))
    if earlier:
        close(earlier, actor)
    elif _open(organisation) >= MOST_OPEN:
        raise Refused(TOO_MANY)


def withdraw(invitation: Invitation, *, actor: Actor) -> None:
    """Withdraw an open invitation, so that its link no longer works; Refused if it is over, and as for assigning."""
    _hold(invitation.organisation, actor, place_of(invitation), besides=invitation)
    if not invitation.is_open:
        raise Refused(OVER)
    _expect_impartial(invitation, actor)
    close(invitation, actor)


def _expect_impartial(invitation: Invitation, actor: Actor) -> None:
    """Of an invitation to a role: refuse an applicant and a reviewer of a call that the role covers."""
    if invitation.organisation_id is None:
        persons.expect_impartial(actor, programme=invitation.programme, call_id=invitation.call_id)


def issue(id: int) -> tuple[Invitation, str] | None:
    """The invitation with a new token for its mail, which replaces the earlier one; None if it is over."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.ends_at > GRANTS_NOW)
    issued = update(Invitation).where(Invitation.id == id, *open_).values(token_sha256=hashed(token))
    if db.session.scalar(issued.returning(Invitation.id), execution_options=UNHELD) is None:
        return None
    return db.session.get_one(Invitation, id), token


def clean(email: str, name: str) -> tuple[str, str]:
    """The address and the name as they are stored. Raises Refused for what is neither."""
    email, name = email.strip().lower(), name.strip()
    if reasons := tuple(persons.faults(email, name)):
        raise Refused(*reasons)
    return email, name


def place_of(invitation: Invitation) -> Place | None:
    """Where its role applies; None for an organisation."""
    return None if invitation.organisation_id else Place(invitation.programme, invitation.call_id)


def hold_with_pending(
    organisation: Organisation, email: str, actor: Actor, rights: Sequence[Right] = INVITING
) -> Invitation | None:
    """Hold the organisation and the histories of those who invite; returns the open invitation of the address.

    Raises Stale when somebody else has invited the address meanwhile.
    """
    before = pending(organisation, email)
    _hold(organisation, actor, besides=before, rights=rights)
    earlier = pending(organisation, email)
    if earlier and earlier.invited_by not in {actor.person, before.invited_by if before else None}:
        raise Stale(organisation)
    return earlier


def _hold(
    organisation: Organisation | None,
    actor: Actor,
    place: Place | None = None,
    besides: Invitation | None = None,
    rights: Sequence[Right] = INVITING,
) -> None:
    """Hold the organisation and the histories of those who invite; read the invitation again."""
    people = {actor.person, besides.invited_by if besides else actor.person}
    chains = [locking.Chain("person", id) for id in people if id is not None]
    rows: list[Organisation | locking.Chain] = [*([organisation] if organisation else []), *chains]
    locking.hold(*rows, actor=actor, place=place, rights=rights)
    if besides is not None:
        db.session.refresh(besides)


def _open(organisation: Organisation) -> int:
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    return db.session.query(Invitation).filter(is_one_with(Invitation.organisation_id, organisation.id), *open_).count()


def add(invitation: Invitation, actor: Actor, lasts: timedelta = LASTS) -> Invitation:
    """Store a new invitation with its event, and queue its mail; the chain of the actor's person is held.

    Raises Refused beyond the limits of a day.
    """
    limits = [Limit(f"invitations of {actor.person}", BY_PERSON, SENT)]
    if invitation.organisation_id or invitation.organisation:
        limits.append(Limit(f"invitations for {actor.on_behalf_of}", BY_ORGANISATION, SENT_TOGETHER))
    mail_limits.count(invitation.email, *limits)
    invitation.invited_by, invitation.ends_at = actor.person or 0, now() + lasts
    db.session.add(invitation)
    db.session.flush()
    if invitation.hands_over:
        message = Message("Asked to take over from %(giver)s", giver=invitation.inviter.name)
    elif invitation.organisation_id:
        message = Message("Invited with these rights: %(rights)s", rights=memberships.listed(invitation.rights))
    else:
        message = Message("Invited as %(role)s", role=ROLES[str(invitation.role)])
    record(invitation, actor, "invite", message)
    outbox.mail_invitation(invitation)
    return invitation


def close(invitation: Invitation, actor: Actor) -> None:
    """Withdraw an invitation that is held."""
    invitation.withdrawn_at = now()
    db.session.flush()
    record(invitation, actor, "withdraw", Message("Invitation withdrawn"))


def record(invitation: Invitation, actor: Actor, key: str, message: Message) -> None:
    """Record the event in the history of the person who invited and, if there is one, of the organisation."""
    about = history.About("person", invitation.invited_by, "invitation", invitation.id)
    events = [history.Record(about, actor, key, message, {"person": invitation.name})]
    if organisation := invitation.organisation:
        events.append(
            memberships.record_in(organisation, actor=actor, key=key, message=message, person=invitation.name)
        )
    history.record_all(events)
