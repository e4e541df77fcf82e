"""What fails in one piece of the clock's work is recorded and tried again; everything after it still runs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask

import config
from config import ROOT, Settings
from grants.cli.up import COMMAND
from grants.db import db
from grants.jobs import clock
from grants.models import Application, ClockFailure, Figures
from grants.outside.servers.postgres import plain
from tests import world
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

DAY = 86_400


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two applications of BTN-L with an open question."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L",))
        for chapter in ("mg", "bo"):
            row = world.submitted(made, chapter=chapter)
            world.apply(made, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")

    return prepare("parked", fill)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock waits a tenth of a second for a row that is locked, as it does two seconds otherwise."""
    monkeypatch.setattr(clock, "WAIT", "SET LOCAL lock_timeout = '100ms'")


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another transaction holds the first application for the length of the block."""
    with psycopg.connect(plain(settings.owner_database_url)) as other:
        other.execute("SELECT FROM application WHERE id = 1 FOR UPDATE")
        yield


def changed(settings: Settings, statement: str) -> None:
    """Change the rights of the application, as the owner."""
    with psycopg.connect(plain(settings.owner_database_url), autocommit=True) as owner:
        owner.execute(statement.encode())


def ticked(app: Flask) -> int:
    """The number of transitions of one tick."""
    with app.app_context():
        return clock.tick()


def steps(app: Flask) -> list[str]:
    """The steps of the two applications."""
    with app.app_context():
        return [row.step for row in db.session.query(Application).order_by(Application.id)]


def recorded(app: Flask) -> list[tuple[str, int | None, int, str]]:
    """(task, application, attempts, kind of problem) of each recorded failure."""
    with app.app_context():
        rows = db.session.query(ClockFailure).order_by(ClockFailure.id)
        return [(row.task, row.application_id, row.tries, row.problem.partition(":")[0]) for row in rows]


def test_a_locked_row_is_recorded_and_the_rest_is_done(app: Flask, settings: Settings) -> None:
    advance(settings, 6 * DAY)

    with locked(settings):
        assert ticked(app) == 1

    assert steps(app) == ["question", "checks"]
    assert recorded(app) == [("no_answer", 1, 1, "LockNotAvailable")]
    with app.app_context():
        assert db.session.query(Figures).count() == 1


def test_unguarded_one_locked_row_ends_the_tick(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "FAULTS", ())
    advance(settings, 6 * DAY)

    with locked(settings), pytest.raises(Exception, match="lock timeout"):
        ticked(app)

    assert steps(app) == ["question", "question"]


def test_what_failed_is_tried_again_after_a_growing_pause(app: Flask, settings: Settings) -> None:
    advance(settings, 6 * DAY)
    tries = []

    with locked(settings):
        for seconds in (0, 50, 12, 100, 22):
            advance(settings, seconds)
            ticked(app)
            tries.append(recorded(app)[0][2])
    advance(settings, 241)

    assert tries == [1, 1, 2, 2, 3]
    assert (ticked(app), steps(app), recorded(app)) == (1, ["checks", "checks"], [])


def test_a_failure_is_forgotten_when_somebody_else_has_acted(app: Flask, settings: Settings) -> None:
    advance(settings, 6 * DAY)
    with locked(settings):
        ticked(app)
    with app.app_context():
        world.apply(world.found(), db.session.get_one(Application, 1), "withdraw", "mg1", Role.APPLICANT)
    advance(settings, 61)

    ticked(app)

    assert recorded(app) == []


def test_figures_that_cannot_be_stored_stop_nothing_else(app: Flask, settings: Settings) -> None:
    advance(settings, 6 * DAY)
    changed(settings, "REVOKE INSERT, UPDATE ON figures FROM grants_app")

    assert ticked(app) == 2
    assert recorded(app) == [("figures", None, 1, "InsufficientPrivilege")]

    changed(settings, "GRANT INSERT, UPDATE ON figures TO grants_app")
    ticked(app)
    assert recorded(app) == []


def test_people_see_the_failures_of_the_cases_that_they_see(app: Flask, settings: Settings) -> None:
    advance(settings, 6 * DAY)
    changed(settings, "REVOKE INSERT, UPDATE ON figures FROM grants_app")
    with locked(settings):
        ticked(app)
    with app.app_context():
        made = world.found()
        olga, ada = (signed_in(app, made.people[name]) for name in ("olga", "ada"))

    officer, administrator = (client.get("/failures").page.text for client in (olga, ada))

    assert ("Continue without an answer" in officer, "fibre title" in officer, "Public figures" in officer) == (
        True,
        True,
        False,
    )
    assert ("Public figures" in administrator, "fibre title" in administrator) == (True, False)
    assert "canceling statement due to lock timeout" in officer


def test_the_clock_needs_no_queue(app: Flask, settings: Settings) -> None:
    advance(settings, 6 * DAY)
    env = config.exported(settings) | {"GRANTS_REDIS_URL": "redis://127.0.0.1:1"}
    process = subprocess.Popen([*COMMAND, "cron"], env=env, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while steps(app) != ["checks", "checks"] and time.monotonic() < until:
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()

    assert steps(app) == ["checks", "checks"]
