"""Members of an organisation: their rights, the end of a membership.

Every change is an event in the history of the person, which holds the membership, and in that of the organisation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grants.access.permissions import RIGHTS as REQUIRED
from grants.access.permissions import Permission
from grants.db import db, now
from grants.models import Membership, Organisation, Person
from grants.models.organisations import COLUMNS
from grants.queries.memberships import contacts, members
from grants.services import locking, outbox
from grants.services.integrity import history
from grants.services.refusals import Refused, Stale
from workflows.engine.message import N_, Message, Value
from workflows.engine.rights import RIGHTS, Right
from workflows.engine.roles import Actor
from workflows.mails.organisations import MEMBER_LEFT, MEMBER_REMOVED, REMOVED, RIGHTS_CHANGED

ENDED = Message("This person no longer acts for the organisation.")
LAST = N_(
    "%(name)s is the only contact of the organisation. Name another contact first; an organisation must always have "
    "one."
)


def change(membership: Membership, *, rights: Iterable[Right], version: int | None, actor: Actor) -> None:
    """Give a member exactly these rights, with that of a contact, from the next request on; mail to them and contacts.

    Nothing happens if they have them already. Raises Refused for a membership that has ended, and for the last contact,
    Stale when the rights are no longer those of `version`.
    """
    organisation, wanted = membership.organisation, frozenset({Right.VIEW, *rights})
    _hold(membership, actor, REQUIRED[Permission.SET_MEMBERS])
    if version is not None and membership.version != version:
        raise Stale(membership)
    if wanted == membership.rights:
        return
    if Right.CONTACT not in wanted:
        _expect_another_contact(membership)
    set_rights(membership, wanted, actor=actor)
    values: dict[str, Value] = {
        "actor": _name(actor),
        "name": membership.person.name,
        "organisation": organisation.name,
        "rights": listed(wanted),
    }
    people = _besides(actor, [membership.person, *contacts(organisation)])
    outbox.mail_members(people, RIGHTS_CHANGED, values, organisation=organisation)


def end(membership: Membership, *, actor: Actor) -> None:
    """End the membership of another person now, from their next request on; mail to them and to the contacts.

    Nothing happens if it has ended. Raises Refused for the last contact.
    """
    _hold(membership, actor, REQUIRED[Permission.SET_MEMBERS], ended=True)
    if membership.ended_at is not None:
        return
    organisation, name = membership.organisation, membership.person.name
    _end(membership, actor)
    named = {"actor": _name(actor), "name": name, "organisation": organisation.name}
    outbox.mail_members([membership.person], REMOVED, named, organisation=organisation, left=True)
    outbox.mail_members(_besides(actor, contacts(organisation)), MEMBER_REMOVED, named, organisation=organisation)


def leave(membership: Membership, *, actor: Actor) -> None:
    """End one's own membership now; mail to the contacts. Nothing happens if it has ended.

    Raises Refused for the last contact.
    """
    _hold(membership, actor, (Right.VIEW,), ended=True)
    if membership.ended_at is not None:
        return
    organisation, name = membership.organisation, membership.person.name
    _end(membership, actor)
    named = {"name": name, "organisation": organisation.name}
    outbox.mail_members(contacts(organisation), MEMBER_LEFT, named, organisation=organisation)


def listed(rights: Iterable[Right]) -> Message:
    """The names of the rights in their order, as one value of a sentence."""
    first, *others = (RIGHTS[right] for right in Right if right in set(rights))
    named = first
    for other in others:
        named = Message("%(first)s, %(other)s", first=named, other=other)
    return named


def record_in(organisation: Organisation, *, actor: Actor, key: str, message: Message, person: str) -> history.Record:
    """An event in the history of the organisation about one of its people. person: their name."""
    about = history.About("organisation", organisation.id, "organisation", organisation.id)
    return history.Record(about, actor, key, message, {"person": person})


def is_last_contact(membership: Membership) -> bool:
    """Whether the organisation has no other contact."""
    others = [one for one in members(membership.organisation) if one.is_contact and one.id != membership.id]
    return membership.is_contact and not others


def _hold(membership: Membership, actor: Actor, rights: Sequence[Right], *, ended: bool = False) -> None:
    """Hold the person and the organisation, and read the membership again. ended: it may have ended meanwhile."""
    locking.hold(membership.person, membership.organisation, actor=actor, rights=rights)
    db.session.refresh(membership)
    if membership.ended_at is not None and not ended:
        raise Refused(ENDED)


def _end(membership: Membership, actor: Actor) -> None:
    _expect_another_contact(membership)
    membership.ended_at = now()
    db.session.flush()
    message = Message("No longer acts for %(organisation)s", organisation=membership.organisation.name)
    _record(membership, actor, "leave", message)


def _expect_another_contact(membership: Membership) -> None:
    """Raise Refused for the last contact of the organisation."""
    if is_last_contact(membership):
        raise Refused(Message(LAST, name=membership.person.name))


def set_rights(membership: Membership, rights: frozenset[Right], *, actor: Actor) -> None:
    """Give a member, whose person and organisation are held, these rights; record it in both histories."""
    if membership.rights == rights:
        return
    for right, column in COLUMNS.items():
        setattr(membership, column, right in rights)
    db.session.flush()
    _record(membership, actor, "rights", Message("Rights changed to: %(rights)s", rights=listed(rights)))


def _record(membership: Membership, actor: Actor, key: str, message: Message) -> None:
    """Record the event in both histories."""
    about = history.About("person", membership.person_id, "membership", membership.id)
    organisation, name = membership.organisation, membership.person.name
    history.record_all(
        [
            history.Record(about, actor, key, message),
            record_in(organisation, actor=actor, key=key, message=message, person=name),
        ]
    )


def _name(actor: Actor) -> str:
    return db.session.get_one(Person, actor.person).name


def _besides(actor: Actor, people: Iterable[Person]) -> list[Person]:
    """These people, each once, without the one who acts."""
    return list({person.id: person for person in people if person.id != actor.person}.values())
