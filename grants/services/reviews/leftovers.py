"""Assignments that earlier releases left open, found by an update and closed a few at a time.

A database of years has more of them than one transaction should lock.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from grants.db import db
from grants.models import Application, Assignment, Person
from grants.services import locking
from grants.services.effects import Apply
from grants.services.reviews import assignments
from workflows.engine.roles import CLOCK
from workflows.flows.assignment import OPEN

MOST = 200
"""The most assignments that are closed in one transaction."""


def reviewers() -> list[int]:
    """The people with open assignments in calls for which they are no longer appointed."""
    open_ = select(Assignment.person_id).where(Assignment.step.in_(OPEN))
    people = db.session.scalars(select(Person).where(Person.id.in_(open_)).order_by(Person.id))
    return [person.id for person in people if assignments.uncovered(person)]


def finished() -> list[int]:
    """The open assignments of applications whose review has ended."""
    over = or_(Application.step != "review", Application.submission_id != Assignment.submission_id)
    found = select(Assignment.id).join(Assignment.application).where(Assignment.step.in_(OPEN), over)
    return list(db.session.scalars(found.order_by(Assignment.id)))


def involved() -> list[int]:
    """The assignments of people who are on the side of the applicant, or of another applicant of the call."""
    return [one.id for one in db.session.scalars(assignments.involved())]


def release_reviewer(id: int, *, apply: Apply) -> None:
    """Close the open assignments of this person for which they are not appointed."""
    person = db.session.get_one(Person, id)
    locking.hold(person, invited=True)
    assignments.release(person, apply=apply)


def release_finished(ids: Sequence[int], *, apply: Apply) -> None:
    """Close these assignments, because the review of their application has ended."""
    found = select(Assignment).where(Assignment.id.in_(ids)).order_by(Assignment.id)
    apply(db.session.scalars(found).all(), "release", actor=CLOCK)


def release_involved(ids: Sequence[int], *, apply: Apply) -> None:
    """End those of these assignments whose reviewer is on the side of an applicant."""
    assignments.release_involved(Assignment.id.in_(ids), apply=apply)
