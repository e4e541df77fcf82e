"""Invitations: invite, issue the token, accept, send again, withdraw.

An invitation acts through the person who invited: accepting it is refused once they may no longer invite. Its events
are in the history of that person and, for an organisation, in the organisation's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import update

from grants.access.permissions import RIGHTS, Permission
from grants.db import GRANTS_NOW, db, now
from grants.models import Invitation, Organisation, Person
from grants.models.organisations import COLUMNS
from grants.queries import memberships as found
from grants.queries.invitations import pending
from grants.queries.persons import at
from grants.queries.sessions import hashed
from grants.services import locking, memberships, outbox, persons
from grants.services.authority import Place
from grants.services.integrity import changes, history
from grants.services.links import TOKEN_BYTES
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.rights import Right
from workflows.engine.roles import ROLES, Actor, Role

LASTS = timedelta(days=14)
INVITING = RIGHTS[Permission.INVITE_MEMBER]
UNHELD = {"synchronize_session": False, **changes.NOTED}
"""Of the statement that stores the hash of a token, which history does not hold."""
OVER = Message("This invitation is no longer open. Invite the person again if they should still join.")
MEMBER = Message("The person with this email address already acts for the organisation.", cure="email")
MOST_OPEN = 20
TOO_MANY = Message(
    "Your organisation has %(most)s open invitations, the most that are possible. Withdraw one first.", most=MOST_OPEN
)


class Unusable(ValueError):
    """The invitation was accepted or withdrawn meanwhile, has ended, or is for another person."""


def invite_member(
    organisation: Organisation, *, email: str, name: str, rights: Iterable[Right], actor: Actor
) -> Invitation:
    """Invite somebody to act for the organisation with these rights, and queue the mail.

    The answer is the same whether or not the address has an account. An open invitation of the address is replaced.
    Raises Refused for what is no address or name, for a member, and beyond MOST_OPEN.
    """
    email, name = _clean(email, name)
    _hold(organisation, actor)
    if any(one.person.email == email for one in found.members(organisation)):
        raise Refused(MEMBER)
    if earlier := pending(organisation, email):
        _close(earlier, actor)
    elif _open(organisation) >= MOST_OPEN:
        raise Refused(TOO_MANY)
    given = {column: right in set(rights) for right, column in COLUMNS.items()}
    return _add(Invitation(email=email, name=name, organisation=organisation, **given), actor)


def invite_to_role(
    role: Role, *, email: str, name: str, programme: str | None = None, call_id: int | None = None, actor: Actor
) -> Invitation:
    """Invite somebody to a role of the Foundation, and queue the mail.

    The answer is the same whether or not the address has an account; what speaks against the role is asked when the
    invitation is accepted, as when a role is assigned. Raises Refused for what is no address or name.
    """
    email, name = _clean(email, name)
    _hold(None, actor, Place(programme, call_id))
    return _add(Invitation(email=email, name=name, role=str(role), programme=programme, call_id=call_id), actor)


def send_again(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Replace an open invitation by the same one of this actor, with a new link and end; Refused if it is over."""
    _hold(invitation.organisation, actor, _place(invitation), besides=invitation)
    if not invitation.is_open:
        raise Refused(OVER)
    _close(invitation, actor)
    kept = ("email", "name", "organisation_id", "role", "programme", "call_id", *COLUMNS.values())
    return _add(Invitation(**{column: getattr(invitation, column) for column in kept}), actor)


def withdraw(invitation: Invitation, *, actor: Actor) -> None:
    """Withdraw an open invitation, so that its link no longer works; Refused if it is over."""
    _hold(invitation.organisation, actor, _place(invitation), besides=invitation)
    if not invitation.is_open:
        raise Refused(OVER)
    _close(invitation, actor)


def issue(id: int) -> tuple[Invitation, str] | None:
    """The invitation with a new token for its mail, which replaces the earlier one; None if it is over."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.ends_at > GRANTS_NOW)
    issued = update(Invitation).where(Invitation.id == id, *open_).values(token_sha256=hashed(token))
    if db.session.scalar(issued.returning(Invitation.id), execution_options=UNHELD) is None:
        return None
    return db.session.get_one(Invitation, id), token


def accept(invitation: Invitation, token: str, *, name: str, password_hash: str | None) -> tuple[Person, bool]:
    """Accept for the person with the address of the invitation; returns them, and whether the account is new.

    They join or are appointed as if the person who invited did that now, with the same checks. name, password_hash: of
    a new account. Raises Unusable when the invitation is over, and Refused when the person who invited may no longer
    invite, or something speaks against the role.
    """
    inviter, organisation = _inviter(invitation), invitation.organisation
    known = at(invitation.email)
    if known is not None and known.ended_at is not None:
        raise Unusable
    chain = locking.Chain("person", invitation.invited_by)
    held = [one for one in (known, organisation, chain) if one is not None]
    locking.hold(
        *held,
        actor=inviter,
        applied=[organisation] if organisation else [],
        reviewing=organisation is not None,
        rights=INVITING,
        place=None if organisation else _place(invitation),
    )
    _use(invitation, token)
    person = known or _account(invitation, name, password_hash)
    invitation.accepted_at, invitation.accepted_by = now(), person.id
    db.session.flush()
    if organisation:
        persons.join(person, organisation, rights=invitation.rights, actor=inviter)
    else:
        where = {"programme": invitation.programme, "call_id": invitation.call_id}
        persons.appoint(person, Role(str(invitation.role)), **where, actor=inviter)  # type: ignore[arg-type]
    themselves = Actor(person=person.id, role=Role.PUBLIC, via="link")
    _record(invitation, themselves, "accept", Message("Invitation accepted"))
    _notify(invitation, person)
    return person, known is None


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
        raise Unusable


def _inviter(invitation: Invitation) -> Actor:
    """The person who invited, as the actor of what the invitation leads to."""
    if invitation.organisation_id is None:
        return Actor(person=invitation.invited_by, role=Role.ADMINISTRATOR, via="invitation")
    behalf = invitation.organisation_id
    return Actor(person=invitation.invited_by, role=Role.APPLICANT, on_behalf_of=behalf, via="invitation")


def _clean(email: str, name: str) -> tuple[str, str]:
    email, name = email.strip().lower(), name.strip()
    if reasons := tuple(persons.faults(email, name)):
        raise Refused(*reasons)
    return email, name


def _place(invitation: Invitation) -> Place | None:
    return None if invitation.organisation_id else Place(invitation.programme, invitation.call_id)


def _hold(
    organisation: Organisation | None, actor: Actor, place: Place | None = None, besides: Invitation | None = None
) -> None:
    """Hold the organisation and the histories of those who invite; read the invitation again."""
    people = {actor.person, besides.invited_by if besides else actor.person}
    chains = [locking.Chain("person", id) for id in people if id is not None]
    rows: list[Organisation | locking.Chain] = [*([organisation] if organisation else []), *chains]
    locking.hold(*rows, actor=actor, place=place, rights=INVITING)
    if besides is not None:
        db.session.refresh(besides)


def _open(organisation: Organisation) -> int:
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    return db.session.query(Invitation).filter(Invitation.organisation_id == organisation.id, *open_).count()


def _add(invitation: Invitation, actor: Actor) -> Invitation:
    invitation.invited_by, invitation.ends_at = actor.person or 0, now() + LASTS
    db.session.add(invitation)
    db.session.flush()
    if invitation.organisation_id:
        message = Message("Invited with the rights: %(rights)s", rights=memberships.listed(invitation.rights))
    else:
        message = Message("Invited as %(role)s", role=ROLES[str(invitation.role)])
    _record(invitation, actor, "invite", message)
    outbox.mail_invitation(invitation)
    return invitation


def _close(invitation: Invitation, actor: Actor) -> None:
    invitation.withdrawn_at = now()
    db.session.flush()
    _record(invitation, actor, "withdraw", Message("Invitation withdrawn"))


def _record(invitation: Invitation, actor: Actor, key: str, message: Message) -> None:
    """Record the event in the history of the person who invited and, if there is one, of the organisation."""
    about = history.About("person", invitation.invited_by, "invitation", invitation.id)
    events = [history.Record(about, actor, key, message, {"person": invitation.name})]
    if organisation := invitation.organisation:
        events.append(
            memberships.record_in(organisation, actor=actor, key=key, message=message, person=invitation.name)
        )
    history.record_all(events)


def _notify(invitation: Invitation, person: Person) -> None:
    """Tell the contacts, and the person who invited, that somebody joined; for a role, its page tells."""
    if (organisation := invitation.organisation) is None:
        return
    people = [invitation.inviter, *found.contacts(organisation)]
    outbox.mail_members(
        {one.id: one for one in people if one.id != person.id}.values(),
        organisation=organisation,
        subject=Message(
            "Invitation accepted: %(name)s, %(organisation)s", name=person.name, organisation=organisation.name
        ),
        text=Message(
            "%(name)s has accepted the invitation to act for %(organisation)s. The rights are: %(rights)s.",
            name=person.name,
            organisation=organisation.name,
            rights=memberships.listed(invitation.rights),
        ),
    )
