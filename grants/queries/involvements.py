"""Who must not judge an application: the applicant's side, rivals, its reviewers, and those with a conflict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, any_, func, literal, select, union_all
from sqlalchemy.orm import aliased

from grants.db import db
from grants.models import (
    Application,
    Appointment,
    Assignment,
    Award,
    Batch,
    Call,
    Conflict,
    Instalment,
    Involvement,
    Payment,
    Review,
)
from workflows.cases import Involvements

APPOINTED = Involvement.person_id == any_(
    func.array(select(Appointment.person_id).where(Appointment.ended_at.is_(None)).scalar_subquery())
)
"""Involvements of people with a role: of the thousands of applicants of a call, only these can judge a rival.

As an array, because the planner then begins with these people, and not with all applicants of the call.
"""
NOBODY = Involvements()


def of(application: Application) -> Involvements:
    """Those who must not judge the application. One query."""
    rivals = (
        select(literal("rivals"), Involvement.person_id)
        .join(Application, Application.id == Involvement.application_id)
        .where(Application.call_id == application.call_id, Application.id != application.id)
        .where(APPOINTED)
    )
    opened = select(literal("reviewers"), Assignment.person_id).join(Review, Review.assignment_id == Assignment.id)
    declared = select(literal("conflicted"), Conflict.person_id).where(Conflict.lifted_at.is_(None))
    found = db.session.execute(
        union_all(
            select(literal("applicants"), Involvement.person_id).where(Involvement.application_id == application.id),
            rivals,
            opened.where(Assignment.application_id == application.id),
            declared.where(Conflict.application_id == application.id),
        )
    )
    return grouped((0, kind, person) for kind, person in found).get(0, NOBODY)


def of_each(applications: Sequence[Application]) -> dict[int, Involvements]:
    """Those who must not judge each of these applications, by its id. One query for any number."""
    ids = {application.id for application in applications}
    if len(ids) == 1:
        return {applications[0].id: of(applications[0])}
    judged = aliased(Application)
    applicants = select(Involvement.application_id, literal("applicants"), Involvement.person_id)
    rivals = (
        select(judged.id, literal("rivals"), Involvement.person_id)
        .join(Application, Application.id == Involvement.application_id)
        .join(judged, (judged.call_id == Application.call_id) & (judged.id != Application.id))
        .where(judged.id.in_(ids), APPOINTED)
    )
    opened = select(Assignment.application_id, literal("reviewers"), Assignment.person_id).join(Review)
    declared = select(Conflict.application_id, literal("conflicted"), Conflict.person_id)
    parts = (
        applicants.where(Involvement.application_id.in_(ids)),
        rivals,
        opened.where(Assignment.application_id.in_(ids)),
        declared.where(Conflict.application_id.in_(ids), Conflict.lifted_at.is_(None)),
    )
    found = grouped(db.session.execute(union_all(*parts)))
    return {id: found.get(id, NOBODY) for id in ids}


def of_call(call: Call) -> Involvements:
    """Those who must not decide about the call, because they have applied to it. One query."""
    return Involvements(rivals=frozenset(db.session.scalars(applied(call))))


def applied(call: Call) -> Select[int]:
    """The people with a role who have applied to the call."""
    parts = select(Involvement.person_id).join(Application, Application.id == Involvement.application_id)
    return parts.where(Application.call_id == call.id, APPOINTED)


def arms(batches: Sequence[Batch]) -> list[Select[Any]]:
    """The parts of a union (batch, kind, person): those who must not handle each batch, for `grouped`.

    They are involved in an application that it pays, or in a rival of one.
    """
    paid = (
        select(Payment.batch_id, Award.application_id, Application.call_id)
        .select_from(Payment)
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(Payment.batch_id.in_([batch.id for batch in batches]), ~Payment.undone)
        .distinct()
    )
    return _arms(paid.cte("paid"))


def of_instalments(instalments: Sequence[Instalment]) -> Involvements:
    """Those who must not put these instalments into a batch. One query for any number."""
    paid = (
        select(literal(0).label("batch_id"), Award.application_id, Application.call_id)
        .select_from(Instalment)
        .join(Award, Award.id == Instalment.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(Instalment.id.in_([one.id for one in instalments]))
        .distinct()
        .cte("paid")
    )
    return grouped(db.session.execute(union_all(*_arms(paid)))).get(0, NOBODY)


def _arms(paid: Any) -> list[Select[Any]]:
    """The people for each batch of the rows (batch, application, call)."""
    other = aliased(Application)
    own: Select[Any] = select(paid.c.batch_id, literal("applicants"), Involvement.person_id).join(
        paid, paid.c.application_id == Involvement.application_id
    )
    rivals: Select[Any] = (
        select(paid.c.batch_id, literal("rivals"), Involvement.person_id)
        .join(other, other.id == Involvement.application_id)
        .join(paid, (paid.c.call_id == other.call_id) & (paid.c.application_id != other.id))
        .where(APPOINTED)
    )
    return [own, rivals]


def grouped(rows: Iterable[Any]) -> dict[int, Involvements]:
    """The people by the key of each row (key, kind, person)."""
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for key, kind, person in rows:
        found[key][kind].add(person)
    return {key: Involvements(**{kind: frozenset(ids) for kind, ids in kinds.items()}) for key, kinds in found.items()}
