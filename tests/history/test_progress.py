"""Steps that the flow of a row does not have are found, although the chain of events fits."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.services.integrity.history import About
from tests.history import forging
from tests.history.proof import found
from workflows.engine.roles import Actor, Role

OFFICER = Actor(person=1, role=Role.OFFICER)
APPROVER = Actor(person=3, role=Role.APPROVER)
FORGED = {
    "a transition that no flow has": (About("application", 1, "application", 1, "agreement", "active"), "reopen"),
    "a transition from another step": (About("application", 1, "application", 1, "panel", "decision"), "recommend"),
    "a transition to another step": (About("application", 1, "application", 1, "agreement", "closed"), "begin"),
    "a transition of another stage": (About("application", 1, "application", 1, "agreement", "triage"), "alert"),
    "a second beginning": (About("application", 1, "application", 1, None, "draft"), "begin"),
    "a beginning at another step": (About("application", 1, "report", 1, None, "approved"), "begin"),
    "an end without a step": (About("application", 1, "application", 1, "agreement", None), "note"),
    "a signature that was not given": (About("application", 1, "agreement", 1, "countersign", "signed"), "countersign"),
    "a report that was approved unsent": (About("application", 1, "report", 1, "due", "approved"), "approve"),
    "a call that was opened again": (About("call", 1, "call", 1, "closed", "open"), "open"),
}


def strays(app: Flask) -> list[str]:
    """The findings about steps that a flow does not have."""
    return [finding for finding in found(app) if ": its flow has no " in finding]


@pytest.mark.parametrize("name", FORGED)
def test_a_step_that_the_flow_does_not_have_is_found(app: Flask, name: str) -> None:
    about, key = FORGED[name]
    assert strays(app) == []

    forging.added(app, about, key, actor=APPROVER)

    [finding] = strays(app)
    assert finding.startswith(f"{about.table} {about.id}, event ")
    before, after = about.step_from or "–", about.step_to or "–"
    assert finding.endswith(f": its flow has no transition “{key}” by the role approver from {before} to {after}.")


def test_a_transition_by_a_role_that_may_not_take_it_is_found(app: Flask) -> None:
    forging.added(app, About("application", 1, "agreement", 1, "to_sign", "countersign"), "sign", actor=APPROVER)

    assert len(strays(app)) == 1


def test_a_transition_that_the_flow_has_is_no_stray(app: Flask) -> None:
    """Counter-test: what is refused is the step, not the event."""
    applicant = Actor(person=13, role=Role.APPLICANT)
    forging.added(app, About("application", 1, "agreement", 1, "to_sign", "countersign"), "sign", actor=applicant)

    assert strays(app) == []
    assert found(app) == ["agreement 1 is at step to_sign; its history says countersign."]


def test_what_follows_a_stray_event_is_not_accused_for_it(app: Flask) -> None:
    forging.added(app, About("application", 1, "agreement", 1, "to_sign", "signed"), "x", actor=APPROVER)
    forging.added(app, About("application", 1, "agreement", 1, "signed", "signed"), "met", actor=OFFICER)

    assert len(strays(app)) == 1
