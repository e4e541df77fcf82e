"""Reviews: invite reviewers, declare on conflicts of interest, decline, save, submit.

Each command except `save` records an event that only staff see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from grants.db import db, now
from grants.models import Application, Assignment, Conflict, Membership, Organisation, Person, Review, Score
from grants.queries.reviews import looked_up
from grants.services import outbox, transitions
from grants.services.integrity import fingerprints, history
from workflows.engine.message import N_, Message, Money
from workflows.engine.roles import Actor

CONFLICTS = (
    ("member", N_("I am a member, employee or adviser of the applicant or of a partner.")),
    ("author", N_("I wrote this proposal, advised on it, or was asked to join it.")),
    ("person", N_("A person named in the proposal is a relative, close friend, co-author or opponent of mine.")),
    ("money", N_("I or my employer would gain or lose money through the decision.")),
    ("applied", N_("I have applied in this call.")),
)
COMMENT_WORDS = 5


def assign(*, application: Application, reviewer: Person, actor: Actor) -> Assignment:
    """Invite a reviewer: create the assignment with its due date, and queue the mail.

    Raises Refused unless the application is in review, and with every reason why this person must not review it.
    """
    if application.step != "review":
        raise transitions.Refused(Message("You can invite reviewers only while the application is in review."))
    if reasons := unfit(application, reviewer):
        raise transitions.Refused(*reasons)
    assignment = Assignment(
        application=application,
        person=reviewer,
        stage=application.stage,
        assigned_by=actor.person,
        due_on=(now() + review_time(application)).date(),
    )
    db.session.add(assignment)
    db.session.flush()
    _record(assignment, actor, "assign", Message("Reviewer invited"))
    outbox.mail(
        [reviewer],
        subject=Message("Review a proposal"),
        text=Message(
            "You are invited to review a proposal. First say whether you have a conflict of interest. If you have none,"
            " submit your review by %(day)s.",
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

    Reasons: a member of the applicant or of another applicant in this call, a declared conflict that has not been
    lifted, an earlier invitation at this stage.
    """
    messages = []
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


def clear(assignment: Assignment, *, actor: Actor) -> None:
    """Record that the reviewer declares no conflict of interest, create the review, and make the proposal visible.

    Raises Refused when the invitation has been answered, or the reviewer is a member of the applicant.
    """
    _expect(assignment, "asked")
    if looked_up(assignment).member:
        raise transitions.Refused(Message("You act for the applicant. Declare a conflict of interest."))
    assignment.state, assignment.cleared_at = "ready", now()
    db.session.add(Review(assignment=assignment))
    db.session.flush()
    _record(assignment, actor, "clear", Message("Declared no conflict of interest"))


def declare_conflict(assignment: Assignment, *, kinds: Sequence[str], actor: Actor) -> None:
    """Record the reviewer's conflict of interest, after which the application is no longer visible to them.

    kinds: keys of CONFLICTS. Raises Refused when the review has been submitted or the assignment has ended.
    """
    _expect(assignment, "asked", "ready")
    assignment.state = "conflicted"
    db.session.add(
        Conflict(application_id=assignment.application_id, person_id=assignment.person_id, kinds=",".join(kinds))
    )
    db.session.flush()
    _record(assignment, actor, "conflict", Message("Declared a conflict of interest"))


def decline(assignment: Assignment, *, reason: str, actor: Actor) -> None:
    """Record that the reviewer declines. Raises Refused when the review is submitted or the assignment has ended."""
    _expect(assignment, "asked", "ready")
    assignment.state, assignment.reason = "declined", reason.strip()
    db.session.flush()
    _record(assignment, actor, "decline_review", Message("Reviewer declined"), {"reason": reason})


def save(
    review: Review,
    *,
    scores: Mapping[str, tuple[int | None, str]],
    texts: Mapping[str, str],
    fund: bool | None,
    amount: Decimal | None,
    confidence: int | None,
    version: int | None = None,
) -> None:
    """Save a draft of a review, complete or not. scores: criterion → (points, comment); texts: column → text.

    Raises Refused unless the reviewer has declared no conflict, has not submitted it, and the application is in review
    at this stage; Stale when the review's version is no longer `version`.
    """
    _expect(review.assignment, "ready")
    db.session.refresh(review)
    if version is not None and review.version != version:
        raise transitions.Stale(review)
    _open_for_reviews(review.assignment)
    held = {score.criterion: score for score in review.scores}
    for criterion, (points, comment) in scores.items():
        if criterion not in held:
            held[criterion] = Score(criterion=criterion)
            review.scores.append(held[criterion])
        held[criterion].points, held[criterion].comment = points, comment
    for name, text in texts.items():
        setattr(review, name, text)
    review.fund, review.amount, review.confidence, review.saved_at = fund, amount, confidence, now()
    db.session.flush()


def missing(review: Review) -> tuple[Message, ...]:
    """What is missing or wrong in a review before it can be submitted. Empty when nothing is."""
    application = review.assignment.application
    held = {score.criterion: score for score in review.scores}
    messages = []
    for criterion in application.call.data.rubric:
        score = held.get(criterion.key)
        if score is None or score.points is None:
            messages.append(
                Message("Give a score for “%(criterion)s”.", criterion=Message(criterion.title), cure=criterion.key)
            )
        elif len(score.comment.split()) < COMMENT_WORDS:
            messages.append(
                Message(
                    "Explain your score for “%(criterion)s” in at least %(words)s words.",
                    criterion=Message(criterion.title),
                    words=COMMENT_WORDS,
                    cure=criterion.key,
                )
            )
    for key, label in (("strengths", Message("Strengths")), ("concerns", Message("Concerns"))):
        if not getattr(review, key).strip():
            messages.append(Message("“%(label)s” is not answered.", label=label, cure=key))
    if review.fund is None:
        messages.append(Message("Say whether the project should be funded.", cure="fund"))
    if review.fund and not review.amount:
        messages.append(Message("Enter the amount that you would award.", cure="amount"))
    if review.amount is not None and review.amount > application.asked:
        messages.append(
            Message(
                "The applicant requested %(asked)s. Enter that amount or less.",
                asked=Money(application.asked, application.call.currency),
                cure="amount",
            )
        )
    if review.confidence is None:
        messages.append(Message("Say how confident you are.", cure="confidence"))
    return tuple(messages)


def send(review: Review, *, actor: Actor) -> None:
    """Submit the review, after which it can no longer be changed.

    Raises Refused with everything that is missing, or when the application is no longer in review at this stage.
    """
    _expect(review.assignment, "ready")
    _open_for_reviews(review.assignment)
    if reasons := missing(review):
        raise transitions.Refused(*reasons)
    review.assignment.state, review.sent_at = "sent", now()
    db.session.flush()
    _record(review.assignment, actor, "review", Message("Review submitted"))


def _open_for_reviews(assignment: Assignment) -> None:
    application = assignment.application
    if application.step != "review" or application.stage != assignment.stage:
        raise transitions.Refused(Message("This application is no longer in review."))


def _expect(assignment: Assignment, *states: str) -> None:
    """Lock the assignment and read it again; raise Refused unless it is in one of these states."""
    db.session.refresh(assignment, with_for_update={"of": Assignment})
    if assignment.state not in states:
        raise transitions.Refused(Message("You have already answered this, or it is no longer needed."))


def _record(
    assignment: Assignment, actor: Actor, key: str, message: Message, words: dict[str, Any] | None = None
) -> None:
    named = {"person": assignment.person.name, **(words or {})}
    about = history.About("application", assignment.application_id, "assignment", assignment.id)
    facts = fingerprints.of(assignment)
    history.record(about, actor=actor, key=key, message=message, words=named, audience="office", facts=facts)
