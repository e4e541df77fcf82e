"""Registration of an organisation by its first contact: nothing exists until the mailed link is used."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, update

from grants.db import GRANTS_NOW, db
from grants.models import Application, Call, JoinRequest, Organisation, Person, Registration
from grants.queries import matches, persons
from grants.queries import registrations as stored
from grants.queries.matches import Candidate, Match
from grants.queries.memberships import acts_for
from grants.queries.sessions import hashed
from grants.services import (
    join_requests,
    links,
    locking,
    organisations,
    outbox,
    profiles,
    registers,
    retention,
    verifications,
)
from grants.services import persons as accounts
from grants.services import sessions as sign_in
from grants.services.applications import drafts
from grants.services.effects import Apply
from grants.services.profiles import Details
from grants.services.registers import Entered
from workflows.engine.roles import Actor, Role

VIA = "registration"
REGISTERING = "registration"
"""The name of the lock under which links are used one after the other, so that two find each other's organisation."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody enters. call: None without one. organisation_id, declined: which match it is, and which it is not.

    details: their number was checked.
    """

    email: str
    name: str
    title: str
    language: str
    kind: str
    organisation: str
    country: str
    details: Details
    call_id: int | None = None
    organisation_id: int | None = None
    declined: tuple[int, ...] = ()

    @property
    def candidate(self) -> Candidate:
        """What existing organisations are compared with."""
        return _candidate(self.organisation, self.country, self.details)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the link has led to.

    new: the account was created by it. application: the draft. request: to the organisation that the person asks to
    join.
    """

    person: Person
    new: bool
    organisation: Organisation
    call: Call | None
    application: Application | None = None
    request: JoinRequest | None = None


class Unusable(ValueError):
    """The link is unknown, was used, or has ended, or the account with the address has ended. Nothing says which."""


class Matched(ValueError):
    """Organisations that may be the same exist by now: the person chooses first."""

    def __init__(self, found: Sequence[Match]) -> None:
        super().__init__("; ".join(one.name for one in found))
        self.found = found


def ask(entry: Entry, *, address: str, lifetime: timedelta) -> None:
    """Store the registration and order the mail with its link.

    Nothing here depends on whether the email address has an account. Beyond the limits nothing is stored, and the links
    that were sent still work. address: the network address of the request.
    """
    if not links.admitted(VIA, entry.email, address=address):
        return
    details = entry.details
    row = Registration(
        email=entry.email.strip().lower(),
        name=entry.name,
        title=entry.title,
        language=entry.language,
        kind=entry.kind,
        organisation=entry.organisation,
        country=entry.country,
        legal_name=details.legal_name,
        register=details.entered.register,
        register_number=details.entered.number,
        address=details.address,
        city=details.city,
        website=details.website,
        call_id=entry.call_id,
        organisation_id=entry.organisation_id,
        declined=list(entry.declined),
        ends_at=GRANTS_NOW + lifetime,
    )
    db.session.add(row)
    db.session.flush()
    outbox.mail_registration(row.id)


def issue(id: int) -> tuple[Registration, Person | None, str] | None:
    """A new token for the link of a registration, with the account of its address if there is one.

    None if the registration was used or has ended, or the account has ended.
    """
    token = secrets.token_urlsafe(links.TOKEN_BYTES)
    waits = (Registration.id == id, Registration.used_at.is_(None), Registration.ends_at > GRANTS_NOW)
    given = update(Registration).where(*waits).values(tokens=func.array_append(Registration.tokens, hashed(token)))
    if db.session.scalar(given.returning(Registration.id).execution_options(synchronize_session=False)) is None:
        return None
    row = db.session.get_one(Registration, id, populate_existing=True)
    person = persons.at(row.email)
    return None if person is not None and person.ended_at else (row, person, token)


def confirm(
    token: str,
    *,
    chosen: int | None = None,
    declined: Collection[int] = (),
    join_days: int,
    apply: Apply,
) -> Confirmed:
    """Use the link: create what is missing of account, organisation, membership and draft, or a request to join.

    chosen, declined: the answer to the organisations of Matched; any other choice counts as none. join_days: how long
    the contacts of an organisation have to decide on a request. apply: `transitions.apply`. Raises Unusable, and
    Matched where an organisation that may be the same exists and was neither chosen nor declined.
    """
    sign_in.wait_for_others(REGISTERING)
    row = stored.live(token)
    person = persons.at(row.email) if row else None
    if row is None or (person is not None and person.ended_at):
        raise Unusable
    wanted = row.organisation_id or _offered(row, chosen)
    if wanted is None:
        _expect_no_match(row, declined)
    found = db.session.get_one(Organisation, wanted) if wanted else None
    organisation = found and (found.merged_into or found)
    _hold(person, organisation, row.call)
    used = update(Registration).where(stored.is_live(token)).values(used_at=GRANTS_NOW).returning(Registration.id)
    if db.session.scalar(used.execution_options(synchronize_session=False)) is None:
        raise Unusable
    new, person = person is None, person or _account(row)
    if organisation and not _joins_unasked(person, organisation):
        request = join_requests.ask(person, organisation, title=row.title, days=join_days)
        return Confirmed(person, new, organisation, row.call, request=request)
    organisation = _registered(row, person, organisation, apply)
    return Confirmed(person, new, organisation, row.call, _begun(row.call, organisation, person, apply))


def matching(row: Registration, declined: Collection[int] = ()) -> list[Match]:
    """The organisations that may be the same as the registered one by now and were not declined."""
    found = matches.matching(_candidate(row.organisation, row.country, _details(row)))
    return [one for one in found if one.id not in {*row.declined, *declined}]


def purge() -> None:
    """Delete registrations whose link has ended."""
    retention.delete_oldest(Registration.id, Registration.ends_at, Registration.ends_at < GRANTS_NOW)


def _offered(row: Registration, chosen: int | None) -> int | None:
    """The chosen organisation, if it is one of those that the page of the link offers; else None."""
    return chosen if chosen in {one.id for one in matching(row)} else None


def _expect_no_match(row: Registration, declined: Collection[int]) -> None:
    if found := matching(row, declined):
        raise Matched(found)


def _details(row: Registration) -> Details:
    entered = Entered(row.register, row.register_number)
    return Details(row.legal_name, entered, row.address, row.city, row.website)


def _candidate(name: str, country: str, details: Details) -> Candidate:
    number = details.entered
    known = registers.identifier(number, 0) if number.register in registers.REGISTERS else ""
    return Candidate(name, details.legal_name, country, details.website, known)


def _hold(person: Person | None, organisation: Organisation | None, call: Call | None) -> None:
    """Hold everything that the link may change; what it creates is held by itself."""
    verification = verifications.of(organisation) if organisation else None
    rows = [row for row in (person, organisation, verification) if row is not None]
    locking.hold(
        *rows,
        shared=[call] if call else [],
        applied=[organisation] if organisation else [],
        reviewing=person is not None,
    )


def _account(row: Registration) -> Person:
    """The account of the first contact, without a password: a mailed link signs in."""
    nobody = Actor(person=None, role=Role.CLOCK, via=VIA)
    return accounts.add(email=row.email, name=row.name, password_hash=None, language=row.language, actor=nobody)


def _joins_unasked(person: Person, organisation: Organisation) -> bool:
    """Whether the person acts for the organisation already, or nobody ever did and it never applied."""
    mine = acts_for(person, organisation.id)
    return mine or matches.public([organisation.id])[0].free


def _registered(row: Registration, person: Person, organisation: Organisation | None, apply: Apply) -> Organisation:
    """The organisation with the person as a member and its legal details, to be verified."""
    actor = Actor(person=person.id, role=Role.PUBLIC, via=VIA)
    if organisation and acts_for(person, organisation.id):
        return organisation
    if organisation is None:
        organisation = organisations.add(
            name=row.organisation,
            country=row.country,
            region=organisations.region_of(row.country),
            language=row.language,
            kind=row.kind,
            source=VIA,
            actor=actor,
        )
    details = _details(row)
    entered = registers.checked(details.entered)
    profiles.add(organisation, replace(details, entered=entered), actor=actor)
    verifications.begin(organisation, actor=actor, apply=apply)
    accounts.admit(person, organisation, title=row.title, actor=actor)
    return organisation


def _begun(call: Call | None, organisation: Organisation, person: Person, apply: Apply) -> Application | None:
    """The draft in the call; None without a call, and where a rule is against it, which the page of the call shows."""
    if call is None:
        return None
    actor = Actor(person=person.id, role=Role.APPLICANT, on_behalf_of=organisation.id, via=VIA)
    if drafts.against(call, organisation, actor):
        return None
    return drafts.begin(call=call, organisation=organisation, actor=actor, apply=apply)
