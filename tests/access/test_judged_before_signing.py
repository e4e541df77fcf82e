"""Whoever judged an application, at any stage and in any way, does not sign the agreement for the grantee."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Agreement, Application, Assignment, Award
from grants.queries.applications import involvements
from grants.services import persons
from tests import world as w
from tests.access.test_judged_before_joining import send
from tests.browser import Answer, browser, named
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

REASON = "You took part in the decision on this award, so another person must sign for the grantee."
FULL, URGENT = 1, 2
"""Awards: on a full proposal that Omar has invited, and on a mini-proposal after an alert that he has accepted."""
JUDGES = {
    "invited the full proposal": (FULL, "omar"),
    "accepted the alert": (URGENT, "omar"),
    "completed the checks": (URGENT, "olga"),
    "recommended": (URGENT, "ursa"),
    "reviewed": (URGENT, "rex"),
    "reviewed the statement": (FULL, "rex"),
    "reviewed, and declared a conflict afterwards": (URGENT, "ria"),
    "awarded": (FULL, "pia"),
}
every_judge = pytest.mark.parametrize(("id", "name"), JUDGES.values(), ids=JUDGES)


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two awards that Ursa has recommended, for the grantee to sign."""
    return prepare("judged_before_signing", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("RES", "DRR"))
    with transaction():
        persons.appoint(w.person("ursa"), Role.OFFICER, actor=w.SYSTEM)
        lab = w.organisation("Laboratory", "KE", "en", kind="university")
        for name in ("lab1", "lab2"):
            persons.join(w.person(name), lab, actor=w.SYSTEM)
    world = w.found()
    world.chapters["lab"] = lab
    full = w.in_review(world, "RES", "lab")
    w.review(world, full, ("rex", "ria"))
    w.apply(world, full, "invite", "omar", Role.OFFICER)
    resubmit(world, full, "lab")
    w.apply(world, full, "pass", "olga", Role.OFFICER)
    w.review(world, full, ("rob", "ron", "ria"))
    w.apply(world, full, "to_panel", "olga", Role.OFFICER)
    award(world, full)
    urgent = w.draft(world, "DRR")
    w.apply(world, urgent, "alert", "mg1", Role.APPLICANT)
    w.apply(world, urgent, "accept", "omar", Role.OFFICER)
    resubmit(world, urgent, "mg")
    w.review(world, urgent, ("rex", "ria"))
    award(world, urgent)
    ria = db.session.query(Assignment).filter_by(application_id=urgent.id, person_id=named("ria").id).one()
    w.apply(world, ria, "conflict", "ria", Role.REVIEWER, money=True)


def resubmit(world: w.World, row: Application, chapter: str) -> None:
    """The next stage is written and submitted, and Olga completes its checks."""
    w.fill(row, 9_000, world.actor(f"{chapter}1", Role.APPLICANT, world.chapters[chapter]))
    w.apply(world, row, "submit", f"{chapter}1", Role.APPLICANT)
    w.check(world, row)


def award(world: w.World, row: Application) -> None:
    """Ursa recommends an award, and Pia makes it."""
    given = {"amount": Decimal(9_000), "conditions": ""}
    w.apply(world, row, "recommend", "ursa", Role.OFFICER, kind="award", **given)
    w.apply(world, row, "award", "pia", Role.APPROVER, **given)


def sign(app: Flask, id: int, name: str) -> tuple[Answer, str]:
    """The person joins the grantee and signs; returns the answer, and the step of the agreement."""
    with app.app_context():
        made = db.session.get_one(Award, id)
        agreement = made.agreement.id
        with transaction():
            persons.join(named(name), made.application.organisation, actor=w.SYSTEM)
    answer = send(browser(app, name), f"/agreements/{agreement}/transitions/sign", name="A Person", read="yes")
    with app.app_context():
        return answer, db.session.get_one(Agreement, agreement).step


@every_judge
def test_who_has_judged_does_not_sign(app: Flask, id: int, name: str) -> None:
    answer, step = sign(app, id, name)

    assert (answer.status_code, REASON in answer.page.text, step) == (409, True, "to_sign")


@every_judge
def test_without_the_guard_they_sign(app: Flask, monkeypatch: pytest.MonkeyPatch, id: int, name: str) -> None:
    monkeypatch.setattr(involvements, "judges", lambda _: frozenset())
    answer, step = sign(app, id, name)

    assert (answer.status_code, step) == (302, "countersign")


@pytest.mark.parametrize(("id", "name"), [(FULL, "uma"), (URGENT, "ron"), (URGENT, "ada")])
def test_who_has_not_judged_signs(app: Flask, id: int, name: str) -> None:
    answer, step = sign(app, id, name)

    assert (answer.status_code, step) == (302, "countersign")
