"""What an applicant does requires a right in their organisation: each transition of applicants with each right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.workflows.examples import NOON, OTHERS, READY, SIGNED
from workflows.cases import AgreementCase
from workflows.engine.flow import Flow, Transition
from workflows.engine.rights import GIVEN, RIGHTS, Right, Rights, lacking
from workflows.engine.roles import Actor, Role
from workflows.flows import agreement
from workflows.flows.standard import FLOWS

REQUIRED = {
    "submit": Right.SUBMIT,
    "answer": Right.SUBMIT,
    "alert": Right.SUBMIT,
    "withdraw": Right.SUBMIT,
    "turn_down": Right.SIGN,
    "sign": Right.SIGN,
    "send": Right.SUBMIT,
}
ROWS = [
    pytest.param(flow, row, id=f"{flow.name} {row.key} {row.stage or ''}")
    for flow in FLOWS
    for row in flow.transitions
    if Role.APPLICANT in row.roles
]
HOLDERS = {Right.SUBMIT: ("Hanta (demo)",), Right.SIGN: ("Hanta (demo)", "Mialy (demo)")}


def case(flow: Flow, row: Transition) -> Any:
    """A case at the step of the transition."""
    ready = OTHERS[flow.name][1] if flow.name in OTHERS else READY
    return replace(ready, step=row.source[0], stage=row.stage or "")


def reasons(flow: Flow, row: Transition, *held: Right) -> set[str]:
    """The reasons against the transition by a member with these rights."""
    actor = Actor(1, Role.APPLICANT, rights=Rights(frozenset({Right.VIEW, *held}), HOLDERS))
    return set(map(str, flow.objections(row.key, case(flow, row), actor)))


@pytest.mark.parametrize(("flow", "row"), ROWS)
def test_each_transition_of_applicants_requires_its_right(flow: Flow, row: Transition) -> None:
    assert row.right is REQUIRED[row.key]


@pytest.mark.parametrize("right", GIVEN)
@pytest.mark.parametrize(("flow", "row"), ROWS)
def test_a_member_with_one_right_may_do_what_requires_it(flow: Flow, row: Transition, right: Right) -> None:
    against = str(lacking([row.right], HOLDERS))

    assert (against in reasons(flow, row, right)) == (right is not row.right)


@pytest.mark.parametrize(("flow", "row"), ROWS)
def test_the_other_reasons_are_given_too(flow: Flow, row: Transition) -> None:
    assert reasons(flow, row) == reasons(flow, row, *GIVEN) | {str(lacking([row.right], HOLDERS))}


def test_the_refusal_names_the_right_and_those_who_have_it() -> None:
    assert [str(lacking([right], HOLDERS)) for right in (Right.SIGN, Right.EDIT)] == [
        "You need the right “Sign” in your organisation to do this. These people have it: Hanta (demo), Mialy (demo).",
        "You need the right “Edit” in your organisation to do this. Nobody in your organisation has it now.",
    ]


def test_of_several_rights_all_are_named_and_each_person_once() -> None:
    assert str(lacking([Right.SUBMIT, Right.SIGN], HOLDERS)) == (
        "You need the right “Submit” or “Sign” in your organisation to do this. "
        "These people have it: Hanta (demo), Mialy (demo)."
    )


def test_each_right_has_a_name() -> None:
    assert set(RIGHTS) == set(Right)


def test_without_the_guard_a_member_who_may_only_view_would_withdraw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    flow, row = next((flow, row) for flow in FLOWS for row in flow.transitions if row.key == "withdraw")
    assert reasons(flow, row) != set()

    monkeypatch.setattr(Rights, "against", lambda *_: None)

    assert reasons(flow, row) == set()


def signing(contacts: int, required: int = 2) -> set[str]:
    """The reasons against signing with so many confirmed contacts."""
    facts = AgreementCase(arrived_at=NOON, answers=SIGNED, contacts=contacts, contacts_required=required)
    return set(map(str, agreement.FLOW.objections("sign", facts, Actor(1, Role.APPLICANT))))


def test_an_agreement_is_signed_with_as_many_contacts_as_the_call_requires() -> None:
    assert signing(2) == signing(0, required=0) == set()
    assert signing(1) == {"The organisation needs 2 confirmed contacts; 1 so far. Name contacts on its page."}


def test_without_the_guard_an_agreement_would_be_signed_with_one_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    unguarded = agreement.FLOW.changed(replace(agreement.SIGN, guards=()))
    monkeypatch.setattr(agreement, "FLOW", unguarded)

    assert signing(1) == set()
