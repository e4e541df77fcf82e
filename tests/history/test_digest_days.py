"""The day of a digest is set by the database: days that were noted ahead would stop the mails to the auditors."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from psycopg import errors

from grants.db import db, transaction
from grants.outside.servers.postgres import plain
from grants.services.integrity.sealing import digest_mails
from tests.databases import advance
from tests.history.proof import add_event, found, seal_all

AHEAD = """
    INSERT INTO digest_mail (sent_on, checkpoint_id)
    SELECT grants_now()::date + n, (SELECT max(id) FROM checkpoint) FROM generate_series({0}, {1}) n"""
LATE = "The digest email recorded for {} cannot have been sent on that day."


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application outside a demonstration, with a checkpoint."""
    seal_all(app)
    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)
    return app


def note(app: Flask, role: str, statement: str) -> None:
    """Run SQL as this role."""
    with psycopg.connect(plain(getattr(app.extensions["settings"], role))) as connection:
        connection.execute(statement.encode())


def queued(app: Flask) -> bool:
    """Whether the digest of a new checkpoint is mailed."""
    add_event(app)
    seal_all(app)
    with app.app_context(), transaction():
        return digest_mails.queue()


def test_the_application_notes_no_day_ahead(app: Flask) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        note(app, "database_url", AHEAD.format(0, 3_650))

    assert queued(app)
    assert found(app) == []


def test_with_the_right_to_choose_the_day_no_digest_would_be_mailed(app: Flask) -> None:
    """Counter-test: the right of earlier releases. Verify finds the days."""
    settings = app.extensions["settings"]
    note(app, "owner_database_url", "GRANT INSERT ON digest_mail TO grants_app")
    note(app, "database_url", AHEAD.format(0, 2))

    assert not queued(app)
    with app.app_context():
        days = [day for (day,) in db.session.execute(db.text("SELECT sent_on FROM digest_mail ORDER BY 1"))]
    granted, _, *late = found(app)
    assert granted.startswith("Database: privileges of grants_app on table public.digest_mail differs")
    assert late == [LATE.format(day) for day in days[1:]]
    advance(settings, 86_400)
    assert not queued(app)


def test_a_day_before_its_checkpoint_is_found(app: Flask) -> None:
    note(app, "owner_database_url", AHEAD.format(-1, -1))

    [finding] = found(app)

    assert finding.endswith("cannot have been sent on that day.")
