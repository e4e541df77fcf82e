"""Steps that the flow of a row does not have are found, although the chain of events fits."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import transaction
from grants.models import Assignment
from grants.services import locking
from grants.services.integrity import adoption, changes, history
from grants.services.integrity.history import About
from grants.services.integrity.verifying import progress
from tests.history import forging
from tests.history.conftest import Forge
from tests.history.proof import found
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Actor, Role

pytestmark = pytest.mark.sweep

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


def test_the_steps_of_a_flow_are_no_finding(app: Flask) -> None:
    assert strays(app) == []


@pytest.mark.parametrize("name", FORGED)
def test_a_step_that_the_flow_does_not_have_is_found(app: Flask, name: str) -> None:
    about, key = FORGED[name]

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


REVIEWER = Actor(person=9, role=Role.REVIEWER)
REVIEW = About("application", 1, "assignment", 900)
SENT = About("application", 1, "assignment", 900, "ready", "sent")
CALL = About("call", 1, "call", 900, "open", "closed")


def record_all(app: Flask, rows: changes.Names) -> None:
    """Record existing rows, as an update does."""
    system = About(*adoption.SYSTEM, *adoption.SYSTEM)
    with app.app_context(), transaction():
        chain = locking.Chain("application", 1)
        locking.hold(chain)
        locking.hold(adoption.SYSTEM)
        message = Message("Recorded: %(tables)s", tables="application, assignment, call")
        about = About("application", 1, "application", 1)
        history.record_all([history.Record(about, CLOCK, adoption.ADOPT, message, audience="office", rows=rows)])
        history.record(system, actor=CLOCK, key=adoption.COMPLETE, message=message, audience="office")


@pytest.mark.parametrize(("about", "key", "actor"), [(SENT, "send", REVIEWER), (CALL, "close", OFFICER)])
@pytest.mark.parametrize("complete", [True, False])
def test_a_row_that_begins_in_the_middle_of_its_flow_is_found(
    app: Flask, about: About, key: str, actor: Actor, *, complete: bool
) -> None:
    if complete:
        record_all(app, {"assignment": {"1": "2:x"}})

    forging.added(app, about, key, actor=actor)

    [finding] = strays(app)
    assert finding.startswith(f"{about.table} 900, event ")


def test_if_every_row_could_be_of_an_earlier_release_it_is_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the transition is one of the flow."""
    monkeypatch.setattr(progress, "earlier", lambda _: {900})

    forging.added(app, SENT, "send", actor=REVIEWER)

    assert strays(app) == []


def test_a_row_with_an_event_of_before_the_update_may_begin_anywhere(app: Flask) -> None:
    forging.added(app, REVIEW, "assign", actor=OFFICER)
    record_all(app, {"call": {"1": "2:x"}})
    forging.added(app, SENT, "send", actor=REVIEWER)

    assert strays(app) == []


def test_a_row_that_the_update_has_recorded_may_begin_anywhere(app: Flask) -> None:
    record_all(app, {"assignment": {"900": "2:x"}})
    forging.added(app, SENT, "send", actor=REVIEWER)

    assert strays(app) == []


INVITED = """
    UPDATE history SET step_to = NULL WHERE about = 'assignment' AND about_id = 1;
    UPDATE history SET step_from = NULL WHERE about = 'assignment' AND about_id = 1"""


@pytest.mark.parametrize("old", [True, False])
def test_a_row_without_a_step_in_its_history_is_found_unless_it_is_older(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch, *, old: bool
) -> None:
    forge(INVITED)
    monkeypatch.setattr(progress, "earlier", lambda model: {1} if old and model is Assignment else set())

    steps = [finding for finding in found(app) if " is at step " in finding]

    assert steps == ([] if old else ["assignment 1 is at step sent; its history says –."])
