"""Whoever has decided in a call does not apply to it afterwards, whatever kind of decision it was."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Membership
from grants.services import persons
from grants.services.applications import drafts
from tests import world as w
from tests.access.test_judged_before_conflict import attempt
from tests.access.test_judged_before_joining import FEEDBACK, send
from tests.browser import Answer, browser
from tests.prepared import Prepare
from workflows.engine.roles import Role
from workflows.programmes import programmes
from workflows.rules.involvements import decides

pytestmark = pytest.mark.sweep

STATEMENT, ALERT, SIGNED, CHECKED = 1, 2, 3, 4
"""Applications: a reviewed statement of interest, an alert, an award signed by the grantee, and a checked one."""


@dataclass(frozen=True)
class Decision:
    """Who decides on which application, and the organisation that they act for afterwards, with its person."""

    name: str
    id: int
    key: str
    programme: str
    organisation: str
    fields: tuple[tuple[str, str], ...] = ()


REASON = (("reason", FEEDBACK),)
DECISIONS = (
    Decision("omar", STATEMENT, "invite", "RES", "two"),
    Decision("omar", STATEMENT, "decline_statement", "RES", "two", (("feedback", FEEDBACK),)),
    Decision("omar", ALERT, "accept", "DRR", "bo"),
    Decision("pia", SIGNED, "refuse", "BTN-L", "bo", REASON),
    Decision("olga", CHECKED, "not_eligible", "BTN-L", "bo", (("feedback", FEEDBACK),)),
    Decision("olga", CHECKED, "not_eligible", "BTN-L", "mg", (("feedback", FEEDBACK),)),
)
every_decision = pytest.mark.parametrize("made", DECISIONS, ids=lambda made: f"{made.key}, {made.organisation}")
ELSEWHERE = {"award", "decline", "take_back"}
"""Decisions of the other file, and one that differs from `refuse` only in when it is possible."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application at each of the steps at which something is decided."""
    return prepare("decided_before_applying", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L", "RES", "DRR"))
    for key, name in (("lab", "Laboratory"), ("two", "Other laboratory")):
        with transaction():
            world.chapters[key] = w.organisation(name, "KE", "en", kind="university")
            for place in (1, 2):
                world.people[f"{key}{place}"] = w.person(f"{key}{place}")
                persons.join(world.people[f"{key}{place}"], world.chapters[key], actor=w.SYSTEM)
    statement = w.in_review(world, "RES", "lab")
    w.review(world, statement, ("rex", "ria"))
    w.apply(world, w.draft(world, "DRR"), "alert", "mg1", Role.APPLICANT)
    award = w.awarded(world, conditions="")
    w.apply(world, award.agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
    w.check(world, w.submitted(world))


def begins(app: Flask, made: Decision) -> Answer:
    """The decision is made; then its author acts for the organisation, and a colleague begins to apply."""
    decided = attempt(browser(app, made.name), made.id, made.key, confirmed="yes", **dict(made.fields))
    assert decided.status_code == 302
    with app.app_context():
        world = w.found()
        colleague = world.people[f"{made.organisation}1"]
        organisation = db.session.query(Membership).filter_by(person_id=colleague.id).one().organisation
        with transaction():
            persons.join(world.people[made.name], organisation, actor=w.SYSTEM)
        path, chosen = f"/calls/{world.calls[made.programme].id}/apply", str(organisation.id)
    client = browser(app, f"{made.organisation}1")
    return send(client, path, organisation=chosen)


@every_decision
def test_who_has_decided_does_not_apply(app: Flask, made: Decision) -> None:
    refused = begins(app, made)

    assert refused.status_code == 409
    assert f"{made.name.title()} (demo), who acts for your organisation, has decided" in refused.page.text


@every_decision
def test_without_the_reason_they_apply(app: Flask, made: Decision, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "deciders", lambda *_: [])

    assert begins(app, made).status_code == 302


def test_every_decision_is_tried() -> None:
    """A new transition that decides is found."""
    deciding = {row.key for one in programmes().values() for row in one.flow.transitions if decides(row)}

    assert deciding == {made.key for made in DECISIONS} | ELSEWHERE
