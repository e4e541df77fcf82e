"""Eight words are no answer to a question that asks for more, if a call says so; no programme does today."""

from __future__ import annotations

import copy

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Call
from tests import world as w
from tests.web.reading import words
from tests.web.writing import form_of, started

pytestmark = pytest.mark.ground("large_draft")
EIGHT = "Eight words are not enough for an answer"


def answered(app: Flask, least: int) -> tuple[str, str]:
    """The pages of the form and of what is missing, after eight words for a question that asks for at least so many."""
    with app.app_context(), transaction():
        call = db.session.query(Call).one()
        rules = copy.deepcopy(call.rules)
        asked = [q for stage in rules["stages"] for part in stage["sections"] for q in part["questions"]]
        question = next(q for q in asked if q["words"] == 250)
        question["least"] = least
        call.rules = rules
        w.recorded()
    client, id = started(app)
    client.post(f"/applications/{id}/write", data=form_of(client, id) | {question["key"]: EIGHT})
    return words(client.get(f"/applications/{id}/write")), words(client.get(f"/applications/{id}/send"))


def test_a_section_with_eight_words_is_not_complete_where_more_are_asked(app: Flask) -> None:
    form, missing = answered(app, least=20)

    assert "9 of 10 required sections complete" in form
    assert "you entered 8." in missing


def test_without_a_least_length_it_is(app: Flask) -> None:
    """Counter-test."""
    form, missing = answered(app, least=0)

    assert "10 of 10 required sections complete" in form
    assert "are required." not in missing
