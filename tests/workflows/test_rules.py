"""Every rule of the flows: its message when it fails, no message when it holds, and proof that it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.workflows.examples import FLOWS, MIDNIGHT, MORNING, NOON, OTHERS, READY, actor, places, round_with, usd
from workflows.cases import Involvements
from workflows.engine.flow import Flow, Guard, Transition
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Role
from workflows.programmes import programmes
from workflows.rules import days, decisions, involvements, money, proposals


@dataclass(frozen=True)
class Failing:
    """A rule, the facts that break it for the person with this id, and the expected messages."""

    rule: Guard
    facts: dict[str, Any]
    text_found: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule.__name__}: {self.text_found[0]}"


def answering(**answers: object) -> dict[str, Any]:
    """The ready fields, some of them changed."""
    return {"answers": {**READY.answers, **answers}}


def returning(**answers: object) -> dict[str, Any]:
    """The ready fields of a repayment, some of them changed."""
    return {"answers": {**OTHERS["agreement"][1].answers, **answers}}


ME = frozenset(range(1, 20))
"""Facts in which every person has taken part, so that every person who acts breaks the rule."""

APART = [
    Failing(
        involvements.not_involved,
        {"involvements": Involvements(applicants=ME)},
        ("You have been involved on the applicant’s side, so another person must do this.",),
    ),
    Failing(
        involvements.no_rival,
        {"involvements": Involvements(rivals=ME)},
        ("Your organisation has applied to this call, so another person must do this.",),
    ),
]

APPLICATION = [
    Failing(
        proposals.in_time,
        {"arrived_at": MIDNIGHT + timedelta(microseconds=1)},
        ("The call closed on 2026-11-30 23:59:00+00:00. We keep your draft, but you can no longer submit it.",),
    ),
    Failing(
        proposals.in_time,
        {"arrived_at": MORNING - timedelta(microseconds=1)},
        ("The call opens on 2026-11-30 09:00:00+00:00.",),
    ),
    Failing(proposals.in_time, {"round": round_with(step="planned")}, ("This call is not open.",)),
    Failing(
        proposals.in_time,
        {"invited_until": NOON - timedelta(seconds=1)},
        ("The invitation expired on 2026-11-30 11:59:59+00:00. We keep your draft, but you can no longer submit it.",),
    ),
    Failing(proposals.complete, {"missing": (Message("One."), Message("Two."))}, ("One.", "Two.")),
    Failing(
        proposals.answered,
        {"changed": False, "answers": {"answer": " "}},
        ("Answer our question in writing, or change the proposal.",),
    ),
    *APART,
    Failing(
        proposals.answered_in_time,
        {"step_at": NOON - timedelta(days=1, seconds=1)},
        ("The time to answer ended on 2026-11-30 11:59:59+00:00. We continue with the proposal that you submitted.",),
    ),
    Failing(
        involvements.not_a_reviewer,
        {"involvements": Involvements(reviewers=ME)},
        ("You have opened this application as a reviewer, so another person must do this.",),
    ),
    Failing(
        days.happened_already,
        {"happened_on": date(2026, 12, 1)},
        ("“Date of the event” is 2026-12-01, which is in the future. Enter the date on which it happened.",),
    ),
    Failing(decisions.all_checked, {"checks_open": 1}, ("1 eligibility check has no result yet.",)),
    Failing(
        decisions.none_failed,
        {"checks_failed": ("The name on the bank account is the legal name", "We can make payments to this country")},
        (
            "An eligibility check has failed: The name on the bank account is the legal name.",
            "An eligibility check has failed: We can make payments to this country.",
        ),
    ),
    Failing(
        decisions.reviews_in, {"reviews_in": 1, "reviews_needed": 3}, ("3 reviews are required; 1 submitted so far.",)
    ),
    Failing(
        decisions.not_checked_by_me,
        {"checked_by": ME},
        ("You completed eligibility checks on this application, so another person must do this.",),
    ),
    Failing(
        decisions.not_recommended_by_me,
        {"recommended_by": list(Role).index(Role.APPROVER) + 1},
        ("You made the recommendation, so another person must decide.",),
    ),
    Failing(
        decisions.award_recommended,
        {"recommendation": None},
        ("No officer has recommended an award. Send the application back with your reasons instead.",),
    ),
    Failing(
        decisions.award_recommended,
        {"recommendation": "decline"},
        ("No officer has recommended an award. Send the application back with your reasons instead.",),
    ),
    Failing(decisions.amount_fits, answering(amount=Decimal(0)), ("Enter an amount above zero.",)),
    Failing(
        decisions.amount_fits,
        {**answering(amount=Decimal("0.04")), "round": round_with(least=Decimal("0.05"))},
        (f"Enter at least {usd('0.05')}, so that every instalment pays something.",),
    ),
    Failing(decisions.amount_fits, answering(amount="4000"), ("Enter the amount as a number.",)),
    Failing(decisions.amount_fits, answering(amount=Decimal("NaN")), ("Enter the amount as a number.",)),
    Failing(
        decisions.amount_fits,
        answering(amount=Decimal("9000.01")),
        (
            f"The applicant requested {usd('5000')}; an award cannot exceed this amount.",
            f"The call has only {usd('9000')} left to award.",
        ),
    ),
    Failing(decisions.recommends_wholly, answering(amount=None), ("Enter the amount that you recommend.",)),
    Failing(
        decisions.recommends_wholly,
        answering(kind="decline", feedback=""),
        ("Enter the feedback for the applicant.",),
    ),
    Failing(
        decisions.all_settled,
        {"reports_open": 1, "instalments_open": 2, "unused": Decimal(70)},
        (
            "1 report is not approved yet.",
            "2 instalments are not paid yet.",
            f"{usd('70')} of unspent funds has not been returned yet.",
        ),
    ),
    Failing(
        decisions.time_to_sign_is_over,
        {"agreement": "to_sign", "sign_until": NOON.date()},
        ("The grantee can still sign until 2026-11-30. You can revoke the award after that day.",),
    ),
    Failing(decisions.nobody_signed, {"agreement": "countersign"}, ("The grantee has already signed the agreement.",)),
    Failing(decisions.grantee_signed, {"agreement": "to_sign"}, ("The grantee has not signed the agreement yet.",)),
    Failing(
        decisions.both_signed, {"agreement": "to_sign"}, ("The agreement has not been signed by both parties yet.",)
    ),
]

STANDS = Failing(money.given_up, {"application": "agreement"}, ("The award has not been declined or revoked.",))
"""The reason why no award ends by the clock."""

OTHER = {
    "agreement": [
        Failing(
            money.other_side_signs,
            {"signed_by": list(Role).index(role) + 1},
            ("You signed for the grantee, so another person must countersign.",),
        )
        for role in (Role.OFFICER, Role.APPROVER)
    ]
    + [
        STANDS,
        *APART,
        Failing(money.came_from_us, {"returnable": Decimal(0)}, ("There are no funds to return.",)),
        Failing(money.came_from_us, returning(amount=Decimal(0)), ("Enter an amount above zero.",)),
        Failing(
            money.came_from_us,
            returning(amount=Decimal("900.01"), day=date(2026, 12, 2)),
            (
                f"At most {usd('900')} can be returned.",
                "This date is in the future. Enter the date on which we received the funds.",
            ),
        ),
        Failing(
            money.came_from_us,
            returning(day=date(2026, 11, 28)),
            ("The first payment was made on 2026-11-30. Enter that date or a later one.",),
        ),
        Failing(
            money.came_from_us,
            returning(reference="B-0"),
            ("Returned funds with this bank reference are already recorded.",),
        ),
    ],
    "report": [
        STANDS,
        *APART,
        Failing(money.report_complete, {"missing": (Message("One."),)}, ("One.",)),
        Failing(
            money.agreement_in_force,
            {"agreement": "countersign"},
            ("The agreement has not been signed by both parties yet.",),
        ),
        Failing(
            money.earlier_reports_done,
            {"earlier_open": ("Interim report",)},
            ("An earlier report must be approved first: Interim report.",),
        ),
        Failing(
            money.not_sent_by_me,
            {"sent_by": list(Role).index(Role.OFFICER) + 1},
            ("You submitted this report, so another person must review it.",),
        ),
    ],
    "instalment": [
        STANDS,
        Failing(money.conditions_hold, {"waits_for": (Message("The report is due."),)}, ("The report is due.",)),
    ],
    "payment": [
        *APART,
        Failing(
            money.a_third_person,
            {"prepared_by": list(Role).index(Role.FINANCE) + 1},
            ("You prepared this batch, so someone else must approve and release it.",),
        ),
        Failing(
            money.a_third_person,
            {"approved_by": list(Role).index(Role.FINANCE) + 1},
            ("You approved this batch, so someone else must release it.",),
        ),
        Failing(
            money.a_third_person,
            {"award_makers": ME},
            ("You decided on an award in this batch, so another person must do this.",),
        ),
        Failing(money.pays_somebody, {"payments": 0}, ("This batch has no payments.",)),
    ],
}


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
