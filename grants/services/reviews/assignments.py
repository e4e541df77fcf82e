"""Assignments: invite reviewers, the effects of their flow, and what is checked while a review is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from grants.access.principals import load_principal
from grants.db import db, now
from grants.models import Application, Assignment, Involvement, Person, Review
from grants.queries.applications import involvements
from grants.queries.cases.assignments import case as assignment_case
from grants.queries.reviews.assignments import invited, unfit
from grants.services import locking, outbox
from grants.services.effects import Apply, Context
from grants.services.integrity import history
from grants.services.refusals import Refused
from workflows.cases import AssignmentCase
from workflows.deadlines import REVIEW_LIMIT, time_limit
from workflows.engine.message import N_, Message, Value
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.engine.steps import DECIDED
from workflows.flows.assignment import AT_WORK, OPEN
from workflows.flows.notifications import INVITED_TO_REVIEW
from workflows.rules.involvements import objections
from workflows.rules.reviews import MAY_REVIEW, not_oneself

EARLIER = (
    N_("Review a proposal"),
    N_(
        "You are invited to review a proposal. First say whether you have a conflict of interest. If you have none,"
        " submit your review by %(day)s."
    ),
)
"""Texts of invitations that earlier releases queued without the call and the number of the application."""


def assign(*, application: Application, reviewer: Person, actor: Actor) -> Assignment:
    """Invite a reviewer to the newest submission: create the assignment, and queue the mail. Raises Refused."""
    locking.hold(application, shared=[reviewer], actor=actor)
    if application.step != "review":
        raise Refused(Message("You can invite reviewers only while the application is in review."))
    apart = objections(involvements.of(application), actor)
    oneself = not_oneself(AssignmentCase(reviewer=reviewer.id), actor)
    reasons = [*apart, oneself, *unfit(application, reviewer), invited(application, reviewer)]
    if any(reasons):
        raise Refused(*filter(None, reasons))
    assignment = Assignment(
        application=application,
        submission_id=application.submission_id,
        person=reviewer,
        stage=application.stage,
        assigned_by=inviter(actor),
        due_on=(now() + review_time(application)).date(),
    )
    db.session.add(assignment)
    db.session.flush()
    _begin(assignment, actor)
    outbox.mail(
        outbox.Mail(
            [reviewer],
            INVITED_TO_REVIEW,
            values_of(assignment),
            application=application,
            path=f"/reviews/{assignment.id}",
        )
    )
    return assignment


def inviter(actor: Actor) -> int:
    """The person who invites."""
    assert actor.person is not None  # noqa: S101 - only officers invite
    return actor.person


def _begin(assignment: Assignment, actor: Actor) -> None:
    """Record the invitation, which only staff see."""
    history.record(
        replace(history.about(assignment), step_to=assignment.step),
        actor=actor,
        key="assign",
        message=Message("Reviewer invited"),
        words={"person": assignment.person.name},
        audience="office",
    )


def values_of(assignment: Assignment) -> dict[str, Value]:
    """The values of mails about an assignment."""
    return {
        "name": assignment.person.name,
        "reference": assignment.application.reference or "",
        "call": assignment.application.call.title,
        "day": assignment.due_on,
    }


def review_time(application: Application) -> timedelta:
    """How long a review may take, by the clock of the call (default: 21 days)."""
    return (time_limit(application.call.data.clock, "review") or REVIEW_LIMIT).span


def decline(assignment: Assignment, context: Context) -> None:
    """Keep the reason why the reviewer declines."""
    assignment.reason = context.answers["reason"].strip()


def withdraw(assignment: Assignment, context: Context) -> None:
    """Keep the reason why the invitation is withdrawn."""
    assignment.reason = context.answers["reason"].strip()


def invite_again(assignment: Assignment, context: Context) -> None:
    """Begin anew, with a new due date. What the reviewer had written is kept for them, and is submitted no longer."""
    assignment.assigned_by, assignment.assigned_at = inviter(context.actor), now()
    assignment.due_on = (now() + review_time(assignment.application)).date()
    assignment.cleared_at, assignment.reason = None, ""
    if assignment.review:
        assignment.review.sent_at = None


def open_proposal(assignment: Assignment, context: Context) -> None:
    """Make the proposal visible to the reviewer, who has declared no conflict, and create the review."""
    assignment.cleared_at = now()
    if assignment.review is None:
        db.session.add(Review(assignment=assignment))


def submit(assignment: Assignment, context: Context) -> None:
    """Record when the review was submitted; after that it can no longer be changed."""
    assert assignment.review is not None  # noqa: S101 - the declaration has created it
    assignment.review.sent_at = now()


def open_of(applications: Sequence[int]) -> list[Assignment]:
    """The open assignments of these applications."""
    open_ = select(Assignment).where(Assignment.application_id.in_(applications), Assignment.step.in_(OPEN))
    return list(db.session.scalars(open_.order_by(Assignment.id)))


def release(reviewer: Person, *, apply: Apply) -> None:
    """Close the open assignments of a person in every call for which they are no longer appointed as a reviewer.

    The person must be held with `invited`.
    """
    apply(uncovered(reviewer), "end_role", actor=CLOCK)


def uncovered(reviewer: Person) -> list[Assignment]:
    """The open assignments of a person in calls for which they are not appointed as a reviewer."""
    principal = load_principal(reviewer)
    open_ = select(Assignment, Application.call_id).join(Assignment.application)
    open_ = open_.where(Assignment.person_id == reviewer.id, Assignment.step.in_(OPEN)).order_by(Assignment.id)
    return [row for row, call in db.session.execute(open_) if not principal.covers(Role.REVIEWER, call)]


def release_involved(*among: ColumnElement[bool], apply: Apply) -> None:
    """End the assignments of people who are on the side of the applicant, or of another applicant of the call.

    among: which assignments and applications; they are held.
    """
    apply(db.session.scalars(involved(*among)).all(), "join", actor=CLOCK)


def involved(*among: ColumnElement[bool]) -> Select[Assignment]:
    """The assignments that `release_involved` ends, by id.

    Those of applications with a decision stay as they are. A draft that was discarded makes nobody a rival here,
    because it no longer competes.
    """
    own = aliased(Application)
    discarded = and_(own.step == "withdrawn", own.submission_id.is_(None))
    rival = exists().where(
        Involvement.person_id == Assignment.person_id,
        Involvement.application_id == own.id,
        own.call_id == Application.call_id,
        or_(own.id == Application.id, ~discarded),
    )
    counting = select(Assignment).join(Application, Application.id == Assignment.application_id)
    counting = counting.where(*among, Assignment.step.in_(AT_WORK), Application.step.not_in(DECIDED), rival)
    return counting.order_by(Assignment.id)


def expect(assignment: Assignment, *, actor: Actor | None = None) -> None:
    """Hold the assignment, and raise Refused unless its reviewer may write the review."""
    locking.hold(assignment, shared=[assignment.person], actor=actor)
    case, reviewer = assignment_case(assignment), Actor(person=assignment.person_id, role=Role.REVIEWER)
    reasons = [reason for guard in MAY_REVIEW if (reason := guard(case, reviewer))]
    if assignment.step != "ready":
        reasons.append(Message("You have already submitted this review, or it is no longer needed."))
    if reasons:
        raise Refused(*reasons)
