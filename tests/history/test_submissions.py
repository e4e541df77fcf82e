"""A superuser changes what was sent, and verification reports it; what is erased with an event is not reported."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, EventText, Submission
from grants.services.applications import erasure
from grants.services.integrity.verifying import submissions
from tests import world
from tests.history.conftest import Forge
from tests.history.proof import found
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

CHANGED = "Submission 1 of application 1: its content differs from its hash."
MISSING = "Submission 1 of application 1 is missing, or differs from its history."
UNRECORDED = "Submission {} of application 1 has no event in the history."
FORGED = {
    "UPDATE submission_line SET what = 'A car' WHERE position = 0": [CHANGED],
    "UPDATE submission_line SET total = total + 1 WHERE position = 0": [CHANGED],
    "DELETE FROM submission_line WHERE position = 1": [CHANGED],
    "INSERT INTO submission_line (submission_id, position, what, category, total) VALUES (1, 2, 'A car', 'other', 1)": [
        CHANGED
    ],
    "UPDATE submission_indicator SET target = 1": [CHANGED],
    "DELETE FROM submission_indicator": [CHANGED],
    'UPDATE submission_content SET content = content || \'{"problem": "None."}\'': [CHANGED],
    "UPDATE submission_content SET answer = 'Yes.'": [CHANGED],
    "UPDATE submission_content SET content = NULL": [CHANGED],
    "DELETE FROM submission_content": [CHANGED],
    "UPDATE submission SET salt = ''": [CHANGED],
    "UPDATE submission SET preserved = false": ["submission 1 differs from its history."],
    "UPDATE submission SET sha256 = repeat('0', 64)": [CHANGED, MISSING, UNRECORDED.format(1)],
    "DELETE FROM submission": [MISSING],
    "INSERT INTO submission (application_id, number, stage, sha256, sent_at) VALUES (1, 2, 'proposal', repeat('0', 64),"
    " now())": ["submission 2 has no event in the history.", UNRECORDED.format(2)],
}
COPIES = (
    "UPDATE award_line SET what = 'A car' WHERE position = 0",
    "UPDATE award_line SET total = total + 1",
    "UPDATE award_indicator SET target = 1",
    "DELETE FROM award_indicator",
)


def test_what_was_sent_verifies(app: Flask) -> None:
    assert found(app) == []


@pytest.mark.parametrize("forgery", FORGED)
def test_what_was_sent_cannot_be_changed_unnoticed(app: Flask, forge: Forge, forgery: str) -> None:
    forge(forgery)

    assert set(FORGED[forgery]) - set(found(app)) == set()


@pytest.mark.parametrize("forgery", COPIES)
def test_what_was_awarded_is_what_was_sent(app: Flask, forge: Forge, forgery: str) -> None:
    forge(forgery)

    assert any(finding.endswith("its budget or indicators differ from the submission.") for finding in found(app))


def test_an_erasure_with_its_event_is_no_finding(app: Flask) -> None:
    with app.app_context():
        made, row = world.found(), db.session.query(Submission).one()
        with transaction():
            erasure.erase(row, reason="The person asked for it.", actor=made.actor("olga", Role.OFFICER))
        assert row.written.content is None

    assert found(app) == []


def test_an_answer_in_words_is_erased_in_the_history_too(app: Flask) -> None:
    with app.app_context():
        made = world.found()
        row = world.submitted(made, chapter="bo")
        world.apply(made, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        world.apply(made, row, "answer", "bo1", Role.APPLICANT, answer="Somebody we know owns it.")
        assert row.submission is not None
        stored = db.session.query(EventText).filter_by(words="Somebody we know owns it.")
        assert stored.count() == 1
        with transaction():
            erasure.erase(row.submission, reason="The person asked for it.", actor=made.actor("omar", Role.OFFICER))
        assert (stored.count(), row.submission.written.answer) == (0, "")

    assert found(app) == []


def test_the_facts_stay_when_the_content_is_erased(app: Flask) -> None:
    with app.app_context():
        made, row = world.found(), db.session.query(Submission).one()
        before = (row.sha256, len(row.lines))
        with transaction():
            erasure.erase(row, reason="The person asked for it.", actor=made.actor("olga", Role.OFFICER))
        now = db.session.get_one(Application, 1)
        assert (row.sha256, len(row.lines), now.asked) == (*before, Decimal(10_000))


def test_a_content_that_was_not_preserved_is_a_note(app: Flask, forge: Forge) -> None:
    forge("UPDATE submission SET preserved = false")

    with app.app_context():
        assert [str(note) for note in submissions.notes()] == [
            "Submission 1 of application 1: an earlier release did not preserve its content."
        ]
        db.session.remove()
