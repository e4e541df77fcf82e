"""What people have judged in their roles at the Foundation, for commands by which it may no longer count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, select, union
from sqlalchemy.orm import aliased

from grants.db import db
from grants.models import Application, Appointment, Check, Conflict, Involvement, Person, Recommendation
from workflows.engine.steps import DECIDED


class Judgement(NamedTuple):
    """An application on which a person has completed checks or made a recommendation."""

    application: Application
    person: Person


def counting(people: Iterable[Person], among: ColumnElement[bool]) -> list[Judgement]:
    """What counts now of these people's checks and recommendations on undecided applications, by application.

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
        select(Application, judged.c.person_id)
        .join(judged, judged.c.application_id == Application.id)
        .where(~declared, ~exists().where(own.call_id == Application.call_id, apart))
        .order_by(Application.id, judged.c.person_id)
    )
    return [Judgement(application, wanted[person]) for application, person in found]


def _judged(people: set[int], among: ColumnElement[bool]) -> list[Select[Any]]:
    """The parts of a union (application, person): checks and recommendations that count."""
    kinds: list[tuple[Any, Any]] = [
        (Check.by, Check.submission_id == Application.submission_id),
        (Recommendation.by, (Recommendation.application_id == Application.id) & ~Recommendation.sent_back),
    ]
    return [
        select(Application.id.label("application_id"), by.label("person_id"))
        .join(by.class_, made)
        .where(by.in_(people), among, Application.step.not_in(DECIDED))
        for by, made in kinds
    ]
