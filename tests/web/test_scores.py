"""A decline letter compares the proposal's score with the mean of the funded ones, if there are enough."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Assignment, DocumentSnapshot, Score
from grants.services import persons
from tests import world as w
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two proposals are funded."""

    def fill() -> None:
        world = w.build(programmes=("BTN-L",))
        for number in range(2):
            fund(world, number)

    return prepare("two_funded", fill)


def fund(world: w.World, number: int) -> None:
    """Award the chapter of that number what it requested."""
    with transaction():
        chapter = w.organisation(f"Chapter {number}", "KE", "en")
        world.chapters[f"k{number}"] = chapter
        for place in (1, 2):
            world.people[f"k{number}{place}"] = w.person(f"k{number}{place}")
            persons.join(world.people[f"k{number}{place}"], chapter, actor=w.SYSTEM)
    w.awarded(world, chapter=f"k{number}")


def declined(world: w.World) -> dict[str, str] | None:
    """The score in the decline letter of the other chapter's proposal, which got a 2 for every criterion."""
    row = w.in_review(world, chapter="bo")
    w.review(world, row)
    with transaction():
        for score in db.session.query(Score).join(Score.review).join(Assignment).filter_by(application_id=row.id):
            score.points = 2
        w.recorded()
    w.apply(world, row, "to_panel", "olga", Role.OFFICER)
    w.apply(world, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback=w.WHY)
    w.apply(world, row, "decline", "pia", Role.APPROVER, feedback=w.WHY)
    newest = db.session.query(DocumentSnapshot.data).order_by(DocumentSnapshot.document_id.desc()).limit(1).scalar()
    found: dict[str, str] | None = newest["score"]
    return found


COMPARED = {"own": "40.0", "funded_average": "80.0", "most": "100"}


@pytest.mark.parametrize(("funded", "reported"), [pytest.param(2, None, marks=pytest.mark.sweep), (3, COMPARED)])
def test_the_score_is_compared_with_three_funded_ones_and_not_with_fewer(
    app: Flask, funded: int, reported: dict[str, str] | None
) -> None:
    with app.app_context():
        world = w.found()
        for number in range(2, funded):
            fund(world, number)

        score = declined(world)

        assert db.session.query(Application).filter_by(step="agreement").count() == funded
    assert score == reported


def test_a_withdrawn_proposal_is_among_those_received(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        withdrawn = w.submitted(world)
        w.apply(world, withdrawn, "withdraw", "mg1", Role.APPLICANT)

        declined(world)

        letter = db.session.query(DocumentSnapshot.data).order_by(DocumentSnapshot.document_id.desc()).limit(1).scalar()
    assert (letter["received"], letter["funded"], letter["contact"]["title"]) == (4, 2, "responsable de programa")
