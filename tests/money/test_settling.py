"""If the last report and the last payment come at the same instant, the grant can still be closed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import pytest
from flask import Flask

from grants.db import db
from grants.models import Award, Batch, Report
from grants.queries.cases import awards
from grants.services import transitions
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, together, unlock
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

counted = awards.loose_ends_of


@pytest.fixture(scope="session")
def nearly(prepare: Prepare, active: str) -> str:
    """A grant whose last report is received and whose last payment is at the bank."""
    return prepare("nearly", _fill, active)


def _fill() -> None:
    made, award = world.found(), world.award_of(world.first())
    world.reported(made, award, 1)
    batch = world.batch(made, award)
    world.apply(made, batch, "approve", "fox", Role.FINANCE)
    world.apply(made, batch, "release", "fritz", Role.FINANCE)
    world.received(made, award, 2)


def end(app: Flask) -> bool:
    """Complete both at once; return whether the grant then waits to be closed."""

    def confirm() -> Callable[[], None]:
        row, actor = db.session.query(Batch).one(), world.found().actor("fay", Role.FINANCE)
        db.session.rollback()
        return lambda: transitions.apply(row, "confirm", actor=actor)

    def approve() -> Callable[[], None]:
        row, actor = db.session.query(Report).filter_by(number=2).one(), world.found().actor("omar", Role.OFFICER)
        db.session.rollback()
        return lambda: transitions.apply(row, "approve", actor=actor)

    assert together(app, [confirm, approve]) == [DONE, DONE]
    with app.app_context():
        return db.session.query(Award).one().to_close


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delay the storing of each count."""

    def count(ids: Collection[int]) -> dict[int, awards.LooseEnds]:
        found = counted(ids)
        time.sleep(0.2)
        return found

    monkeypatch.setattr(awards, "loose_ends_of", count)


@pytest.mark.usefixtures("_slow")
def test_the_grant_waits_to_be_closed_whichever_comes_last(copies: Copies, nearly: str) -> None:
    for _ in range(3):
        with copies(nearly) as app:
            assert end(app)


@pytest.mark.usefixtures("_slow")
def test_without_the_lock_each_would_leave_it_to_the_other(
    copies: Copies, nearly: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(nearly) as app:
        assert not end(app)
