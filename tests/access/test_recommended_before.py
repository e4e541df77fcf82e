"""Nobody decides on an application on which they have recommended, also where that was sent back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Award, Person
from grants.queries.cases import applications
from grants.services import persons
from tests import world as w
from tests.browser import Answer, Careful, signed_in
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

MADE = "You have made a recommendation on this application, so another person must decide."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application to decide on; Omar, who is an approver too, recommended first, and Dora after he was sent back."""
    return prepare("recommended", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    with transaction():
        world.people["dora"] = w.person("dora")
        persons.appoint(world.people["dora"], Role.OFFICER, actor=w.SYSTEM)
        persons.appoint(world.people["omar"], Role.APPROVER, actor=w.SYSTEM)
    row = w.in_review(world)
    w.review(world, row)
    w.apply(world, row, "to_panel", "olga", Role.OFFICER)
    advice: dict[str, Any] = {"kind": "award", "amount": Decimal(10_000), "conditions": ""}
    w.apply(world, row, "recommend", "omar", Role.OFFICER, **advice)
    w.apply(world, row, "back_to_panel", "pia", Role.APPROVER, reason="The costs need another look.")
    w.apply(world, row, "recommend", "dora", Role.OFFICER, **advice)


def omar(app: Flask) -> Careful:
    """A browser with a session of Omar."""
    with app.app_context():
        return signed_in(app, db.session.query(Person).filter_by(email="omar@example.org").one())


def decide(client: Careful, key: str) -> Answer:
    """Award, decline or send back, as from a page that was opened before."""
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]
    feedback = "The costs are far too high for what the project would bring to the region."
    fields = {"amount": "10,000.00", "confirmed": "yes", "feedback": feedback, "reason": "The costs are too high."}
    return client.post(f"/applications/1/transitions/{key}", data={"csrf_token": token, **fields})


@pytest.mark.parametrize("key", ["award", "decline", "back_to_panel"])
def test_an_approver_does_not_decide_after_an_own_recommendation_was_sent_back(app: Flask, key: str) -> None:
    client = omar(app)
    page, tasks, answer = client.get("/applications/1").page, client.get("/inbox").page, decide(client, key)

    assert MADE in page.text
    assert [href for href in tasks.hrefs if href.partition("#")[0] == "/applications/1"] == []
    assert (answer.status_code, MADE in answer.page.text) == (409, True)
    with app.app_context():
        assert (db.session.query(Award).count(), db.session.get_one(Application, 1).step) == (0, "decision")


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest recommendation counts, whoever made the others."""
    real = applications.recommendations
    monkeypatch.setattr(applications, "recommendations", lambda row: real(row)[:1])


@pytest.mark.usefixtures("forgetful")
def test_if_only_the_newest_counted_they_would_award(app: Flask) -> None:
    assert decide(omar(app), "award").status_code == 302
    with app.app_context():
        assert db.session.query(Award).count() == 1


@pytest.mark.usefixtures("forgetful")
def test_if_only_the_newest_counted_they_would_send_it_back(app: Flask) -> None:
    assert decide(omar(app), "back_to_panel").status_code == 302
    with app.app_context():
        assert db.session.get_one(Application, 1).step == "panel"
