"""What a draft requires, as its call does: required sections, the partner rule, the deadline."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application
from tests import world as w
from tests.browser import signed_in
from tests.web.reading import words
from workflows.engine.roles import Role


@pytest.mark.ground("large")
def test_a_filled_optional_section_is_not_counted_as_a_required_one(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), w.draft(w.found())
    text = words(signed_in(app, world.people["mg1"]).get(f"/applications/{row.id}/write"))

    assert "10 of 10 required sections complete" in text


@pytest.mark.ground("template")
def test_the_partners_section_names_the_amount_only_where_the_call_has_the_rule(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("BTN-L", "DRR"))
        large, urgent = w.draft(world, "BTN-L"), w.draft(world, "DRR")
        w.apply(world, urgent, "alert", "mg1", Role.APPLICANT)
        w.apply(world, urgent, "accept", "olga", Role.OFFICER)
    mia = signed_in(app, world.people["mg1"])
    texts = [mia.get(f"/applications/{row.id}/write").page.text for row in (large, urgent)]

    assert ["Leave this empty if you work alone." in text for text in texts] == [True, True]
    assert ["A grant above USD\xa020,000 requires a partner" in text for text in texts] == [True, False]


@pytest.mark.ground("large_draft")
def test_a_call_without_a_closing_date_is_open_for_submission_while_it_is_open(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        with transaction():
            row.call.closes_at = None
            w.recorded()
    text = words(signed_in(app, world.people["mg1"]).get("/applications/1/send"))

    assert "Deadline Open until the funds are used up" in text
    assert "Submit by" not in text
