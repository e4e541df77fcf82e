"""The transitions offered at each step: the expected table for every programme, step and role, written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.workflows.examples import EMPTY, FLOWS, NOON, OTHERS, READY, actor, places
from workflows.cases import ApplicationCase
from workflows.engine.flow import Flow
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.programmes import programmes

OFFERS = {
    "application decided by an officer": """
        draft        applicant: submit withdraw
        checks       applicant: withdraw          officer: ask pass not_eligible
        question     applicant: answer withdraw   clock: no_answer
        review       applicant: withdraw          officer: award decline
        agreement    applicant: turn_down         officer: take_back refuse     clock: begin
        active       officer: close
        not_eligible declined withdrawn terminated closed
    """,
    "application with a panel": """
        draft        applicant: submit withdraw
        checks       applicant: withdraw          officer: ask pass not_eligible
        question     applicant: answer withdraw   clock: no_answer
        review       applicant: withdraw          officer: to_panel
        panel        applicant: withdraw          officer: recommend back_to_review
        decision     applicant: withdraw          approver: award decline back_to_panel
        agreement    applicant: turn_down         approver: take_back refuse    clock: begin
        active       officer: close
        not_eligible declined withdrawn terminated closed
    """,
    "application in two stages": """
        draft/statement        applicant: submit withdraw
        checks/statement       applicant: withdraw          officer: ask pass not_eligible
        question/statement     applicant: answer withdraw   clock: no_answer
        review/statement       applicant: withdraw          officer: invite decline_statement
        not_eligible/statement declined/statement withdrawn/statement
        draft/proposal         applicant: submit withdraw
        checks/proposal        applicant: withdraw          officer: ask pass not_eligible
        question/proposal      applicant: answer withdraw   clock: no_answer
        review/proposal        applicant: withdraw          officer: to_panel
        panel/proposal         applicant: withdraw          officer: recommend back_to_review
        decision/proposal      applicant: withdraw          approver: award decline back_to_panel
        agreement/proposal     applicant: turn_down         approver: take_back refuse   clock: begin
        active/proposal        officer: close
        not_eligible/proposal declined/proposal withdrawn/proposal terminated/proposal closed/proposal
    """,
    "disaster relief": """
        draft/alert            applicant: alert withdraw
        triage/alert           applicant: withdraw          officer: accept not_eligible   clock: late_triage
        not_eligible/alert withdrawn/alert
        draft/proposal         applicant: submit withdraw
        review/proposal        applicant: withdraw          officer: recommend             clock: late_review
        decision/proposal      applicant: withdraw          approver: award decline back_to_review
                                                            clock: late_decision
        agreement/proposal     applicant: turn_down         approver: take_back refuse       clock: begin
        active/proposal        officer: close
        declined/proposal withdrawn/proposal terminated/proposal closed/proposal
    """,
    "agreement": """
        to_sign      applicant: sign              clock: lapse
        countersign  officer: countersign         approver: countersign   clock: lapse
        signed       finance: returned
        withdrawn
    """,
    "report": """
        due          applicant: send              clock: lapse
        received     officer: approve send_back
        approved withdrawn
    """,
    "instalment": """
        planned      clock: fall_due lapse
        payable withdrawn
    """,
    "payment batch": """
        prepared     finance: approve undo
        approved     finance: undo release
        released     finance: confirm
        withdrawn paid
    """,
}

Offers = dict[tuple[str, str], dict[str, list[str]]]


def written(table: str) -> Offers:
    """A table as written above; a word with a colon is a role, those before the first role are steps."""
    offers: Offers = {}
    here: dict[str, list[str]] = {}
    role = ""
    for line in table.strip().splitlines():
        fresh = not line.split()[0].endswith(":")
        role = "" if fresh else role
        for word in line.split():
            if word.endswith(":"):
                role = word[:-1]
                here[role] = []
            elif role:
                here[role].append(word)
            else:
                step, _, stage = word.partition("/")
                here = offers.setdefault((step, stage), {})
    return offers


def drawn(flow: Flow) -> Offers:
    """The transitions that the flow offers for every possible case and every role."""
    return {
        (step, stage): {
            role.value: [transition.key for transition in transitions]
            for role in Role
            if (transitions := flow.offered(step, stage, [role]))
        }
        for step, stage in places(flow)
    }


@pytest.mark.parametrize("name", FLOWS)
def test_every_role_is_offered_exactly_its_own_transitions(name: str) -> None:
    assert drawn(FLOWS[name]) == written(OFFERS[name])


@pytest.mark.parametrize("name", FLOWS)
def test_an_additional_role_for_a_transition_is_noticed(name: str) -> None:
    flow = FLOWS[name]
    first = flow.transitions[0]
    widened = flow.changed(replace(first, roles=(*first.roles, Role.AUDITOR)))

    assert drawn(widened) != written(OFFERS[name])


@pytest.mark.parametrize("code", programmes())
def test_every_stage_of_a_programme_can_be_reached_and_no_other(code: str) -> None:
    programme = programmes()[code]
    reached = {stage for _, stage in places(programme.flow)}

    assert (reached if reached != {""} else {"proposal"}) == {stage.key for stage in programme.rules.stages}


@pytest.mark.parametrize("name", FLOWS)
def test_rules_never_raise_on_an_empty_case(name: str) -> None:
    flow = FLOWS[name]
    empty = OTHERS[name][0] if name in OTHERS else EMPTY

    for step, stage in places(flow):
        for transition in flow.transitions:
            for role in Role:
                text_found = flow.objections(transition.key, replace(empty, step=step, stage=stage), actor(role))

                assert isinstance(text_found, tuple)
                assert all(isinstance(message, Message) and str(message) for message in text_found)


@pytest.mark.parametrize("name", FLOWS)
def test_in_a_ready_case_exactly_the_offered_transitions_can_be_applied(name: str) -> None:
    flow = FLOWS[name]
    ready = OTHERS[name][1] if name in OTHERS else READY

    taken: Offers = {}
    for step, stage in places(flow):
        case = replace(ready, step=step, stage=stage)
        late = replace(case, step_at=NOON - timedelta(days=2)) if isinstance(case, ApplicationCase) else case
        open_to = {
            role: [
                m.key
                for m in flow.transitions
                if m.here(step, stage) and not flow.objections(m.key, late if role is Role.CLOCK else case, actor(role))
            ]
            for role in Role
        }
        taken[step, stage] = {role.value: keys for role, keys in open_to.items() if keys}

    assert taken == written(OFFERS[name])


@pytest.mark.parametrize("name", FLOWS)
def test_the_clock_never_decides(name: str) -> None:
    targets = {transition.target for transition in FLOWS[name].transitions if Role.CLOCK in transition.roles}

    assert targets & {"approved", "agreement", "released", "paid", "declined", "not_eligible", "terminated"} == set()
