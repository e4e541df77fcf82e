"""Rows that existed before history held their table are recorded in one update only."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from grants.cli import init
from grants.db import db, transaction
from grants.models import Application, Event
from grants.services import locking
from grants.services.integrity import adoption, fingerprints, first_forms, history
from grants.services.integrity.manifest import HELD
from grants.services.integrity.verifying import comparison
from tests.history import forging
from tests.history.conftest import Forge
from tests.history.proof import found
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK

pytestmark = pytest.mark.sweep

FORGED = "INSERT INTO person (id, email, name) VALUES (900, 'mallory@example.org', 'Mallory')"


def adopt(app: Flask) -> None:
    """Record existing rows, as an update does it."""
    with app.app_context():
        init.record_existing()
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
        assert adoption.adopted() == adoption.rounds().keys() >= HELD.keys()
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

    assert found(app) == ["person 900 has no event in the history."]


def test_without_the_event_that_it_is_complete_it_would_be(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the second update records the forged account, which then seems to be in order."""
    adopt(app)
    forge(FORGED)
    monkeypatch.setattr(adoption, "adopted", set)

    adopt(app)

    assert [finding for finding in found(app) if finding.startswith("person 900")] == []


def test_an_event_that_records_existing_rows_later_is_found(app: Flask, forge: Forge) -> None:
    adopt(app)
    forge(FORGED)
    record_forged(app)

    [finding] = found(app)

    assert finding.startswith("History of person 900, event ")
    assert finding.endswith(": it records existing rows, but no update required this.")


def complete(app: Flask, tables: str) -> None:
    """Add an event that says that the rows of these tables were recorded."""
    with app.app_context(), transaction():
        locking.hold(adoption.SYSTEM)
        message = Message("Existing rows of these tables were recorded: %(tables)s", tables=tables)
        about = history.About(*adoption.SYSTEM, *adoption.SYSTEM)
        history.record(about, actor=CLOCK, key=adoption.COMPLETE, message=message, audience="office")


def record_forged(app: Flask) -> None:
    """Record the forged account, as an update records the rows of an earlier release."""
    with app.app_context(), transaction():
        chain = locking.Chain("person", 900)
        locking.hold(chain)
        [value] = [row.values[-1] for row in fingerprints.every("person") if row.id == 900]
        about, message = history.About(*chain, *chain), Message("Created before the history began")
        names = {"person": {"900": value}}
        history.record_all([history.Record(about, CLOCK, adoption.ADOPT, message, audience="office", rows=names)])


AGAIN = ": these tables were recorded a second time: person."
UNHELD = ": it records tables that do not exist in any release: new."
LATE = ": it records existing rows, but no update required this."


@pytest.mark.parametrize(
    ("tables", "findings"), [("person", [AGAIN, LATE]), ("person, new", [AGAIN, UNHELD, LATE]), ("new", [UNHELD, LATE])]
)
def test_a_second_update_of_a_table_is_found_and_excuses_no_row(
    app: Flask, forge: Forge, tables: str, findings: list[str]
) -> None:
    adopt(app)
    forge(FORGED)
    record_forged(app)

    complete(app, tables)

    assert [finding[finding.index(":") :] for finding in found(app)] == findings


def test_without_the_first_update_of_each_table_it_would_be(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the last update alone, as before, lets the second one excuse the forged account."""
    completions = adoption.completions
    monkeypatch.setattr(adoption, "completions", lambda: list(completions())[-1:])
    adopt(app)
    forge(FORGED)
    record_forged(app)
    complete(app, "person")

    assert found(app) == []


def test_an_event_that_records_rows_of_no_table_is_found(app: Flask) -> None:
    forging.added(app, history.About("person", 1, "person", 1), adoption.ADOPT)

    assert [finding[finding.index(":") :] for finding in found(app)] == [LATE]


def test_a_table_that_is_recorded_before_it_exists_is_found(app: Flask) -> None:
    complete(app, "new")

    assert [finding[finding.index(":") :] for finding in found(app)] == [UNHELD]


def test_otherwise_the_update_that_holds_it_would_record_no_row(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: its rows are then accused for ever."""
    with monkeypatch.context() as earlier:
        earlier.delitem(HELD, "more_time")
        adopt(app)
        complete(app, "more_time")
    with app.app_context():
        forge_more_time()

    adopt(app)

    assert found(app) == ["more_time 1 has no event in the history."]


def two_updates(settings: Settings) -> None:
    """Two hosts update the database at once."""
    threads = [threading.Thread(target=init.prepare, args=(settings, settings)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def completed(app: Flask) -> int:
    """How many events say that rows were recorded."""
    with app.app_context():
        return db.session.query(Event).filter_by(key=adoption.COMPLETE).count()


def test_two_updates_at_once_record_the_rows_once(app: Flask) -> None:
    complete(app, "person")

    two_updates(app.extensions["settings"])

    assert completed(app) == 2
    assert found(app) == []


def test_without_their_lock_both_record_them(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: both see that nothing was recorded."""
    both, adopted = threading.Barrier(2), adoption.adopted

    def read() -> set[str]:
        tables = adopted()
        both.wait(20)
        return tables

    monkeypatch.setattr(init, "alone", lambda _: nullcontext())
    monkeypatch.setattr(init, "_upgrade", lambda _: None)
    monkeypatch.setattr(adoption, "adopted", read)
    complete(app, "person")

    two_updates(app.extensions["settings"])

    assert completed(app) == 3


class Stopped(Exception):
    """The update is interrupted."""


def test_an_update_that_was_interrupted_records_the_rest(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forge("DELETE FROM history; DELETE FROM history_head")
    monkeypatch.setattr(adoption, "CHAINS_PER_CHUNK", 2)
    real = adoption.adopt
    with monkeypatch.context() as broken:
        broken.setattr(adoption, "adopt", lambda rows: real(rows) if len(adopted(app)) < 4 else stop())
        with pytest.raises(Stopped):
            adopt(app)
    before = adopted(app)

    adopt(app)

    after = adopted(app)
    assert (len(before), completed(app)) == (4, 1)
    assert len(set(after)) == len(after) > len(before)
    assert set(after) > set(before)
    with app.app_context():
        assert [str(message) for message in comparison.problems()] == []
    total = len(after) - len(before)
    assert capsys.readouterr().out.splitlines()[-1] == f"Existing rows recorded: {total} of {total} histories."


def stop() -> None:
    """Interrupt the update."""
    raise Stopped


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
