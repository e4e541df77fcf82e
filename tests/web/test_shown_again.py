"""A form that is sent again after the right to read its page has ended, or after the page has changed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Assignment, Membership
from grants.services import persons, transitions
from grants.services.reviews import assignments
from grants.web.site import idempotency
from tests import world as w
from tests.browser import Answer, Careful, browser
from tests.prepared import Prepare
from tests.web.writing import form_of, single
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

DRAFT = 1
"""A draft of the Malagasy chapter; Rex reviews another application."""
OURS = "A sentence that only colleagues may read"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two applications of one call."""
    return prepare("shown_again", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    w.draft(world)
    row = w.in_review(world, chapter="bo")
    with transaction():
        review = assignments.assign(
            application=row, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER)
        )
    with transaction():
        transitions.apply(review, "clear", actor=world.actor("rex", Role.REVIEWER), answers={"none": True})


def saved(client: Careful, path: str, fields: dict[str, Any]) -> Answer:
    """Save with a number that cannot be read: everything else is stored, and the answer is the page."""
    answer = client.post(path, data=fields)
    assert answer.status_code == 422
    return answer


def unreadable_draft(app: Flask) -> tuple[Careful, dict[str, Any]]:
    """A writer and the form of a save that was answered with the page."""
    writer = browser(app, "mg1")
    sent = form_of(writer, DRAFT) | {"summary": OURS, "budget-0-quantity": "many"}
    assert OURS in saved(writer, f"/applications/{DRAFT}/write", sent).get_data(as_text=True)
    return writer, sent


def leave(app: Flask) -> None:
    """Mg1 leaves the chapter and joins another."""
    with app.app_context(), transaction():
        world = w.found()
        persons.join(world.people["mg1"], world.chapters["bo"], actor=w.SYSTEM)
        member = (
            db.session.query(Membership)
            .filter_by(person_id=world.people["mg1"].id, organisation_id=world.chapters["mg"].id)
            .one()
        )
        member.ended_at = now()
        w.recorded()


def test_a_member_who_has_left_is_not_shown_the_draft_again(app: Flask) -> None:
    writer, sent = unreadable_draft(app)
    leave(app)

    answer = writer.post(f"/applications/{DRAFT}/write", data=sent)

    assert (answer.status_code, OURS in answer.get_data(as_text=True)) == (404, False)


def test_a_discarded_draft_is_not_shown_again(app: Flask) -> None:
    writer, sent = unreadable_draft(app)
    assert (
        writer.submit(writer.get(f"/applications/{DRAFT}"), "/transitions/withdraw", confirmed="yes").status_code == 302
    )

    answer = writer.post(f"/applications/{DRAFT}/write", data=sent)

    assert answer.status_code in {404, 409}
    assert 'name="summary"' not in answer.get_data(as_text=True)


def conflicted(app: Flask) -> Answer:
    """Rex saves a review, declares a conflict of interest, and his browser sends the save again."""
    rex = browser(app, "rex")
    with app.app_context():
        id = db.session.query(Assignment).one().id
    sent = single(rex.get(f"/reviews/{id}").page.form(f"/reviews/{id}")) | {"amount": "many"}
    assert "fibre problem" in saved(rex, f"/reviews/{id}", sent).get_data(as_text=True)
    assert rex.submit(rex.get(f"/reviews/{id}/conflict"), "/conflict", author="y").status_code == 302
    return rex.post(f"/reviews/{id}", data=sent)


def test_a_reviewer_in_conflict_is_not_shown_the_proposal_again(app: Flask) -> None:
    answer = conflicted(app)

    assert answer.status_code in {404, 409}
    assert "fibre problem" not in answer.get_data(as_text=True)


def test_without_the_question_the_stored_page_would_be_shown(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(idempotency, "_holds", lambda _: True)

    answer = conflicted(app)

    assert (answer.status_code, "fibre problem" in answer.get_data(as_text=True)) == (422, True)
