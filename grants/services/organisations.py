"""Organisations: chapters from the published list, and others."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from sqlalchemy import select

from grants.db import db
from grants.models import Organisation
from grants.queries import profiles as stored
from grants.queries.applications import involvements as involved
from grants.services import locking, profiles, registers, verifications
from grants.services.authority import Place
from grants.services.effects import Apply
from grants.services.integrity import history
from grants.services.profiles import Details
from grants.services.refusals import Refused, Stale
from workflows.engine.message import ANOTHER, Message
from workflows.engine.roles import CLOCK, Actor

EVERYTHING = Place()
"""Organisations apply in every programme, so only a role without a limit adds or corrects one."""
OWN = Message("You act or have acted for this organisation, so another administrator must do this.", cure=ANOTHER)
JUDGE = Message(
    "You have a conflict of interest in an application of this organisation, or review one, so another administrator "
    "must do this.",
    cure=ANOTHER,
)
RIVAL = Message(
    "You have acted for another applicant to a call to which this organisation has applied, so another administrator "
    "must do this.",
    cure=ANOTHER,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What an administrator enters about an organisation beside its legal details. language: of its letters."""

    name: str
    kind: str
    country: str
    language: str

    @classmethod
    def of(cls, organisation: Organisation) -> Named:
        """That of a stored organisation."""
        return cls(organisation.name, organisation.kind, organisation.country, organisation.language)


def add(
    *,
    name: str,
    country: str,
    region: str,
    language: str,
    kind: str = "chapter",
    address: str = "",
    source: str = "",
    actor: Actor = CLOCK,
) -> Organisation:
    """Create an organisation and its history event.

    The transaction raises ConstraintViolated when the name is taken.
    """
    row = Organisation(
        name=name,
        sort_key=sort_key(name),
        country=country,
        region=region,
        language=language,
        kind=kind,
        address=address,
        source=source,
    )
    db.session.add(row)
    db.session.flush()
    history.record(
        history.About("organisation", row.id, "organisation", row.id), actor=actor, key="add", message=Message("Added")
    )
    return row


def enter(named: Named, details: Details, *, actor: Actor) -> Organisation:
    """Create an organisation with its legal details, as an administrator enters it; it needs no verification.

    Raises Refused for a wrong number of a register. The transaction raises ConstraintViolated when the name is taken.
    """
    region = region_of(named.country)
    row = add(
        name=named.name, country=named.country, region=region, language=named.language, kind=named.kind, actor=actor
    )
    locking.hold(row, actor=actor, place=EVERYTHING)
    profiles.add(row, replace(details, entered=registers.checked(details.entered)), actor=actor)
    return row


def against(*organisations: Organisation, actor: Actor) -> list[Message]:
    """Why this person decides nothing about these organisations: they act for one or for a rival, or judge one.

    A conflict of interest in an application of one counts, and so does a review of it. What is entered about an
    organisation decides whether it may apply, and how much it may hold.
    """
    found = involved.bonds(organisations, actor.person)
    reasons = ((found.own, OWN), (found.rival, RIVAL), (found.judges, JUDGE))
    return [reason for speaks, reason in reasons if speaks]


def correct(
    organisation: Organisation, named: Named, details: Details | None, *, actor: Actor, version: int, apply: Apply
) -> bool:
    """Correct an organisation and its legal details, and record both in history; returns whether anything changed.

    details: None to leave them. version: that of `version_of` when the page was shown. apply: `transitions.apply`.
    Another legal name or register number is to be verified. Raises Stale if anything has changed since, and Refused for
    a wrong number of a register. The transaction raises ConstraintViolated when the name is taken.
    """
    verification = verifications.of(organisation)
    locking.hold(organisation, *([verification] if verification else []), actor=actor, place=EVERYTHING)
    if version != version_of(organisation):
        raise Stale(organisation)
    if reasons := against(organisation, actor=actor):
        raise Refused(*reasons)
    if changed := named != Named.of(organisation):
        if named.country != organisation.country:
            organisation.region = region_of(named.country)
        organisation.name, organisation.sort_key = named.name, sort_key(named.name)
        organisation.kind, organisation.country, organisation.language = named.kind, named.country, named.language
        db.session.flush()
        about = history.About("organisation", organisation.id, "organisation", organisation.id)
        history.record(about, actor=actor, key="correct", message=Message("Entry of the organisation corrected"))
    if details is None:
        return changed
    present = stored.present(organisation)
    number = present.number if present else 0
    row = profiles.change(organisation, details=details, actor=actor, version=number, apply=apply)
    return changed or row.number > number


def version_of(organisation: Organisation) -> int:
    """A number that grows with every change of the organisation or of its legal details."""
    present = stored.present(organisation)
    return organisation.version + (present.number if present else 0)


def region_of(country: str) -> str:
    """The region of the organisations of the country; empty if there are none."""
    region = select(Organisation.region).where(Organisation.country == country).order_by(Organisation.id)
    return db.session.scalar(region.limit(1)) or ""


def add_missing(rows: list[dict[str, str]]) -> int:
    """Create the chapters of the published list whose names are missing; returns how many were created."""
    known = set(db.session.scalars(select(Organisation.name)))
    new = [row for row in rows if row["chapter"] not in known]
    for row in new:
        add(
            name=row["chapter"],
            country=row["country_iso2"],
            region=row["region"],
            language=row["correspondence_language_suggested"],
            source=row["source"],
        )
    return len(new)


def sort_key(name: str) -> str:
    """The name without accents and case, so that names sort in the same way on every server."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
