"""Conflicts of interest: the declaration of a reviewer before the proposal becomes visible to them."""

from __future__ import annotations

from collections.abc import Sequence

from grants.db import db, now
from grants.models import Assignment, Conflict, Review
from grants.queries.reviews import looked_up
from grants.services.refusals import Refused
from grants.services.reviews.assignments import expect, record
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor

CONFLICTS = (
    ("member", N_("I am a member, employee or adviser of the applicant or of a partner.")),
    ("author", N_("I wrote this proposal, advised on it, or was invited to take part in the project.")),
    ("person", N_("A person named in the proposal is a relative, close friend, co-author or rival of mine.")),
    ("money", N_("My employer or I would gain or lose money through the decision.")),
    ("applied", N_("I have applied in this call.")),
)


def clear(assignment: Assignment, *, actor: Actor) -> None:
    """Record that the reviewer declares no conflict of interest, create the review, and make the proposal visible.

    Raises Refused when the invitation has been answered, or the reviewer is a member of the applicant.
    """
    expect(assignment, "asked")
    if looked_up(assignment).member:
        raise Refused(Message("You act for the applicant. Declare a conflict of interest."))
    assignment.state, assignment.cleared_at = "ready", now()
    db.session.add(Review(assignment=assignment))
    db.session.flush()
    record(assignment, actor, "clear", Message("Declared no conflict of interest"))


def declare_conflict(assignment: Assignment, *, kinds: Sequence[str], actor: Actor) -> None:
    """Record the reviewer's conflict of interest, after which the application is no longer visible to them.

    kinds: keys of CONFLICTS. Raises Refused when the review has been submitted or the assignment has ended.
    """
    expect(assignment, "asked", "ready")
    assignment.state = "conflicted"
    db.session.add(
        Conflict(application_id=assignment.application_id, person_id=assignment.person_id, kinds=",".join(kinds))
    )
    db.session.flush()
    record(assignment, actor, "conflict", Message("Declared a conflict of interest"))
