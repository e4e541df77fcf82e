"""Rows that existed before history held their table are recorded in one update only."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from grants.db import db, transaction
from grants.models import Application, Event
from grants.services import locking
from grants.services.integrity import adoption, comparison, fingerprints, first_forms, history
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


def name_first(app: Flask) -> None:
    """Name the application with the fingerprint of an earlier release, in an event of its own chain."""
    with app.app_context(), transaction():
        locking.hold(locking.Chain("application", 1))
        row = db.session.get_one(Application, 1)
        names = {"application": {"1": first_forms.of(row)}}
        history.record_all([history.Record(history.about(row), CLOCK, "note", Message("A note"), rows=names)])


LATER = "UPDATE application SET version = version + 1, step_at = step_at - interval '1 day' WHERE id = 1"
"""Columns that the fingerprint of an earlier release does not have."""


@pytest.mark.parametrize("complete", [True, False])
def test_a_fingerprint_of_an_earlier_release_is_found_after_the_update(
    app: Flask, forge: Forge, *, complete: bool
) -> None:
    if complete:
        adopt(app)
    name_first(app)
    forge(LATER)

    [finding] = found(app)

    assert finding.startswith("History, event ")
    assert finding.endswith(" names a row with a fingerprint of an earlier release, after the update.")


def test_without_this_finding_the_columns_that_it_leaves_out_are_free(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the row fits the newest event that names it."""
    monkeypatch.setattr(comparison, "_outdated", lambda _: ())
    adopt(app)
    name_first(app)
    forge(LATER)

    assert found(app) == []
