"""Several sealers at the same time, and what no other role can do against one."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import errors

from grants.db import db
from grants.jobs.program import FAULTS
from grants.jobs.sealing import evidence
from grants.models import Checkpoint
from grants.outside.servers.postgres import plain
from grants.services.integrity.sealing import checkpoints, seals
from tests.history.conftest import Forge
from tests.history.proof import add_event, anchored, found, points, seal_all, sealed, sealer
from tests.money.racing import ROUNDS

FORMER_LOCK = "SELECT pg_advisory_lock(7031963)"
"""The lock of earlier releases, which every role could hold."""
MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
ROLES = ("database_url", "read_database_url")
"""The settings of the roles grants_app and grants_read."""


def test_of_several_sealers_one_creates_each_checkpoint(app: Flask, tmp_path: Path) -> None:
    anchored(app, tmp_path / "audit")
    seal_all(app)

    for _ in range(ROUNDS):
        before = points(app)[-1].id
        add_event(app)
        race(app)
        assert [point.id for point in points(app)] == list(range(1, before + 2))

    assert found(app) == []


def race(app: Flask) -> None:
    """One turn of each of three sealers at the same time; none raises."""
    start, failures = threading.Barrier(3), []

    def turn() -> None:
        with sealer(app) as working:
            start.wait(20)
            try:
                working.turn()
            except Exception as error:  # noqa: BLE001 - of another thread
                failures.append(error)

    threads = [threading.Thread(target=turn) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_sealer_that_was_overtaken_creates_nothing(app: Flask) -> None:
    seal_all(app)
    add_event(app)
    with sealer(app) as slow:
        last = checkpoints.newest()
        db.session.rollback()
        assert sealed(app) is not None
        add_event(app)

        assert checkpoints.seal(slow.signer, last) is None


def test_a_checkpoint_that_is_not_committed_yet_is_not_created_twice(app: Flask) -> None:
    """The second sealer waits for the first, and then fails on the number of the checkpoint."""
    seal_all(app)
    add_event(app)
    with sealer(app) as first:
        last = checkpoints.newest()
        db.session.rollback()
        made = checkpoints.seal(first.signer, last)
        assert made is not None
        second = threading.Thread(target=sealed, args=(app,))
        second.start()
        second.join(0.5)
        assert second.is_alive()
        db.session.commit()
        second.join(20)

    assert points(app)[-1].id == made.id
    assert found(app) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_other_role_holds_up_the_sealer(app: Flask, role: str) -> None:
    seal_all(app)
    add_event(app)
    with psycopg.connect(plain(getattr(app.extensions["settings"], role))) as other:
        other.execute(FORMER_LOCK)
        taken = {(table, mode) for table in ("checkpoint", "history") for mode in MODES if locked(other, table, mode)}
        assert ("history", "ACCESS SHARE") in taken

        assert sealed(app) is not None


def locked(connection: psycopg.Connection[tuple[object, ...]], table: str, mode: str) -> bool:
    """Whether the role may take this lock. The transaction of the connection then holds it."""
    try:
        with connection.transaction():
            connection.execute(f"LOCK TABLE {table} IN {mode} MODE".encode())
    except errors.InsufficientPrivilege:
        return False
    return True


def test_the_sealer_has_its_time_after_the_start_of_the_server(app: Flask, forge: Forge) -> None:
    seal_all(app)
    add_event(app)
    newest = "(SELECT max(id) FROM history)"
    forge(f"UPDATE history SET at = pg_postmaster_start_time() - interval '1 hour' WHERE id = {newest}")
    found = {}

    for seconds in (540, 660):
        started = f"extract(epoch FROM pg_postmaster_start_time() - clock_timestamp()) + {seconds}"
        forge(f"UPDATE clock_offset SET seconds = {started}")
        with app.app_context():
            settings = app.extensions["settings"]
            proof = seals.Evidence(evidence(settings).public_keys, "", None, ())
            found[seconds] = [str(finding)[:39] for finding in seals.problems(proof) if "covers" in str(finding)]
            db.session.remove()

    assert found == {540: [], 660: ["No checkpoint covers the history since "]}


@pytest.mark.parametrize("gaps", ["5", '[["a", "b"]]', "[5]", "[[1, 2, 3]]", "null"])
def test_a_checkpoint_that_cannot_be_read_is_followed_by_none_and_ends_no_sealer(
    app: Flask, forge: Forge, gaps: str
) -> None:
    """`sealing.run` logs these failures and goes on (tests/jobs/test_programs_go_on.py)."""
    seal_all(app)
    add_event(app)
    before = len(points(app))
    forge(f"UPDATE checkpoint SET gaps = '{gaps}' WHERE id = (SELECT max(id) FROM checkpoint)")

    with sealer(app) as working, pytest.raises(FAULTS):
        working.turn()

    with app.app_context():
        assert db.session.query(Checkpoint).count() == before
