"""An administrator who reviews in a call neither ends nor gives a role that covers it: its people judge beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Appointment, Assignment
from grants.queries.applications import involvements
from grants.services import persons
from tests import world as w
from tests.access.test_judged_before_joining import send
from tests.access.test_reviewers_who_apply import invite
from tests.browser import Answer, browser, named
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

REASON = "or have opened it as a reviewer, so another administrator must do this."
SHOWN = "Another administrator must assign and end the roles that cover these calls until there is a decision"
STATEMENT, IN_REVIEW = 1, 2
"""A statement that Rex has reviewed, and an application in review by Ria and Ada. Rex and Ada are administrators."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application in review by Ada and Ria, and a reviewed statement."""
    return prepare("reviewing_administrators", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L", "BTN-S", "RES"))
    with transaction():
        world.chapters["lab"] = w.organisation("Laboratory", "KE", "en", kind="university")
        world.people |= {name: w.person(name) for name in ("arno", "rod", "lab1", "lab2")}
    for name, role, code in (
        ("arno", Role.ADMINISTRATOR, None),
        ("rex", Role.ADMINISTRATOR, None),
        ("ada", Role.REVIEWER, "BTN-L"),
        ("rod", Role.REVIEWER, "BTN-S"),
    ):
        with transaction():
            persons.appoint(world.people[name], role, call_id=world.calls[code].id if code else None, actor=w.SYSTEM)
    for name in ("lab1", "lab2"):
        with transaction():
            persons.join(world.people[name], world.chapters["lab"], actor=w.SYSTEM)
    w.review(world, w.in_review(world, "RES", "lab"), ("rex", "rob"))
    row = w.in_review(world)
    for name in ("ada", "ria"):
        invite(world, row, name)


def stays_invited() -> None:
    """Ada has not answered."""


def opens() -> None:
    """Ada reads the proposal."""
    w.apply(w.found(), of("ada"), "clear", "ada", Role.REVIEWER, none=True)


def opens_and_declines() -> None:
    """Ada reads the proposal, and declines then."""
    opens()
    w.apply(w.found(), of("ada"), "decline", "ada", Role.REVIEWER, reason="No time this month.")


def declines() -> None:
    """Ada declines without having read anything."""
    w.apply(w.found(), of("ada"), "decline", "ada", Role.REVIEWER, reason="No time this month.")


def is_withdrawn() -> None:
    """Ada has read the proposal, and the application is withdrawn."""
    opens()
    w.apply(w.found(), db.session.get_one(Application, IN_REVIEW), "withdraw", "mg1", Role.APPLICANT, reason="")


REVIEWING = [stays_invited, opens, opens_and_declines]
Past = Callable[[], None]


def of(name: str) -> Assignment:
    """The assignment of a reviewer."""
    return db.session.query(Assignment).filter_by(application_id=IN_REVIEW, person_id=named(name).id).one()


def dismiss(app: Flask, by: str, name: str) -> tuple[Answer, str]:
    """The administrator ends a role; returns the answer, and the step of Ria's assignment."""
    with app.app_context():
        role = db.session.query(Appointment.id).filter_by(person_id=named(name).id, ended_at=None).limit(1).scalar()
    answer = send(browser(app, by), f"/appointments/{role}/end", confirmed="yes")
    with app.app_context():
        return answer, of("ria").step


def appoint(app: Flask, by: str, scope: str) -> Answer:
    """The administrator makes Rod an officer."""
    with app.app_context():
        path = f"/people/{named('rod').id}"
    return browser(app, by).give_role(path, role="officer", scope=scope)


@pytest.mark.parametrize("past", REVIEWING)
@pytest.mark.parametrize("name", ["ria", "olga"])
def test_a_reviewer_ends_no_role_in_the_call(app: Flask, past: Past, name: str) -> None:
    with app.app_context():
        past()
        path = f"/people/{named(name).id}"
    page = browser(app, "ada").get(path).page
    answer, step = dismiss(app, "ada", name)

    assert (answer.status_code, REASON in answer.page.text, step) == (409, True, "asked")
    assert SHOWN in page.text
    assert [form.action for form in page.forms if form.action.endswith("/end")] == []


@pytest.mark.parametrize("past", REVIEWING)
def test_without_the_guard_they_remove_the_other_reviewer(
    app: Flask, monkeypatch: pytest.MonkeyPatch, past: Past
) -> None:
    monkeypatch.setattr(involvements, "reviewing", lambda _: [])
    with app.app_context():
        past()
    answer, step = dismiss(app, "ada", "ria")

    assert (answer.status_code, step) == (302, "released")


@pytest.mark.parametrize("scope", ["everything", "programme:BTN-L"])
def test_a_reviewer_gives_no_role_in_the_call(app: Flask, scope: str) -> None:
    answer = appoint(app, "ada", scope)

    assert (answer.status_code, REASON in answer.page.text) == (409, True)
    assert appoint(app, "arno", scope).status_code == 302


def test_they_set_roles_that_do_not_cover_the_call(app: Flask) -> None:
    assert appoint(app, "ada", "programme:BTN-S").status_code == 302
    assert dismiss(app, "ada", "rod")[0].status_code == 302


def test_another_administrator_ends_it(app: Flask) -> None:
    answer, step = dismiss(app, "arno", "ria")

    assert (answer.status_code, step) == (302, "released")


@pytest.mark.parametrize("past", [declines, is_withdrawn])
def test_whoever_does_not_review_any_more_sets_roles_again(app: Flask, past: Past) -> None:
    with app.app_context():
        past()

    assert appoint(app, "ada", "everything").status_code == 302


@pytest.mark.parametrize("days", [-1, 1])
def test_a_submitted_review_matters_until_nothing_is_decided_any_more(app: Flask, days: int) -> None:
    before = appoint(app, "rex", "programme:RES").status_code
    with app.app_context():
        row = db.session.get_one(Application, STATEMENT)
        w.apply(w.found(), row, "invite", "omar", Role.OFFICER)
        with transaction():
            row.invited_until = now() + timedelta(days=days)
            w.recorded()

    assert (before, appoint(app, "rex", "programme:RES").status_code) == (409, 302 if days < 0 else 409)
