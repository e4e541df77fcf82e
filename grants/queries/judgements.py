"""What people have judged in their roles at the Foundation, for commands by which it may no longer count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, literal, select, union
from sqlalchemy.orm import aliased

from grants.db import db
from grants.models import Application, Appointment, Assignment, Check, Conflict, Involvement, Person, Recommendation
from workflows.engine.steps import DECIDED


class Judgement(NamedTuple):
    """An application that a person has judged. reviewed: by a review; otherwise by checks or a recommendation."""

    application: Application
    person: Person
    reviewed: bool


def counting(people: Iterable[Person], among: ColumnElement[bool]) -> list[Judgement]:
    """What counts now of these people's judgements on undecided applications, by application.

    among: which applications, such as those of a call. Two queries, or only one for people who never had a role.
    """
    wanted = {person.id: person for person in people}
    held = select(Appointment.person_id).where(Appointment.person_id.in_(wanted)).distinct()
    staff = set(db.session.scalars(held))
    if not staff:
        return []
    judged = union(*_judged(staff, among)).subquery("judged")
    own = aliased(Application)
    apart = exists().where(Involvement.person_id == judged.c.person_id, Involvement.application_id == own.id)
    declared = exists().where(
        Conflict.application_id == Application.id,
        Conflict.person_id == judged.c.person_id,
        Conflict.lifted_at.is_(None),
    )
    found = db.session.execute(
        select(Application, judged.c.person_id, judged.c.reviewed)
        .join(judged, judged.c.application_id == Application.id)
        .where(~declared, ~exists().where(own.call_id == Application.call_id, apart))
        .order_by(Application.id, judged.c.person_id, judged.c.reviewed)
    )
    return [Judgement(application, wanted[person], reviewed) for application, person, reviewed in found]


def _judged(people: set[int], among: ColumnElement[bool]) -> list[Select[Any]]:
    """The parts of a union (application, person, reviewed): checks, recommendations and reviews that count."""
    kinds: list[tuple[Any, Any, bool]] = [
        (Check.by, Check.submission_id == Application.submission_id, False),
        (Recommendation.by, (Recommendation.application_id == Application.id) & ~Recommendation.sent_back, False),
        (
            Assignment.person_id,
            (Assignment.submission_id == Application.submission_id) & (Assignment.step == "sent"),
            True,
        ),
    ]
    return [
        select(Application.id.label("application_id"), by.label("person_id"), literal(reviewed).label("reviewed"))
        .join(by.class_, made)
        .where(by.in_(people), among, Application.step.not_in(DECIDED))
        for by, made, reviewed in kinds
    ]
