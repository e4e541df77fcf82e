"""A command can hold as many histories as an update of a large database needs."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import transaction
from grants.services import locking, locks

pytestmark = pytest.mark.ground("submitted")


def chains(count: int) -> list[locking.Chain]:
    """The histories of applications that do not exist."""
    return [locking.Chain("application", 1_000_000 + number) for number in range(count)]


def test_thirteen_thousand_histories_are_held(app: Flask) -> None:
    with app.app_context(), transaction():
        locking.hold(*chains(13_000))


def test_in_one_statement_postgresql_refuses_them(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "MOST", 20_000)

    with app.app_context(), transaction(), pytest.raises(Exception, match="stack depth limit exceeded"):
        locking.hold(*chains(13_000))
