"""The legal details of organisations: each change adds a version, and what was decided keeps its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from grants.db import db
from grants.models import Organisation, Profile
from grants.queries import profiles
from grants.services import locking, registers, verifications
from grants.services.effects import Apply
from grants.services.integrity import history
from grants.services.refusals import Refused, Stale
from grants.services.registers import Entered
from workflows.engine.message import Message
from workflows.engine.roles import Actor

LONGEST = 200
"""The most characters of a legal name."""


@dataclass(frozen=True, slots=True)
class Details:
    """Legal details as they are entered."""

    legal_name: str
    entered: Entered = field(default_factory=Entered)
    address: str = ""
    city: str = ""
    website: str = ""

    @classmethod
    def of(cls, profile: Profile) -> Details:
        """Those of a stored version."""
        entered = Entered(profile.register, profile.register_number)
        return cls(profile.legal_name, entered, profile.address, profile.city, profile.website)


def change(organisation: Organisation, *, details: Details, actor: Actor, version: int, apply: Apply) -> Profile:
    """Add a version of the legal details and record it in history; the present one if nothing is different.

    Another legal name or register number is to be verified. version: the number of the version that the page showed, 0
    without one. apply: `transitions.apply`. Raises Stale if there is another by now, and Refused for a wrong number of
    a register.
    """
    verification = verifications.of(organisation)
    locking.hold(organisation, *([verification] if verification else []), actor=actor)
    present = profiles.present(organisation)
    if version != (present.number if present else 0):
        raise Stale(organisation)
    checked = replace(details, entered=registers.checked(details.entered))
    if present and Details.of(present) == checked:
        return present
    row = add(organisation, checked, actor=actor)
    if present is None or (present.legal_name, present.identifier) != (row.legal_name, row.identifier):
        verifications.begin(organisation, actor=actor, apply=apply)
    return row


def add(organisation: Organisation, details: Details, *, actor: Actor) -> Profile:
    """Add a version of legal details whose number was checked. The organisation must be held."""
    locking.require(organisation)
    if not 0 < len(details.legal_name) <= LONGEST:
        raise Refused(Message("Enter a legal name of 1 to %(most)s characters.", most=LONGEST, cure="legal_name"))
    present = profiles.present(organisation)
    row = Profile(
        organisation_id=organisation.id,
        number=present.number + 1 if present else 1,
        legal_name=details.legal_name,
        register=details.entered.register,
        register_number=details.entered.number,
        identifier=registers.identifier(details.entered, organisation.id),
        address=details.address,
        city=details.city,
        website=details.website,
        by=actor.person,
    )
    db.session.add(row)
    db.session.flush()
    about = history.About("organisation", organisation.id, "organisation_profile", row.id)
    recorded = Message("Legal details recorded, version %(number)s", number=row.number)
    history.record(about, actor=actor, key="profile", message=recorded)
    return row
