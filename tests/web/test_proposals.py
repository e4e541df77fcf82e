"""A proposal as its readers see it: every programme, every stage, every kind of question."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Organisation
from grants.queries.applications import drafts, proposals
from grants.queries.applications.proposals import Reading
from tests import world as scene
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.reading import words
from tests.world import World
from workflows.engine.roles import Role
from workflows.programmes import programmes


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Every test begins with an open call of every programme."""
    return prepare("every_programme", lambda: scene.build(programmes=tuple(programmes())))


@pytest.fixture
def world(app: Flask) -> World:
    """An open call of every programme."""
    with app.app_context():
        return scene.found()


def drafted(world: World, code: str) -> Application:
    """A draft in the programme, of an eligible applicant."""
    if code == "RES":
        with transaction():
            world.chapters["mg"] = db.session.get_one(Organisation, world.chapters["mg"].id)
            world.chapters["mg"].kind = "university"
            scene.recorded()
    return scene.draft(world, code=code, amount=4_000)


def unsent(row: Application) -> Reading:
    """The draft as it would be sent."""
    return proposals.reading(row.call, row.stage, drafts.content(row))


@pytest.mark.parametrize("code", sorted(programmes()))
def test_every_question_of_the_stage_is_shown_with_its_answer(app: Flask, world: World, code: str) -> None:
    with app.app_context():
        row = drafted(world, code)

        reading = unsent(row)

        asked = [q.key for s in row.call.data.stage(row.stage).sections for q in s.questions]
        answers = [a for part in reading.parts for a in part.answers]
        assert [answer.key for answer in answers] == asked
        assert all(answer.value is not None for answer in answers)


def test_a_missing_answer_is_none_and_not_an_error(app: Flask, world: World) -> None:
    with app.app_context():
        row = scene.begun(world, "BTN-L", "mg")

        reading = unsent(row)

        assert {a.value for part in reading.parts for a in part.answers if a.kind != "tick"} == {None}


def test_answers_are_converted_to_their_types(app: Flask, world: World) -> None:
    with app.app_context():
        row = scene.draft(world)
        given = {
            "mission": ["education"],
            "cofunding": "1250.50",
            "team": [
                {"name": "Mia (demo)", "role": "leads", "member": "yes"},
                {"name": "Joe (demo)", "role": "helps", "member": ""},
            ],
        }
        scene.write(row, world.actor("mg1", Role.APPLICANT), answers=given)

        reading = unsent(row)

    values = {a.key: a.value for part in reading.parts for a in part.answers}
    assert values["mission"] == ["Education in developing countries"]
    assert values["cofunding"] == Decimal("1250.50")
    assert values["team"] == [("Mia (demo)", "leads", True), ("Joe (demo)", "helps", False)]
    assert [(row.category, row.total) for row in values["budget"]] == [
        ("Equipment", Decimal(9_000)),
        ("Indirect costs", Decimal(1_000)),
    ]


def test_the_cofunding_is_shown_in_the_currency_of_the_call(app: Flask, world: World) -> None:
    with app.app_context():
        row = scene.draft(world)
        scene.write(row, world.actor("mg1", Role.APPLICANT), answers={"cofunding": "1250.50"})

    page = signed_in(app, world.people["mg1"]).get(f"/applications/{row.id}")

    assert "Co-funding USD 1,250.50" in words(page)


def test_an_untitled_draft_is_listed_with_its_call(app: Flask, world: World) -> None:
    with app.app_context():
        title = scene.begun(world, "BTN-L", "mg").call.title

    page = signed_in(app, world.people["mg1"]).get("/applications").page

    assert f"Untitled application to “{title}”" in page.text


def test_an_answer_that_cannot_be_parsed_stays_as_typed(app: Flask, world: World) -> None:
    with app.app_context():
        row = scene.draft(world)
        scene.write(row, world.actor("mg1", Role.APPLICANT), answers={"cofunding": "about 500"})

        found = unsent(row).answer("cofunding")

    assert found is not None
    assert found.value == "about 500"


def test_an_earlier_stage_is_shown_below_with_its_own_questions(app: Flask, world: World) -> None:
    with app.app_context():
        row = scene.draft(world, code="DRR")
        scene.apply(world, row, "alert", "mg1", Role.APPLICANT)
        scene.apply(world, row, "accept", "olga", Role.OFFICER)

        reading = unsent(db.session.get_one(Application, row.id))

    assert [sheet.key for sheet in reading.sheets] == ["proposal", "alert"]
    earlier = {answer.key for part in reading.sheets[1].parts for answer in part.answers}
    assert "event" in earlier
    assert "title" not in earlier


@pytest.mark.parametrize("code", sorted(programmes()))
def test_staff_read_it_on_a_page(app: Flask, world: World, code: str) -> None:
    with app.app_context():
        row = drafted(world, code)
        scene.apply(world, row, "alert" if row.stage == "alert" else "submit", "mg1", Role.APPLICANT)

    page = signed_in(app, world.people["olga"]).get(f"/applications/{row.id}/proposal").page

    assert "fibre" in page.text
    assert "None" not in page.text
