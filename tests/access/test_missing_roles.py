"""The page of an application names the role in which nobody is left who may continue with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Appointment, Conflict, Involvement, Person
from grants.services import persons, transitions
from tests import world as w
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.reading import statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

OFFICER = "No programme officer can continue with this application. Appoint another one."
APPROVER = "No approver can decide on this application. Appoint another one."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application at the panel; Olga has completed the checks, and Pia is the only approver."""
    return prepare("few", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    row = w.in_review(world)
    w.review(world, row)
    w.apply(world, row, "to_panel", "olga", Role.OFFICER)


def page(app: Flask, name: str = "olga") -> str:
    """The page of the application as this person sees it."""
    with app.app_context():
        client = signed_in(app, db.session.query(Person).filter_by(email=f"{name}@example.org").one())
    return str(client.get("/applications/1").page.text)


def sentences(app: Flask) -> list[str]:
    """The sentences about missing roles on the page of the application."""
    text = page(app)
    return [sentence for sentence in (OFFICER, APPROVER) if sentence in text]


def dismiss(world: w.World, name: str) -> None:
    """The role ends."""
    held = db.session.query(Appointment).filter_by(person_id=world.people[name].id).one()
    persons.dismiss(held, actor=w.SYSTEM, apply=transitions.apply)


def conflict(world: w.World, name: str) -> None:
    """The person has a conflict of interest."""
    db.session.add(Conflict(application_id=1, person_id=world.people[name].id, kinds="money"))


def involve(world: w.World, name: str) -> None:
    """The person was a member of the applicant."""
    db.session.add(Involvement(application_id=1, person_id=world.people[name].id, part="member"))


def compete(world: w.World, name: str) -> None:
    """The person joins another chapter, which applies in the call."""
    persons.join(world.people[name], world.chapters["bo"], actor=w.SYSTEM)


Loss = Callable[[w.World, str], None]
LOSSES = (dismiss, conflict, involve, compete)


def lose(app: Flask, loss: Loss, name: str) -> None:
    """One person less."""
    with app.app_context():
        world = w.found()
        if loss is compete:
            w.begun(world, "BTN-L", "bo")
        with transaction():
            loss(world, name)
            w.recorded()


def test_with_somebody_in_each_role_nothing_is_said(app: Flask) -> None:
    assert sentences(app) == []


@pytest.mark.parametrize("loss", LOSSES)
def test_the_last_approver_is_missed_before_the_decision(app: Flask, loss: Loss) -> None:
    lose(app, loss, "pia")

    assert sentences(app) == [APPROVER]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_last_officer_who_has_not_checked_is_missed(app: Flask, loss: Loss) -> None:
    lose(app, loss, "omar")

    assert sentences(app) == [OFFICER]


@pytest.mark.parametrize("loss", LOSSES)
def test_another_person_in_the_role_is_enough(app: Flask, loss: Loss) -> None:
    """Counter-test: without the second approver the page would name the role."""
    with app.app_context(), transaction():
        persons.appoint(w.found().people["uma"], Role.APPROVER, programme="BTN-L", actor=w.SYSTEM)
    lose(app, loss, "pia")

    assert sentences(app) == []


def test_an_approver_of_another_programme_is_none(app: Flask) -> None:
    with app.app_context(), transaction():
        persons.appoint(w.found().people["uma"], Role.APPROVER, programme="RES", actor=w.SYSTEM)
    lose(app, dismiss, "pia")

    assert sentences(app) == [APPROVER]


def test_a_decided_application_needs_nobody(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(
            world, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback="Far too costly for what it is."
        )
        w.apply(
            world, row, "decline", "pia", Role.APPROVER, feedback="The costs are far too high for what it would bring."
        )
    lose(app, dismiss, "pia")

    assert sentences(app) == []


def test_the_page_needs_one_statement_for_any_number_of_people(app: Flask) -> None:
    page(app)
    with statements(app) as few:
        page(app)
    with app.app_context(), transaction():
        for number in range(8):
            persons.appoint(w.person(f"officer{number}"), Role.OFFICER, actor=w.SYSTEM)
    with statements(app) as many:
        page(app)

    assert len(many) == len(few)


def test_an_officer_is_missing_where_nobody_may_complete_the_checks_again(app: Flask) -> None:
    """Olga, who checked, has a conflict; Omar has recommended. With another officer nobody is missing."""
    with app.app_context(), transaction():
        world = w.found()
        row = db.session.get_one(Application, 1)
        advice = {"kind": "award", "amount": row.asked, "conditions": ""}
        transitions.apply(row, "recommend", actor=world.actor("omar", Role.OFFICER), answers=advice)
    with app.app_context(), transaction():
        conflict(w.found(), "olga")
        w.recorded()
    text = page(app, "pia")

    with app.app_context(), transaction():
        persons.appoint(w.person("oona"), Role.OFFICER, actor=w.SYSTEM)

    assert OFFICER in text
    assert OFFICER not in page(app, "pia")
