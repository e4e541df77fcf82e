"""An organisation submits nothing while somebody acts for it who has decided in the call, whenever they joined."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Membership
from grants.queries.applications import involvements
from grants.services import persons
from tests import world as w
from tests.access.test_judged_before_conflict import attempt, step
from tests.browser import Answer, browser, named
from tests.prepared import Prepare
from tests.sweeps import swept
from workflows.engine.effects import Effect
from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS
from workflows.rules.calls import counts_over_applicant
from workflows.rules.involvements import nobody_decided

pytestmark = pytest.mark.sweep

REASON = (
    "Omar (demo), who acts for your organisation, has decided on an application to this call. Your organisation cannot "
    "apply while Omar (demo) acts for it."
)
STATEMENT, ALERT, CHECKED, AWARDED = 1, 2, 3, 4
"""Applications of others, on which Omar decides."""


@dataclass(frozen=True)
class Sending:
    """What is sent: the application, the key of its transition, and who sends it. decided: on which one, and how.

    Without `decided`, Omar has invited the full proposal that is sent.
    """

    id: int
    key: str
    by: str
    decided: tuple[int, str] | None = None
    fields: tuple[tuple[str, str], ...] = ()


SENDINGS = {
    "a proposal": Sending(5, "submit", "bo1", (CHECKED, "not_eligible")),
    "an answer": Sending(6, "answer", "cl1", (CHECKED, "not_eligible"), (("answer", "The school owns the mast."),)),
    "a statement": Sending(7, "submit", "two1", (STATEMENT, "invite")),
    "a full proposal": Sending(8, "submit", "six1"),
    "an alert": Sending(9, "alert", "bo1", (ALERT, "accept")),
    "a mini-proposal": Sending(10, "submit", "cl1"),
}
every_sending = pytest.mark.parametrize(
    "sending", swept((pytest.param(one, id=name) for name, one in SENDINGS.items()), lambda sending: sending.key)
)


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Something to decide on in each call, and something of another organisation that is complete and not sent."""
    return prepare("decided_before_sending", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L", "RES", "DRR"))
    for key, country in (("lab", "KE"), ("two", "NG"), ("six", "GH"), ("cl", "CL"), ("pe", "PE")):
        with transaction():
            kind = "chapter" if key in {"cl", "pe"} else "university"
            world.chapters[key] = w.organisation(f"Organisation {key}", country, "en", kind=kind)
            for name in (f"{key}1", f"{key}2"):
                world.people[name] = w.person(name)
                persons.join(world.people[name], world.chapters[key], actor=w.SYSTEM)
    w.review(world, w.in_review(world, "RES", "lab"), ("rex", "ria"))
    w.apply(world, w.draft(world, "DRR"), "alert", "mg1", Role.APPLICANT)
    w.check(world, w.submitted(world))
    w.submitted(world)
    w.draft(world, chapter="bo")
    w.apply(world, w.submitted(world, chapter="cl"), "ask", "olga", Role.OFFICER, question="Who owns the mast?")
    w.draft(world, "RES", "two")
    full = w.in_review(world, "RES", "six")
    w.review(world, full, ("rex", "ria"))
    w.apply(world, full, "invite", "omar", Role.OFFICER)
    w.fill(full, 9_000, world.actor("six1", Role.APPLICANT, world.chapters["six"]))
    w.draft(world, "DRR", "bo")
    urgent = w.draft(world, "DRR", "cl")
    w.apply(world, urgent, "alert", "cl1", Role.APPLICANT)
    w.apply(world, urgent, "accept", "omar", Role.OFFICER)
    w.fill(urgent, 9_000, world.actor("cl1", Role.APPLICANT, world.chapters["cl"]))


def decide(app: Flask, sending: Sending) -> None:
    """Omar decides on an application of the call."""
    if sending.decided:
        id, key = sending.decided
        feedback = {"feedback": w.WHY, "confirmed": "yes"} if key == "not_eligible" else {}
        assert attempt(browser(app, "omar"), id, key, **feedback).status_code == 302


def join(app: Flask, id: int) -> None:
    """Omar begins to act for the applicant."""
    with app.app_context(), transaction():
        persons.join(named("omar"), db.session.get_one(Application, id).organisation, actor=w.SYSTEM)


def leave(app: Flask) -> None:
    """Omar acts for nobody any more."""
    with app.app_context(), transaction():
        for held in db.session.query(Membership).filter_by(person_id=named("omar").id, ended_at=None):
            held.ended_at = now()
        w.recorded()


def send(app: Flask, sending: Sending) -> Answer:
    """A colleague sends what has been written."""
    return attempt(browser(app, sending.by), sending.id, sending.key, **dict(sending.fields))


@every_sending
def test_nothing_is_sent_while_a_decider_acts_for_the_organisation(app: Flask, sending: Sending) -> None:
    before = step(app, sending.id)
    decide(app, sending)
    join(app, sending.id)
    page = browser(app, sending.by).get(f"/applications/{sending.id}/send").page

    refused = send(app, sending)

    assert REASON in page.text
    assert (refused.status_code, REASON in refused.page.text, step(app, sending.id)) == (409, True, before)
    leave(app)
    assert send(app, sending).status_code == 302


@every_sending
def test_without_the_guard_it_is_sent(app: Flask, sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(involvements, "deciders", lambda *_: [])
    decide(app, sending)
    join(app, sending.id)

    assert send(app, sending).status_code == 302


def return_after_the_draft(app: Flask) -> Sending:
    """Omar decides and leaves; his organisation begins and writes its proposal, and he comes back."""
    sending = Sending(0, "submit", "pe1", (CHECKED, "not_eligible"))
    with app.app_context(), transaction():
        persons.join(named("omar"), w.found().chapters["pe"], actor=w.SYSTEM)
    decide(app, sending)
    leave(app)
    with app.app_context():
        sending = replace(sending, id=w.draft(w.found(), "BTN-L", "pe").id)
    join(app, sending.id)
    return sending


def test_who_leaves_while_the_draft_begins_is_found_when_it_is_sent(app: Flask) -> None:
    refused = send(app, return_after_the_draft(app))

    assert (refused.status_code, REASON in refused.page.text) == (409, True)


def test_without_the_guard_leaving_meanwhile_suffices(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(involvements, "deciders", lambda *_: [])

    assert send(app, return_after_the_draft(app)).status_code == 302


def test_every_transition_that_sends_a_submission_asks_and_is_held() -> None:
    sending = [row for flow in FLOWS for row in flow.transitions if row.effect is Effect.SUBMIT_APPLICATION]

    assert {row.key for row in sending} == {"submit", "answer", "alert"}
    assert [row.key for row in sending if nobody_decided not in row.guards or not counts_over_applicant(row)] == []
