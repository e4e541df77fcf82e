"""Every entry of the ledger has a cause of the same amount, and every cause its entry."""

# ruff: noqa: E501 - a forgery stands on one line

from __future__ import annotations

import inspect
import re

import pytest
from flask import Flask

from grants.db import db
from grants.models.ledger import KINDS
from grants.services.integrity.verifying import books
from grants.services.money import ledger
from tests.history.conftest import Forge

DOUBLED = """
    INSERT INTO entry (id, kind, by, stamp) SELECT 900, kind, by, 'x' FROM entry WHERE kind = '{0}' LIMIT 1;
    INSERT INTO posting (entry_id, account_id, amount, currency, stamp)
        SELECT 900, account_id, amount, currency, 'x' FROM posting WHERE entry_id = (SELECT id FROM entry WHERE kind = '{0}' LIMIT 1)"""
UNCAUSED = "Entry 900 of the ledger ({}): no record explains it, or the amounts differ."


def causes(app: Flask) -> list[str]:
    """Entries without a cause, and causes without an entry."""
    with app.app_context():
        found = [str(message) for message in books.causes()]
        db.session.remove()
    return found


def test_every_kind_of_entry_that_is_booked_has_its_cause() -> None:
    booked = set(re.findall(r'_book\(\s*"(\w+)"', inspect.getsource(ledger)))

    assert booked == books.CAUSES.keys()
    assert {kind for cause in books.CAUSES.values() for kind in (cause.source, cause.target)} == set(KINDS)


def test_nothing_is_found_before(app: Flask) -> None:
    assert causes(app) == []


@pytest.mark.parametrize("kind", ["appropriate", "cut", "award"])
def test_a_doubled_entry_has_no_cause(app: Flask, forge: Forge, kind: str) -> None:
    forge(DOUBLED.format(kind))

    assert causes(app) == [UNCAUSED.format(kind)]


def test_an_entry_between_other_accounts_has_no_cause(app: Flask, forge: Forge) -> None:
    forge("UPDATE entry SET kind = 'appropriate' WHERE kind = 'award'")

    assert len(causes(app)) == 2


@pytest.mark.parametrize(
    ("forgery", "missing"),
    [
        ("UPDATE instalment SET step = 'payable' WHERE id = 1", "“payable” of 6000.000 for award 1."),
        (
            "INSERT INTO repayment (award_id, amount, currency, received_on, reference, by) VALUES (1, 500, 'USD', '2026-11-22', 'x', 1)",
            "“refund” of 500.000 for award 1.",
        ),
        ("DELETE FROM posting WHERE entry_id = 3; DELETE FROM entry WHERE id = 3", "“award” of 10000.000 for award 1."),
    ],
)
def test_a_cause_without_its_entry_is_found(app: Flask, forge: Forge, forgery: str, missing: str) -> None:
    forge(forgery)

    assert causes(app) == [f"The ledger has no entry {missing}"]
