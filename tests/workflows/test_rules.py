"""Every rule of the flows: its message when it fails, no message when it holds, and proof that it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.workflows.broken import APPLICATION, OTHER, Failing, answering, returning
from tests.workflows.examples import FLOWS, MIDNIGHT, MORNING, NOON, OTHERS, READY, actor, places, round_with
from workflows.engine.flow import Flow, Transition
from workflows.engine.roles import CLOCK, Role
from workflows.programmes import programmes
from workflows.rules import decisions, money, proposals


def rows() -> Iterator[tuple[Flow, Transition, Failing]]:
    """Each row of each flow with each way in which one of its rules can fail."""
    for name, flow in FLOWS.items():
        for failing in OTHER.get(name, APPLICATION):
            for transition in flow.transitions:
                if failing.rule in transition.guards:
                    yield flow, transition, failing


ROWS = [pytest.param(*row, id=f"{row[0].name}, {row[1].key}, {row[2]}") for row in rows()]


def broken(flow: Flow, transition: Transition, failing: Failing) -> tuple[Any, Any]:
    """The ready case at the step of the transition with the rule broken, and a person who may apply it."""
    ready = OTHERS[flow.name][1] if flow.name in OTHERS else READY
    person = [
        role
        for role in transition.roles
        if failing.rule is not money.other_side_signs or list(Role).index(role) + 1 == failing.facts["signed_by"]
    ]
    return replace(ready, step=transition.source[0], stage=transition.stage or "", **failing.facts), actor(
        (person or transition.roles)[0]
    )


@pytest.mark.parametrize(("flow", "transition", "failing"), ROWS)
def test_a_broken_rule_gives_its_message_and_no_other(flow: Flow, transition: Transition, failing: Failing) -> None:
    case, person = broken(flow, transition, failing)

    text_found = failing.rule(case, person)

    assert tuple(map(str, text_found if isinstance(text_found, tuple) else (text_found,))) == failing.text_found


@pytest.mark.parametrize(("flow", "transition", "failing"), ROWS)
def test_a_broken_rule_stops_its_transition_and_without_the_rule_nothing_would(
    flow: Flow, transition: Transition, failing: Failing
) -> None:
    case, person = broken(flow, transition, failing)
    unguarded = replace(transition, guards=tuple(rule for rule in transition.guards if rule is not failing.rule))
    others = tuple(row for row in flow.transitions if row is not transition)
    without = replace(flow, transitions=(*others, unguarded))

    stopped = {str(message) for message in flow.objections(transition.key, case, person)}
    let_through = {str(message) for message in without.objections(transition.key, case, person)}

    assert stopped - let_through == set(failing.text_found)
    assert let_through == set()


@pytest.mark.parametrize("name", FLOWS)
def test_every_rule_of_every_flow_is_broken_above(name: str) -> None:
    needed = {rule for transition in FLOWS[name].transitions for rule in transition.guards}
    tried = {failing.rule for failing in OTHER.get(name, APPLICATION)}

    untried = {rule.__qualname__ for rule in needed - tried}

    assert untried <= {"call_allows.<locals>.rule"}


def test_an_invitation_remains_valid_after_the_call_closes() -> None:
    case = replace(READY, invited_until=NOON, round=round_with(step="closed", closes_at=MORNING))

    assert proposals.in_time(case, actor(Role.APPLICANT)) is None


def test_an_answer_is_accepted_at_the_last_instant_and_without_a_limit() -> None:
    last = replace(READY, step_at=NOON - timedelta(days=1))
    unlimited = replace(last, step_at=NOON - timedelta(days=400), round=round_with(clock={}))

    assert [proposals.answered_in_time(case, actor(Role.APPLICANT)) for case in (last, unlimited)] == [None, None]


@pytest.mark.parametrize("at", [MORNING, MIDNIGHT])
def test_the_first_and_the_last_instant_are_in_time(at: Any) -> None:
    assert proposals.in_time(replace(READY, arrived_at=at), actor(Role.APPLICANT)) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"agreement": "to_sign", "sign_until": NOON.date() - timedelta(days=1)},
        {"agreement": "countersign", "sign_until": NOON.date()},
    ],
)
def test_an_award_can_be_revoked_on_the_day_after_the_deadline(facts: dict[str, Any]) -> None:
    assert decisions.time_to_sign_is_over(replace(READY, **facts), actor(Role.APPROVER)) is None


@pytest.mark.parametrize("day", [NOON.date() - timedelta(days=1), NOON.date(), NOON.date() + timedelta(days=1)])
def test_all_unspent_funds_can_be_returned_today_in_any_time_zone(day: date) -> None:
    case = replace(OTHERS["agreement"][1], **returning(amount=Decimal(900), day=day))

    assert money.came_from_us(case, actor(Role.FINANCE)) == ()


@pytest.mark.parametrize("amount", [Decimal("0.01"), Decimal(5_000)])
def test_an_award_may_be_one_cent_or_the_whole_request(amount: Decimal) -> None:
    assert decisions.amount_fits(replace(READY, **answering(amount=amount)), actor(Role.APPROVER)) == ()


def test_a_recommendation_to_decline_needs_no_amount() -> None:
    case = replace(READY, **answering(kind="decline", amount=None))

    assert decisions.recommends_wholly(case, actor(Role.OFFICER)) is None
    assert decisions.amount_fits(case, actor(Role.OFFICER)) == ()


def test_the_clock_never_counts_as_the_same_person() -> None:
    assert decisions.not_recommended_by_me(READY, CLOCK) is None
    assert decisions.not_checked_by_me(READY, CLOCK) is None
    assert money.other_side_signs(OTHERS["agreement"][0], CLOCK) is None
    assert money.not_sent_by_me(OTHERS["report"][0], CLOCK) is None


@pytest.mark.parametrize(
    ("name", "places_of_checks"),
    [
        ("application decided by an officer", [("checks", "")]),
        ("application with a panel", [("checks", "")]),
        ("application in two stages", [("checks", "statement"), ("checks", "proposal")]),
        ("disaster relief", [("review", "proposal")]),
    ],
)
def test_the_checks_can_be_completed_where_a_transition_needs_them(
    name: str, places_of_checks: list[tuple[str, str]]
) -> None:
    flow = FLOWS[name]

    assert [place for place in places(flow) if decisions.checked_at(flow, *place)] == places_of_checks


@pytest.mark.parametrize("code", programmes())
def test_no_award_is_made_without_the_checks(code: str) -> None:
    flow = programmes()[code].flow

    assert "agreement" in {step for step, _ in places(flow)}
    assert "agreement" not in {step for step, _ in places(flow, past=decisions.all_checked)}
    assert "agreement" not in {step for step, _ in places(flow, past=decisions.none_failed)}
