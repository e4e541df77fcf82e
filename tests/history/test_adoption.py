"""Rows that existed before history held their table are recorded in one update only."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from grants.db import db, transaction
from grants.models import Event
from grants.services import locking
from grants.services.integrity import adoption, fingerprints, history
from grants.services.integrity.manifest import HELD
from tests.history.conftest import Forge
from tests.history.proof import found
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK

FORGED = "INSERT INTO person (id, email, name) VALUES (900, 'mallory@example.org', 'Mallory')"


def adopt(app: Flask) -> None:
    """Record existing rows, as an update does it."""
    with app.app_context():
        with transaction():
            adoption.adopt()
        db.session.remove()


def adopted(app: Flask) -> list[tuple[str, int]]:
    """The chains with an event that records existing rows."""
    with app.app_context():
        events = select(Event.subject, Event.subject_id).where(Event.key == adoption.ADOPT).order_by(Event.id)
        return [(subject, id) for subject, id in db.session.execute(events)]


def test_a_database_whose_rows_are_named_needs_only_the_event_that_it_is_complete(app: Flask) -> None:
    adopt(app)

    assert adopted(app) == []
    with app.app_context():
        assert adoption.adopted() == HELD.keys()
    assert found(app) == []


def test_a_table_that_is_held_for_the_first_time_is_recorded_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.delitem(HELD, "more_time")
        adopt(app)
    with app.app_context():
        forge_more_time()

    adopt(app)

    assert adopted(app) == [("call", 1)]
    assert found(app) == []


def forge_more_time() -> None:
    """A row of a release that did not hold this table."""
    with transaction():
        db.session.execute(
            db.text(
                "INSERT INTO more_time (call_id, organisation_id, until, reason, by)"
                " VALUES (1, 1, now() + interval '90 days', 'Flood', 1)"
            )
        )


def test_a_row_that_is_forged_later_is_not_recorded(app: Flask, forge: Forge) -> None:
    adopt(app)
    forge(FORGED)

    adopt(app)

    assert found(app) == ["person 900 has no event in history."]


def test_without_the_event_that_it_is_complete_it_would_be(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the second update records the forged account, and nothing is found."""
    adopt(app)
    forge(FORGED)
    monkeypatch.setattr(adoption, "adopted", set)

    adopt(app)

    assert found(app) == []


def test_an_event_that_records_existing_rows_later_is_found(app: Flask, forge: Forge) -> None:
    adopt(app)
    forge(FORGED)
    with app.app_context(), transaction():
        chain = locking.Chain("person", 900)
        locking.hold(chain)
        [value] = [row.values[-1] for row in fingerprints.every("person") if row.id == 900]
        about, message = history.About(*chain, *chain), Message("Created before the history began")
        names = {"person": {"900": value}}
        history.record_all([history.Record(about, CLOCK, adoption.ADOPT, message, audience="office", rows=names)])

    [finding] = found(app)

    assert finding.startswith("History of person 900, event ")
    assert finding.endswith(": rows were recorded after the last update.")
