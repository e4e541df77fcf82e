"""Rules about invitations to review, reviews and conflicts of interest."""

from __future__ import annotations

from workflows.cases import AssignmentCase
from workflows.engine.flow import Transition
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor

CONFLICTS = (
    ("member", N_("I am a member, employee or adviser of the applicant or of a partner.")),
    ("author", N_("I wrote this proposal, advised on it, or was invited to take part in the project.")),
    ("person", N_("A person named in the proposal is a relative, close friend, co-author or competitor of mine.")),
    ("money", N_("My employer or I could gain or lose financially from the decision.")),
    ("applied", N_("I have applied to this call.")),
)
"""The kinds of conflict of interest, each with the sentence that is ticked."""


def appointed(case: AssignmentCase, actor: Actor) -> Message | None:
    """The person is appointed as a reviewer for the call."""
    return None if case.appointed else Message("You are no longer appointed as a reviewer for this call.")


def in_review(case: AssignmentCase, actor: Actor) -> Message | None:
    """The submission to be reviewed is in review."""
    return None if case.in_review else Message("This application is no longer in review.")


def not_of_the_applicant(case: AssignmentCase, actor: Actor) -> Message | None:
    """The reviewer has never acted for the applicant."""
    if not case.applicant:
        return None
    return Message("You have acted for the applicant. Declare a conflict of interest.")


def not_of_a_rival(case: AssignmentCase, actor: Actor) -> Message | None:
    """The reviewer has never acted for another applicant to the call."""
    if not case.rival:
        return None
    return Message("You have acted for another applicant to this call. Declare a conflict of interest.")


def acts_for_an_applicant(case: AssignmentCase, actor: Actor) -> Message | None:
    """The reviewer has acted for an applicant to the call."""
    if case.applicant or case.rival:
        return None
    return Message("The reviewer has not acted for an applicant to this call.")


def undecided(case: AssignmentCase, actor: Actor) -> Message | None:
    """There is no decision on the application yet."""
    return Message("There is already a decision on this application.") if case.decided else None


def some_conflict(case: AssignmentCase, actor: Actor) -> Message | None:
    """At least one kind of conflict is selected."""
    if any(case.answers.get(key) for key, _ in CONFLICTS):
        return None
    return Message("Select what applies to you.", cure=CONFLICTS[0][0])


def review_complete(case: AssignmentCase, actor: Actor) -> tuple[Message, ...]:
    """Every criterion and question of the review is filled in."""
    return case.missing


def not_oneself(case: AssignmentCase, actor: Actor) -> Message | None:
    """The invited reviewer is another person."""
    if actor.person is None or actor.person != case.reviewer:
        return None
    return Message("You cannot invite yourself to review.")


def fit(case: AssignmentCase, actor: Actor) -> tuple[Message, ...]:
    """The reviewer is appointed for the call, has no conflict of interest and no other role with access to reviews."""
    return case.unfit


def appointment_ended(case: AssignmentCase, actor: Actor) -> Message | None:
    """The person is no longer appointed as a reviewer for the call."""
    return Message("The person is still appointed as a reviewer for this call.") if case.appointed else None


def review_over(case: AssignmentCase, actor: Actor) -> Message | None:
    """The submission to be reviewed is no longer in review."""
    return Message("This application is still in review.") if case.in_review else None


MAY_REVIEW = (appointed, in_review, not_of_the_applicant, not_of_a_rival)
"""The guards of everything that a reviewer does with a proposal: open it, save the review, submit it."""


def reads_reviewer(transition: Transition) -> bool:
    """Whether a guard reads the reviewer's roles and involvement, so that the person must be held."""
    return any(guard in (appointed, fit) for guard in transition.guards)
