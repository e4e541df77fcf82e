"""The clock notices that nothing is sealed, and shows it on the page of failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from config import Settings
from grants.access.principals import load_principal
from grants.db import db
from grants.jobs import clock
from grants.queries import failures
from grants.services.integrity.sealing import watch
from tests.databases import advance
from tests.history.proof import add_event, seal_all
from tests.world import found

MINUTE = 60


@pytest.fixture
def settings(app: Flask) -> Iterator[Settings]:
    """The settings of the application, which is no demonstration, while they are used."""
    before: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(before, demo=False)
    yield before
    app.extensions["settings"] = before


def shown(app: Flask) -> list[tuple[str, str]]:
    """The work and the problem of each failure of a tick, as an administrator sees it."""
    with app.app_context():
        clock.tick()
        parked = failures.parked(load_principal(found().people["ada"]))
        db.session.remove()
        return [(str(row.work), row.problem) for row in parked]


def test_events_that_wait_for_a_checkpoint_are_reported_until_it_is_created(app: Flask, settings: Settings) -> None:
    seal_all(app)
    add_event(app)
    advance(settings, 5 * MINUTE)
    assert shown(app) == []

    advance(settings, 6 * MINUTE + 24 * 60 * MINUTE)
    ((work, problem),) = shown(app)

    assert work == "Checkpoints of the history"
    assert problem.startswith("Unsealed: No checkpoint covers the history since ")
    seal_all(app)
    assert shown(app) == []


def test_before_a_sealer_is_set_up_nothing_is_reported(app: Flask, settings: Settings) -> None:
    advance(settings, 60 * MINUTE)

    assert shown(app) == []


def test_in_a_demonstration_whose_clock_is_moved_nothing_is_reported(app: Flask) -> None:
    seal_all(app)
    add_event(app)
    advance(app.extensions["settings"], 60 * MINUTE)

    assert shown(app) == []
    with app.app_context(), pytest.raises(watch.Unsealed):
        watch.require_checkpoint()
