"""Twenty forgeries that the application's own role can commit, and that no constraint or trigger refuses."""

# ruff: noqa: E501 - a forgery stands beside its name

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from grants.db import db
from grants.jobs.sealing import evidence
from grants.outside.servers import Postgres
from grants.services.integrity.verifying import books, comparison, verification
from tests.databases import copied, settings_for
from tests.history import held
from tests.prepared import opened

pytestmark = pytest.mark.sweep

LETTER = "SELECT document_id FROM document_snapshot WHERE data ->> 'kind' = 'award_letter' ORDER BY 1 LIMIT 1"
ENTRY = """
    WITH e AS (INSERT INTO entry (kind, by) VALUES ('{kind}', 5) RETURNING id)
    INSERT INTO posting (entry_id, account_id, amount, currency)
        SELECT e.id, a.id, CASE a.kind WHEN '{source}' THEN -1 ELSE 1 END * {amount}, 'USD' FROM e, account a
        WHERE a.kind IN ('{source}', '{target}') AND coalesce(a.award_id, 1) = 1"""
FORGERIES = {
    "an entry of a million": ENTRY.format(kind="appropriate", source="appropriated", target="available", amount=1_000_000),
    "an envelope that nobody allocated": ENTRY.format(kind="cut", source="available", target="envelope", amount=5_000),
    "a payment that the bank never made": ENTRY.format(kind="refund", source="paid", target="returned", amount=5),
    "a revoked letter": f"INSERT INTO document_end (document_id, kind, reason) SELECT document_id, 'revoked', 'No.' FROM ({LETTER}) d",
    "a letter over another amount": f"""
        WITH d AS (INSERT INTO document (kind, number, version, language, application_id)
                   SELECT kind, number, 2, language, application_id FROM document WHERE id = ({LETTER}) RETURNING id)
        INSERT INTO document_snapshot SELECT d.id, data || '{{"amount": "99000.000"}}' FROM d, document_snapshot
        WHERE document_id = ({LETTER})""",
    "a letter that nobody ordered": "INSERT INTO document (kind, number, version, language, application_id)"
    " VALUES ('award_letter', 'L-2020-0001', 1, 'en', 1)",
    "the address of an account": "UPDATE person SET email = 'mallory@example.org' WHERE id = 1",
    "the password of an account": "UPDATE person SET password_hash = 'x' WHERE id = 1",
    "an account that was ended": "UPDATE person SET ended_at = now() WHERE id = 1",
    "an account that nobody made": "INSERT INTO person (email, name) VALUES ('mallory@example.org', 'Mallory')",
    "a chapter without standing": "UPDATE organisation SET standing = 'dechartered' WHERE id = 1",
    "a conflict that was withdrawn": "UPDATE conflict SET lifted_reason = 'Nothing.'",
    "a conflict that nobody declared": "INSERT INTO conflict (application_id, person_id, kinds) VALUES (2, 2, 'family')",
    "a recommendation sent back": "UPDATE recommendation SET sent_back = true",
    "a recommendation by somebody else": "INSERT INTO recommendation (application_id, kind, amount, by)"
    " VALUES (1, 'award', 9000, 1)",
    "a check that failed": "UPDATE checked SET verdict = 'failed', note = 'No.' WHERE id = 1",
    "a later deadline": "UPDATE call SET closes_at = closes_at + interval '90 days'",
    "more time for one applicant": "INSERT INTO more_time (call_id, organisation_id, until, reason, by)"
    " VALUES (1, 2, now() + interval '90 days', 'Because.', 1)",
    "a condition that was dropped": "UPDATE award SET conditions = 'None.' WHERE id = 1",
    "an end of the grant": "UPDATE award SET ends_on = ends_on + 365 WHERE id = 1",
    "a contribution from elsewhere": "INSERT INTO fund (title, year) VALUES ('Another', 2026)",
    "a report that was approved by somebody else": "UPDATE report SET approved_by = 1 WHERE step = 'approved'",
    "a score that was raised": "UPDATE score SET points = 5 WHERE id = 1",
    "a text added to an event": "INSERT INTO history_words (event_id, name, salt, words) SELECT min(id), 'note', repeat('0', 32), 'Yes' FROM history",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(postgres: Postgres, filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, as its own role, on one copy; every forgery is undone."""
    for name in copied(postgres, filled, f"forgeries_{os.getpid()}"):
        with opened(settings_for(postgres, name, tmp_path_factory.mktemp("forgeries"))) as program:
            yield program


def found(app: Flask) -> list[str]:
    """Everything that is found in the transaction of the forgery; the files of the documents are not compared."""
    return [str(message) for message in verification.checks(evidence(app.extensions["settings"]))]


def forged(app: Flask, forgery: str) -> list[str]:
    """What is found of a forgery with which every deferred constraint agrees."""
    with app.app_context(), held.undone():
        assert db.session.scalar(text("SELECT current_user")) == "grants_app"
        db.session.execute(text(forgery))
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        return found(app)


def test_nothing_is_found_before(app: Flask) -> None:
    with app.app_context():
        assert found(app) == []


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_by_the_application_is_found(app: Flask, forgery: str) -> None:
    assert forged(app, FORGERIES[forgery]) != []


def test_without_the_comparison_of_rows_and_causes_they_pass(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: of all but four, what else is verified finds nothing, and reports no difference."""
    monkeypatch.setattr(comparison, "problems", lambda: iter(()))
    monkeypatch.setattr(books, "causes", lambda: iter(()))

    passed = {name for name, forgery in FORGERIES.items() if forged(app, forgery) == []}

    assert FORGERIES.keys() - passed == {
        "a letter over another amount",
        "a letter that nobody ordered",
        "a payment that the bank never made",
        "a text added to an event",
    }
