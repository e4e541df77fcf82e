"""The office's inbox: duties first, the lists beside, and whatever runs on a clock of hours."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from config import Settings
from grants.db import db, saving
from grants.models import Conflict
from tests import world as scene
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from tests.world import World
from workflows.roles import Role


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Every test begins with an ordinary call and one for disasters."""
    return prepare("with_disasters", lambda: scene.build(programmes=("BTN-L", "DRR")))


@pytest.fixture
def world(app: Flask) -> World:
    """People, chapters, an ordinary call and one for disasters."""
    with app.app_context():
        return scene.found()


def alert(world: World) -> int:
    """Chapter BO raises an alert."""
    row = scene.draft(world, code="DRR", chapter="bo")
    scene.take(world, row, "alert", "bo1", Role.APPLICANT)
    return row.id


def test_an_officer_finds_what_waits_for_them_with_its_button(app: Flask, world: World) -> None:
    with app.app_context():
        row = scene.draft(world)
        scene.take(world, row, "submit", "mg1", Role.APPLICANT)

    page = signed_in(app, world.people["olga"]).get("/inbox").page

    assert "Check: fibre title" in page.text
    assert page.links["Do the checks"] == f"/applications/{row.id}"


def test_an_approver_finds_what_is_theirs_to_decide_and_no_checks(app: Flask, world: World) -> None:
    with app.app_context():
        waiting = scene.draft(world, chapter="bo")
        scene.take(world, waiting, "submit", "bo1", Role.APPLICANT)
        row = scene.in_review(world)
        scene.review(world, row)
        scene.take(world, row, "to_panel", "olga", Role.OFFICER)
        scene.take(world, row, "recommend", "omar", Role.OFFICER, kind="award", amount=Decimal(9_000))

    page = signed_in(app, world.people["pia"]).get("/inbox").page

    assert "Decide: fibre title" in page.text
    assert "Check: fibre title" not in page.text


def test_finance_finds_what_is_to_be_paid_and_no_list_of_applications(app: Flask, world: World) -> None:
    with app.app_context():
        scene.active(world)

    page = signed_in(app, world.people["fay"]).get("/inbox").page

    assert "Pay what is due from 2026 contribution" in page.text
    assert "All under way" not in page.text


def test_an_auditor_has_the_lists_and_nothing_to_do(app: Flask, world: World) -> None:
    page = signed_in(app, world.people["uma"]).get("/inbox").page

    assert "Nothing for you to do" in page.text
    assert "All under way" in page.text


def test_an_alert_stands_on_top_with_the_hours_it_has_left(app: Flask, world: World, settings: Settings) -> None:
    with app.app_context():
        id = alert(world)
    advance(settings, 2 * 3_600)

    page = signed_in(app, world.people["olga"]).get("/inbox").page

    assert "9 h 5" in page.text
    assert page.links["Open the alert"] == f"/applications/{id}"


def test_an_alert_whose_hours_are_gone_says_so(app: Flask, world: World, settings: Settings) -> None:
    with app.app_context():
        alert(world)
    advance(settings, 13 * 3_600)

    assert "over" in signed_in(app, world.people["olga"]).get("/inbox").page.text


def test_an_ordinary_application_raises_no_alarm(app: Flask, world: World) -> None:
    with app.app_context():
        scene.in_review(world)

    assert "Disaster alert" not in signed_in(app, world.people["olga"]).get("/inbox").page.text


def test_a_conflict_takes_an_alert_out_of_sight(app: Flask, world: World) -> None:
    with app.app_context():
        id = alert(world)
        with saving():
            db.session.add(Conflict(application_id=id, person_id=world.people["olga"].id, kinds="person"))

    assert "Disaster alert" not in signed_in(app, world.people["olga"]).get("/inbox").page.text
    assert "Disaster alert" in signed_in(app, world.people["omar"]).get("/inbox").page.text
