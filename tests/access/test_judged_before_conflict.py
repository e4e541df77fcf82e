"""A member of staff who declares a conflict of interest after judging: what they judged no longer counts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Award, Conflict
from grants.queries.applications import involvements
from grants.services.reviews import conflicts
from tests import world as w
from tests.browser import Answer, Careful, signed_in
from tests.prepared import Prepare
from workflows.cases import Involvements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

CHECKED, DECISION = 1, 2
"""The applications: one whose checks Olga has completed, one that Omar has recommended for an award."""
CHECKS = (
    "A person who completed eligibility checks has since declared a conflict of interest or acted for an applicant "
    "to this call. Another person must complete these checks again."
)
ADVICE = (
    "The person who made the recommendation has since declared a conflict of interest or acted for an applicant to "
    "this call. Send the application back and ask another person to make a new recommendation."
)
FEEDBACK = "The proposal names no partner, no site and no date, so it cannot be funded this year."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two applications of one call: one at its checks, one to decide on."""
    return prepare("late_conflicts", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    w.check(world, w.submitted(world))
    decided = w.in_review(world)
    w.review(world, decided)
    w.apply(world, decided, "to_panel", "olga", Role.OFFICER)
    advice = {"kind": "award", "amount": Decimal(10_000), "conditions": ""}
    w.apply(world, decided, "recommend", "omar", Role.OFFICER, **advice)


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people and the call."""
    with app.app_context():
        return w.found()


def declare(app: Flask, world: w.World, name: str, id: int) -> None:
    """An officer declares a conflict of interest on the page."""
    client = signed_in(app, world.people[name])
    answer = client.submit(client.get(f"/applications/{id}/conflict"), "/conflict", author="yes")
    assert answer.status_code == 302


def attempt(client: Careful, id: int, key: str, **fields: str) -> Answer:
    """Apply a transition as from a page that was opened before."""
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]
    return client.post(f"/applications/{id}/transitions/{key}", data={"csrf_token": token, **fields})


def step(app: Flask, id: int) -> str:
    """The step of an application."""
    with app.app_context():
        return db.session.get_one(Application, id).step


@pytest.fixture
def unaware(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command knows of a conflict of interest that was declared after the judgement."""
    monkeypatch.setattr(involvements, "of", lambda _: Involvements())


def test_checks_of_a_person_with_a_conflict_no_longer_count(app: Flask, world: w.World) -> None:
    declare(app, world, "olga", CHECKED)
    omar = signed_in(app, world.people["omar"])

    refused = [
        attempt(omar, CHECKED, "pass"),
        attempt(omar, CHECKED, "not_eligible", feedback=FEEDBACK, confirmed="yes"),
    ]

    assert [answer.status_code for answer in refused] == [409, 409]
    assert all(CHECKS in answer.page.text for answer in refused)
    assert step(app, CHECKED) == "checks"


def test_after_another_person_has_checked_the_application_moves_on(app: Flask, world: w.World) -> None:
    declare(app, world, "olga", CHECKED)
    omar = signed_in(app, world.people["omar"])
    with app.app_context():
        keys = [key for key, _ in db.session.get_one(Application, CHECKED).call.data.checks]
    for key in keys:
        page = omar.get(f"/applications/{CHECKED}")
        assert omar.submit(page, f"/checks/{key}", **{f"{key}-verdict": "passed"}).status_code == 302

    assert attempt(omar, CHECKED, "pass").status_code == 302
    assert step(app, CHECKED) == "review"


@pytest.mark.usefixtures("unaware")
def test_without_the_rule_the_checks_of_a_person_with_a_conflict_count(app: Flask, world: w.World) -> None:
    declare(app, world, "olga", CHECKED)

    assert attempt(signed_in(app, world.people["omar"]), CHECKED, "pass").status_code == 302
    assert step(app, CHECKED) == "review"


def test_a_recommendation_of_a_person_with_a_conflict_no_longer_counts(app: Flask, world: w.World) -> None:
    declare(app, world, "omar", DECISION)
    pia = signed_in(app, world.people["pia"])
    award = {"amount": "10,000.00", "confirmed": "yes"}

    refused = [
        attempt(pia, DECISION, "award", **award),
        attempt(pia, DECISION, "decline", feedback=FEEDBACK, confirmed="yes"),
    ]

    assert [answer.status_code for answer in refused] == [409, 409]
    assert all(ADVICE in answer.page.text for answer in refused)
    assert attempt(pia, DECISION, "back_to_panel", reason="The officer has a conflict.").status_code == 302
    assert step(app, DECISION) == "panel"


@pytest.mark.usefixtures("unaware")
def test_without_the_rule_the_award_follows_a_person_with_a_conflict(app: Flask, world: w.World) -> None:
    declare(app, world, "omar", DECISION)

    answer = attempt(signed_in(app, world.people["pia"]), DECISION, "award", amount="10,000.00", confirmed="yes")

    assert answer.status_code == 302
    with app.app_context():
        assert db.session.query(Award).count() == 1


def test_after_the_conflict_is_lifted_the_judgement_counts_again(app: Flask, world: w.World) -> None:
    declare(app, world, "olga", CHECKED)
    with app.app_context(), transaction():
        conflict = db.session.query(Conflict).one()
        conflicts.lift(conflict, reason="It concerned another organisation.", actor=world.actor("omar", Role.OFFICER))

    assert attempt(signed_in(app, world.people["omar"]), CHECKED, "pass").status_code == 302
