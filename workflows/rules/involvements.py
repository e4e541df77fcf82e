"""Rules about people who must not judge an application: those on an applicant's side, and its reviewers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workflows.cases import ApplicationCase, Involvements
from workflows.engine.flow import Transition
from workflows.engine.message import ANOTHER, Message
from workflows.engine.roles import Actor
from workflows.engine.steps import DECIDED


class Judged(Protocol):
    """A case that knows who must not judge it."""

    @property
    def involvements(self) -> Involvements:
        """The people who must not judge it."""


Rule = Callable[[Judged, Actor], Message | None]


def not_involved(case: Judged, actor: Actor) -> Message | None:
    """The person has never acted for the applicant."""
    if actor.person not in case.involvements.applicants:
        return None
    return Message("You have acted for the applicant, so another person must do this.", cure=ANOTHER)


def no_rival(case: Judged, actor: Actor) -> Message | None:
    """The person has never acted for another applicant to the call."""
    if actor.person not in case.involvements.rivals:
        return None
    return Message("You have acted for an applicant to this call, so another person must do this.", cure=ANOTHER)


def not_a_reviewer(case: Judged, actor: Actor) -> Message | None:
    """The person is not invited to review the application, and has not opened it as a reviewer."""
    if actor.person in case.involvements.reviewers:
        return Message("You have opened this application as a reviewer, so another person must do this.", cure=ANOTHER)
    if actor.person not in case.involvements.invited:
        return None
    return Message(
        "You have been invited to review this application. Decline the invitation first, or ask a colleague to do "
        "this.",
        cure=ANOTHER,
    )


IMPARTIAL = (not_involved, no_rival)
"""The guards of everything that a role of the Foundation does with an application."""
JUDGING = (*IMPARTIAL, not_a_reviewer)
"""The guards of what prepares, makes or undoes the decision on it: its reviewers have no other part in that."""


def decides(transition: Transition) -> bool:
    """Whether the transition decides on an application for good: nobody decides after it, or it asks for a next stage.

    What is checked, recommended or reviewed counts only until its author is an applicant.
    """
    last = transition.target in DECIDED or transition.next_stage is not None
    return last and set(JUDGING) <= set(transition.guards)


def nobody_decided(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
    """No one who acts for the organisation has decided on an application to this call."""
    return tuple(map(has_decided, case.deciders))


def has_decided(name: str) -> Message:
    """The reason why an organisation neither begins to apply nor submits: one of its people has decided in the call."""
    return Message(
        "%(name)s, who acts for your organisation, has decided on an application to this call. Your organisation "
        "cannot apply while %(name)s acts for it.",
        name=name,
    )


@dataclass(frozen=True, slots=True)
class _Judging:
    """A command that is no transition."""

    involvements: Involvements


def objections(involvements: Involvements, actor: Actor, guards: Sequence[Rule] = JUDGING) -> tuple[Message, ...]:
    """Every reason against the person, for a command that is no transition; empty when they may do it."""
    answers = (guard(_Judging(involvements), actor) for guard in guards)
    return tuple(answer for answer in answers if answer)
