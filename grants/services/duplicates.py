"""Duplicates: an organisation that was entered twice is merged into the entry that is kept, or separated from it.

No row is moved. The duplicate names the kept entry, and whatever asks which organisation a row belongs to takes both
for one: `is_one_with` in `grants/models/organisations.py`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from grants.db import db, now
from grants.models import Application, Assignment, Membership, Organisation, Person, Verification
from grants.models.organisations import is_one_with
from grants.services import locking, organisations, outbox
from grants.services.applications import involvements
from grants.services.effects import Apply
from grants.services.integrity import history
from grants.services.organisations import EVERYTHING
from grants.services.refusals import Refused, Stale
from grants.services.reviews import assignments
from workflows.engine.message import N_, Message, Value
from workflows.engine.roles import Actor
from workflows.mails.organisations import ENTRIES_MERGED, ENTRIES_SEPARATED

UNVERIFIED = Message(
    "One of the two entries is not verified, and merging shares everything with its people. A programme officer "
    "verifies it on its page first."
)
LONGEST = 1_000
"""The most characters of a reason."""


def merge(
    duplicate: Organisation, kept: Organisation, *, reason: str, version: int, actor: Actor, apply: Apply
) -> Organisation:
    """Merge an organisation into another, or into the one that this is merged into; returns the kept one.

    Everybody who acts for one of the two is from now on on the applicant's side of all their applications, for good,
    as after joining: they no longer review those that are not decided, and the officers are told. version: that of
    `version_of` when the page was shown. apply: `transitions.apply`. Raises Refused as `against`, and Stale if one of
    the two, or who acts for them, has changed.
    """
    into = entry_of(kept)
    people = _people(duplicate, into)
    locking.hold(*people, duplicate, into, applied=[duplicate, into], reviewing=True, actor=actor, place=EVERYTHING)
    if reasons := against(duplicate, into, actor):
        raise Refused(*reasons)
    if version != version_of(duplicate, into) or _people(duplicate, into) != people or into.merged_into_id:
        raise Stale(duplicate)
    _expect_reason(reason)
    at, by = now(), db.session.get(Person, actor.person)
    duplicate.merged_into, duplicate.merged_by, duplicate.merged_at, duplicate.merged_reason = into, by, at, reason
    db.session.flush()
    _record(duplicate, into, actor, "merge", reason)
    _involve(people, into, actor, apply)
    outbox.mail_members(people, ENTRIES_MERGED, _names(duplicate, into), organisation=into)
    return into


def separate(duplicate: Organisation, *, reason: str, version: int, actor: Actor) -> None:
    """Undo a merge. Who was involved in the applications of the other organisation meanwhile remains so.

    version: of the duplicate when the page was shown. Raises Refused for an organisation that is not merged and for a
    member of one of the two, and Stale if it has changed.
    """
    people, into = _people(duplicate), duplicate.merged_into
    locking.hold(*people, duplicate, *([into] if into else []), actor=actor, place=EVERYTHING)
    if into is None or duplicate.merged_into_id is None:
        raise Refused(Message("%(name)s is not merged into another organisation.", name=duplicate.name))
    if version != duplicate.version or _people(duplicate) != people:
        raise Stale(duplicate)
    if reasons := organisations.against(duplicate, into, actor=actor):
        raise Refused(*reasons)
    _expect_reason(reason)
    duplicate.merged_into = duplicate.merged_by = duplicate.merged_at = None
    duplicate.merged_reason = ""
    db.session.flush()
    _record(duplicate, into, actor, "separate", reason)
    for one in (duplicate, into):
        outbox.mail_members(_people(one), ENTRIES_SEPARATED, _names(duplicate, into), organisation=one)


def _names(duplicate: Organisation, into: Organisation) -> dict[str, Value]:
    return {"duplicate": duplicate.name, "organisation": into.name}


def against(duplicate: Organisation, kept: Organisation, actor: Actor) -> list[Message]:
    """Every reason not to merge the one into the other."""
    reasons = organisations.against(duplicate, kept, actor=actor)
    if entry_of(duplicate).id == entry_of(kept).id:
        return [*reasons, Message("These two entries are already merged.")]
    waiting = select(Verification.id).where(
        _of_either(Verification.organisation_id, duplicate, kept), Verification.step != "verified"
    )
    if db.session.scalar(waiting.limit(1)) is not None:
        reasons.append(UNVERIFIED)
    if duplicate.merged_into is not None:
        text = N_("%(name)s is merged into another organisation. Undo this first.")
        reasons.append(Message(text, name=duplicate.name))
    others = select(Organisation.id).where(Organisation.merged_into_id == duplicate.id)
    if db.session.scalar(others.limit(1)) is not None:
        text = N_(
            "Other organisations are merged into %(name)s, so it must be the entry that is kept. Merge the other "
            "entry into it, or undo those merges first."
        )
        reasons.append(Message(text, name=duplicate.name))
    return reasons


def entry_of(organisation: Organisation) -> Organisation:
    """The entry that is kept of the organisation: itself unless it is merged."""
    return organisation.merged_into or organisation


def version_of(duplicate: Organisation, kept: Organisation) -> int:
    """A number that is another one after every change of an entry of the two, or of who acts for one."""
    both = _of_either(Organisation.id, duplicate, kept)
    entries = select(Organisation.id, Organisation.version).where(both).order_by(Organisation.id)
    people = [person.id for person in _people(duplicate, kept)]
    compared = (kept.id, [tuple(row) for row in db.session.execute(entries)], people)
    return zlib.crc32(repr(compared).encode()) % 2**31


def _of_either(column: Any, *entries: Organisation) -> ColumnElement[bool]:
    """Whether the id in this column is that of one of the organisations with these entries."""
    return or_(*(is_one_with(column, one.id) for one in entries))


def _people(*entries: Organisation) -> list[Person]:
    """Everybody who acts for one of these, by id."""
    acts = _of_either(Membership.organisation_id, *entries), Membership.ended_at.is_(None)
    found = select(Person).where(Person.id.in_(select(Membership.person_id).where(*acts)))
    return list(db.session.scalars(found.order_by(Person.id)))


def _expect_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= LONGEST:
        raise Refused(Message("Enter a reason of 1 to %(most)s characters.", most=LONGEST, cure="reason"))


def _record(duplicate: Organisation, into: Organisation, actor: Actor, key: str, reason: str) -> None:
    """One event in the history of each of the two. Both are held."""
    texts = {
        "merge": (N_("Merged into %(name)s"), N_("%(name)s merged into this organisation")),
        "separate": (N_("No longer merged into %(name)s"), N_("%(name)s no longer merged into this organisation")),
    }[key]
    history.record_all(
        [
            history.Record(
                history.About("organisation", one.id, "organisation", one.id),
                actor,
                key,
                Message(text, name=other.name),
                {"reason": reason},
                audience="office",
            )
            for one, other, text in ((duplicate, into, texts[0]), (into, duplicate, texts[1]))
        ]
    )


def _involve(people: Sequence[Person], organisation: Organisation, actor: Actor, apply: Apply) -> None:
    """Note that these people are on the side of all applications of the organisation, which are held."""
    found = select(Application).where(is_one_with(Application.organisation_id, organisation.id))
    theirs = db.session.scalars(found.order_by(Application.id)).all()
    for person in people:
        involvements.note_joining(theirs, person, actor=actor)
    reviewing = Assignment.person_id.in_([person.id for person in people])
    calls = Application.call_id.in_({application.call_id for application in theirs})
    assignments.release_involved(reviewing, calls, apply=apply)
