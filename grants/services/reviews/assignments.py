"""Assignments: invite reviewers, decline an invitation, and release a reviewer whose role has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from grants.access.principals import load_principal
from grants.db import db, now
from grants.models import Application, Assignment, Conflict, Membership, Organisation, Person
from grants.queries import recipients
from grants.services import locking, outbox
from grants.services.integrity import fingerprints, history
from grants.services.refusals import Refused
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor, Role

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
    if reasons := unfit(application, reviewer):
        raise Refused(*reasons)
    assignment = Assignment(
        application=application,
        submission_id=application.submission_id,
        person=reviewer,
        stage=application.stage,
        assigned_by=actor.person,
        due_on=(now() + review_time(application)).date(),
    )
    db.session.add(assignment)
    db.session.flush()
    record(assignment, actor, "assign", Message("Reviewer invited"))
    outbox.mail(
        [reviewer],
        application=application,
        role=Role.REVIEWER,
        subject=Message(
            "Review by %(day)s: application %(reference)s, “%(call)s”",
            day=assignment.due_on,
            reference=application.reference or "",
            call=application.call.title,
        ),
        text=Message(
            "We invite you to review application %(reference)s in the call “%(call)s”. First declare whether you have "
            "a conflict of interest. If you have none, submit your review by %(day)s.",
            reference=application.reference or "",
            call=application.call.title,
            day=assignment.due_on,
        ),
        path=f"/reviews/{assignment.id}",
    )
    return assignment


def review_time(application: Application) -> timedelta:
    """How long a review may take: `review_hours` of the call, else `review_days` (default: 21 days)."""
    clock = application.call.data.clock
    if hours := clock.get("review_hours"):
        return timedelta(hours=hours)
    return timedelta(days=clock.get("review_days", 21))


def unfit(application: Application, reviewer: Person) -> tuple[Message, ...]:
    """Every reason in the database why this person must not review the application at its current stage.

    Reasons: not appointed as a reviewer for this call, a member of the applicant or of another applicant in this call,
    a declared conflict that has not been lifted, an earlier invitation at this stage.
    """
    messages = []
    if not load_principal(reviewer).covers(Role.REVIEWER, application.call_id):
        messages.append(Message("%(name)s is not appointed as a reviewer for this call.", name=reviewer.name))
    member = select(Membership.id).where(Membership.person_id == reviewer.id, Membership.ended_at.is_(None))
    if db.session.scalar(member.where(Membership.organisation_id == application.organisation_id).limit(1)):
        messages.append(Message("%(name)s acts for the applicant.", name=reviewer.name))
    applied = (
        member.join(Organisation)
        .join(Application, Application.organisation_id == Organisation.id)
        .where(Application.call_id == application.call_id, Application.id != application.id)
    )
    if db.session.scalar(applied.limit(1)):
        messages.append(Message("%(name)s has applied in this call.", name=reviewer.name))
    if db.session.scalar(
        select(Conflict.id).where(
            Conflict.application_id == application.id, Conflict.person_id == reviewer.id, Conflict.lifted_at.is_(None)
        )
    ):
        messages.append(Message("%(name)s has a conflict of interest.", name=reviewer.name))
    if db.session.scalar(
        select(Assignment.id).where(
            Assignment.application_id == application.id,
            Assignment.person_id == reviewer.id,
            Assignment.stage == application.stage,
        )
    ):
        messages.append(Message("%(name)s has already been invited.", name=reviewer.name))
    return tuple(messages)


def decline(assignment: Assignment, *, reason: str, actor: Actor) -> None:
    """Record that the reviewer declines. Raises Refused when the review is submitted or the assignment has ended."""
    expect(assignment, "asked", "ready")
    assignment.state, assignment.reason = "declined", reason.strip()
    db.session.flush()
    record(assignment, actor, "decline_review", Message("Reviewer declined"), {"reason": reason})


def expect(assignment: Assignment, *states: str) -> None:
    """Hold the assignment with its application, share its reviewer; raise Refused unless it is in one of the states.

    Raises Refused, too, when the person is not appointed as a reviewer for the call any more.
    """
    locking.hold(assignment, shared=[assignment.person])
    if not load_principal(assignment.person).covers(Role.REVIEWER, assignment.application.call_id):
        raise Refused(Message("You are no longer appointed as a reviewer for this call."))
    if assignment.state not in states:
        raise Refused(Message("You have already answered this, or it is no longer needed."))


def release(reviewer: Person, *, actor: Actor) -> None:
    """Close the open assignments of a person in every call for which they are no longer appointed as a reviewer.

    The person must be held with `invited`. The officers of each application are told.
    """
    held = load_principal(reviewer)
    open_ = select(Assignment).where(Assignment.person_id == reviewer.id, Assignment.state.in_(("asked", "ready")))
    for assignment in db.session.scalars(open_.order_by(Assignment.id)):
        if not held.covers(Role.REVIEWER, assignment.application.call_id):
            assignment.state = "released"
            db.session.flush()
            record(assignment, actor, "release", Message("Reviewer released: appointment as a reviewer ended"))
            _report_release(assignment)


def release_unappointed(*, actor: Actor) -> None:
    """Close what earlier releases left open: assignments of people whose appointment or account has ended since."""
    open_ = select(Assignment.person_id).where(Assignment.state.in_(("asked", "ready")))
    people = db.session.scalars(select(Person).where(Person.id.in_(open_)).order_by(Person.id)).all()
    locking.hold(*people, actor=actor, invited=True)
    for person in people:
        release(person, actor=actor)


def _report_release(assignment: Assignment) -> None:
    application = assignment.application
    values = {
        "name": assignment.person.name,
        "reference": application.reference or "",
        "call": application.call.title,
    }
    outbox.mail(
        recipients.of(application, Role.OFFICER),
        application=application,
        role=Role.OFFICER,
        subject=Message("Invite a reviewer: application %(reference)s, “%(call)s”", **values),
        text=Message(
            "%(name)s is no longer appointed as a reviewer for the call “%(call)s” and will not review application "
            "%(reference)s. Invite another reviewer if the application has too few.",
            **values,
        ),
        path=f"/applications/{application.id}",
    )


def record(
    assignment: Assignment, actor: Actor, key: str, message: Message, words: dict[str, Any] | None = None
) -> None:
    """Record an event about an assignment that only staff see."""
    named = {"person": assignment.person.name, **(words or {})}
    about = history.About("application", assignment.application_id, "assignment", assignment.id)
    facts = fingerprints.of(assignment)
    history.record(about, actor=actor, key=key, message=message, words=named, audience="office", facts=facts)
