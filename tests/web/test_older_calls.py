"""A call in preparation whose rules an earlier release has stored: it gains what is new without being changed."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Call
from tests import world as w
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.test_calls import set_up
from workflows.programme import SCHEMA


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """People and a fund, and no call."""
    return prepare("no_older_call", lambda: w.build(programmes=()))


def test_its_history_names_what_was_changed_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        client = signed_in(app, world.people["olga"])
    there = f"/office/calls/{set_up(client, world)}"
    with app.app_context(), transaction():
        call = db.session.query(Call).one()
        rubric = [{k: v for k, v in one.items() if k not in {"short", "passages"}} for one in call.rules["rubric"]]
        call.rules = call.rules | {"schema_number": 1, "rubric": rubric}
        w.recorded()

    answer = client.submit(client.get(there), there, most="6,000.00")

    text = client.get(there).page.text
    assert answer.status_code == 302
    assert "most: 5000 → 6000.00" in text
    assert "passages" not in text
    with app.app_context():
        rules = db.session.query(Call).one().rules
    assert (rules["schema_number"], rules["rubric"][0]["passages"]) == (SCHEMA, ["project", "plan"])
