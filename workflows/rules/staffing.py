"""Whether anybody is left who may take the next steps of an application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.cases import ApplicationCase
from workflows.engine.flow import Flow, Transition, messages_of
from workflows.engine.message import ANOTHER, N_, Message
from workflows.engine.roles import Actor, Role
from workflows.rules.decisions import completes_checks, lost_checkers

MISSING = {
    Role.OFFICER: N_("No programme officer can continue with this application. Appoint another one."),
    Role.APPROVER: N_("No approver can decide on this application. Appoint another one."),
}
"""What is said of a role in which nobody is left."""


def missing(flow: Flow, case: ApplicationCase, appointed: Mapping[Role, frozenset[int]]) -> tuple[Message, ...]:
    """A message for each role in which nobody is left for lost checks, or for the main action of this step or the next.

    appointed: the people who hold each role for the call, without those with a conflict of interest. Only reasons that
    another person resolves count.
    """
    short = [
        _role(transition)
        for transition in _ahead(flow, case.step, case.stage)
        if _role(transition) and not _somebody(transition, case, appointed)
    ]
    if lost_checkers(case) and not _checks_again(flow, case, appointed):
        short.insert(0, Role.OFFICER)
    return tuple(Message(MISSING[role]) for role in dict.fromkeys(short) if role)


def _checks_again(flow: Flow, case: ApplicationCase, appointed: Mapping[Role, frozenset[int]]) -> bool:
    """Whether an officer is left who may complete again the checks that no longer count."""
    left = appointed.get(Role.OFFICER, frozenset()) - case.involvements.disqualified
    return any(completes_checks(flow, case, person) for person in left)


def _ahead(flow: Flow, step: str, stage: str) -> Iterator[Transition]:
    """The main actions of this step, and of the steps to which main actions lead from here."""
    here = _main(flow, step, stage)
    yield from here
    for transition in here:
        yield from _main(flow, transition.target, transition.next_stage or stage)


def _main(flow: Flow, step: str, stage: str) -> list[Transition]:
    return [row for row in flow.transitions if row.here(step, stage) and row.weight == "first"]


def _role(transition: Transition) -> Role | None:
    """The role that takes the transition for the Foundation; None if that is the applicant's or the clock's."""
    return next((role for role in transition.roles if role in MISSING), None)


def _somebody(transition: Transition, case: ApplicationCase, appointed: Mapping[Role, frozenset[int]]) -> bool:
    actors = (Actor(person=person, role=role) for role in transition.roles for person in appointed.get(role, ()))
    return any(_may(transition, case, actor) for actor in actors)


def _may(transition: Transition, case: ApplicationCase, actor: Actor) -> bool:
    """Whether no guard sends the person away in favour of another one."""
    return not any(reason.cure == ANOTHER for guard in transition.guards for reason in messages_of(guard(case, actor)))
