"""Numbers of rows that only grow are drawn from a sequence; one that was chosen stops no checkpoint and is found."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from psycopg import errors
from sqlalchemy import text

from grants.db import db
from grants.outside.servers.postgres import plain
from grants.services.integrity.sealing import checkpoints
from grants.services.integrity.verifying import sequences
from grants.services.integrity.verifying.sequences import NUMBERED
from tests.history.conftest import Forge
from tests.history.proof import add_event, found, points, seal_all, sealed

LAST = 2**31 - 1
CHOSEN = "history {}: its number was not drawn from the sequence, but chosen by the writer."
EVENT = """
    INSERT INTO history SELECT (jsonb_populate_record(h, jsonb_build_object('id', {0}, 'number', h.number + 1,
        'previous', h.hash))).* FROM history h JOIN history_head USING (subject, subject_id, number)
        WHERE subject = 'application' LIMIT 1"""
"""An event with this id."""
UNGUARDED = "GRANT INSERT ON history TO grants_app"
"""Counter-test: the right of earlier releases."""


def as_app(app: Flask, statement: str) -> None:
    """Run SQL as the role of the application."""
    with psycopg.connect(plain(app.extensions["settings"].database_url)) as connection:
        connection.execute(statement.encode())


@pytest.mark.parametrize("id", [LAST, -5])
def test_the_application_chooses_no_id_of_an_event(app: Flask, id: int) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        as_app(app, EVENT.format(id))


@pytest.mark.parametrize("table", NUMBERED)
def test_the_application_chooses_no_number_but_writes_every_other_column(app: Flask, table: str) -> None:
    with app.app_context():
        rights = db.session.execute(
            text(
                "SELECT attname, has_column_privilege(current_user, attrelid, attnum, 'INSERT') FROM pg_attribute"
                " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
            ),
            {"name": table},
        ).all()
        refused = [name for name, allowed in rights if not allowed]
        db.session.remove()

    assert refused == ["id"]


RIGHTS = """
    SELECT c.relname, has_column_privilege(:role, c.oid, a.attnum, 'INSERT') AS chosen,
        has_any_column_privilege(:role, c.oid, 'UPDATE') OR has_table_privilege(:role, c.oid, 'DELETE') AS changed
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND a.atthasdef
    WHERE c.relnamespace = 'public'::regnamespace AND has_any_column_privilege(:role, c.oid, 'INSERT')
    ORDER BY c.relname"""
"""The tables with a sequence that the application adds to: whether it chooses the key, and whether it changes rows."""


def test_the_tables_are_those_whose_key_the_application_does_not_choose(app: Flask) -> None:
    with app.app_context():
        rights = db.session.execute(text(RIGHTS), {"role": "grants_app"}).all()
        db.session.remove()

    assert tuple(row.relname for row in rights if not row.chosen) == NUMBERED
    assert [row.relname for row in rights if row.chosen and not row.changed] == []


REPAYMENT = """
    INSERT INTO repayment (id, award_id, amount, currency, received_on, reference, by)
    VALUES ({0}, 1, 1, 'USD', current_date, 'B-2026-78', 1)"""


def repayments(app: Flask) -> list[str]:
    """The findings on the numbers of repayments."""
    return [finding for finding in found(app) if finding.startswith("repayment ") and "number" in finding]


def test_the_application_chooses_no_number_of_a_repayment(app: Flask) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        as_app(app, REPAYMENT.format(LAST))


def test_a_number_of_a_repayment_that_an_earlier_release_let_it_choose_is_found(app: Flask, forge: Forge) -> None:
    forge("GRANT INSERT ON repayment TO grants_app")
    as_app(app, REPAYMENT.format(LAST))

    assert repayments(app) == [CHOSEN.format(LAST).replace("history", "repayment", 1)]


def test_without_the_table_in_the_list_it_is_not(app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the number stands, and the sequence ends before it."""
    monkeypatch.setattr(sequences, "NUMBERED", tuple(name for name in NUMBERED if name != "repayment"))
    forge("GRANT INSERT ON repayment TO grants_app")
    as_app(app, REPAYMENT.format(LAST))

    assert repayments(app) == []


@pytest.mark.parametrize("id", [LAST, -5])
def test_a_chosen_id_is_found_and_accuses_no_checkpoint(app: Flask, forge: Forge, id: int) -> None:
    seal_all(app)
    forge(UNGUARDED)
    as_app(app, EVENT.format(id))

    numbers = [finding for finding in found(app) if finding.startswith(("history ", "Checkpoint", "No checkpoint"))]

    assert numbers == [CHOSEN.format(id)]


def test_events_are_sealed_after_an_id_was_chosen_far_ahead(app: Flask, forge: Forge) -> None:
    seal_all(app)
    forge(UNGUARDED)
    as_app(app, EVENT.format(LAST))

    sealed_events(app)

    assert points(app)[-1].up_to < LAST
    assert [finding for finding in found(app) if "heckpoint" in finding] == []


def test_without_the_limit_no_event_would_be_sealed_any_more(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the ids of all later events are a gap, which is given up."""
    monkeypatch.setattr(sequences, "drawn", lambda _: text(str(LAST)))
    monkeypatch.setattr(checkpoints, "GAP_CHECKPOINTS", 2)
    seal_all(app)
    forge(UNGUARDED)
    as_app(app, EVENT.format(LAST))

    with pytest.raises(AssertionError):
        sealed_events(app)


def sealed_events(app: Flask) -> None:
    """Add an event and seal it, so often that a gap is given up."""
    for _ in range(checkpoints.GAP_CHECKPOINTS + 2):
        add_event(app)
        assert sealed(app) is not None


def test_a_chosen_number_of_another_row_is_found(app: Flask, forge: Forge) -> None:
    for table in NUMBERED:
        forge(f"UPDATE {table} SET id = {LAST} WHERE id = (SELECT max(id) FROM {table})")
    with app.app_context():
        filled = [name for name in NUMBERED if db.session.scalar(text(f"SELECT count(*) FROM {name}"))]
        findings = [str(message) for message in sequences.problems()]
        db.session.remove()

    assert len(filled) > len(NUMBERED) / 2
    assert findings == [CHOSEN.format(LAST).replace("history", table, 1) for table in filled]
