"""Who has been involved in an application on the applicant's side: recorded as it happens, for good.

Every part is recorded together with an event of the application: the one of the command itself, or one of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, tuple_

from grants.db import db
from grants.models import Application, Involvement, Membership, Organisation, Person
from grants.models.organisations import is_one_with
from grants.queries.applications.judgements import counting
from grants.services import locking
from grants.services.applications import judgements
from grants.services.integrity import history
from workflows.engine.message import Message
from workflows.engine.roles import Actor

FIRST_EDITS = {"wrote": Message("First edit of the proposal"), "reported": Message("First edit of a report")}
"""The events of parts that have none of their own."""


def note(application: Application, person: int | None, part: str) -> None:
    """Note that the person had this part, of which an event follows. The application is held."""
    assert person is not None  # noqa: S101 - the clock is never on the applicant's side
    _add([(application.id, person, part)])


def note_edit(application: Application, part: str, *, actor: Actor) -> None:
    """Note that the actor wrote the proposal or a report, with an event, unless an earlier event names them.

    part: a key of FIRST_EDITS. The application is held; its history is too, once there is an event to add.
    """
    named = select(Involvement.id).where(
        Involvement.application_id == application.id,
        Involvement.person_id == actor.person,
        Involvement.part != "member",
    )
    if db.session.scalar(named.limit(1)) is None:
        locking.hold(locking.Chain("application", application.id), actor=actor)
        note(application, actor.person, part)
        history.record(history.about(application), actor=actor, key=part, message=FIRST_EDITS[part])


def note_beginning(application: Application, members: Sequence[Person], *, actor: Actor) -> None:
    """Note who begins the draft, and the members of the applicant then; the event follows. All of them are held.

    The officers of what these people have judged in the call are told.
    """
    lost = counting(members, Application.call_id == application.call_id)
    note(application, actor.person, "created")
    _add([(application.id, person.id, "member") for person in members])
    judgements.tell_officers(lost)


def note_joining(applications: Sequence[Application], person: Person, *, actor: Actor) -> None:
    """Note that the person joined the applicant of these applications, with an event in the history of each.

    The person and the applications are held. The officers of what the person has judged in the calls of these are told.
    """
    lost = counting([person], Application.call_id.in_({application.call_id for application in applications}))
    new = _add([(application.id, person.id, "member") for application in applications])
    history.record_all(
        [
            history.Record(
                history.about(application),
                actor=actor,
                key="member",
                message=Message("New member of the applicant"),
                words={"person": person.name},
            )
            for application in applications
            if application.id in new
        ]
    )
    judgements.tell_officers(lost, joined=new)


def members(organisation: Organisation) -> list[Person]:
    """The people who act for the organisation, by id."""
    acts = select(Membership.person_id).where(
        is_one_with(Membership.organisation_id, organisation.id), Membership.ended_at.is_(None)
    )
    return list(db.session.scalars(select(Person).where(Person.id.in_(acts)).order_by(Person.id)))


def _add(parts: Sequence[tuple[int, int, str]]) -> set[int]:
    """Add the parts (application, person, part) that are new; returns the ids of their applications."""
    columns = Involvement.application_id, Involvement.person_id, Involvement.part
    known = {tuple(row) for row in db.session.execute(select(*columns).where(tuple_(*columns).in_(parts)))}
    new = [part for part in dict.fromkeys(parts) if part not in known]
    db.session.add_all(Involvement(application_id=id, person_id=person, part=part) for id, person, part in new)
    return {id for id, _, _ in new}
