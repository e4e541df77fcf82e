"""A savepoint that is rolled back releases its locks, and the application holds them no longer."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask

from config import Settings
from grants.db import db, request_transaction, transaction
from grants.models import Application, Person
from grants.outside.servers.postgres import plain
from grants.services import locking
from grants.services.refusals import Stale
from tests import world as w
from workflows.engine.roles import Role

pytestmark = pytest.mark.ground("submitted")

Free = Callable[[], bool]


@pytest.fixture
def free(settings: Settings) -> Free:
    """Whether another connection can lock the application now."""

    def asked() -> bool:
        with psycopg.connect(plain(settings.owner_database_url)) as other:
            try:
                other.execute("SELECT 1 FROM application WHERE id = 1 FOR UPDATE NOWAIT")
            except psycopg.errors.LockNotAvailable:
                return False
            return True

    return asked


def fail(row: Application) -> None:
    """A part that locks the application, and fails."""
    with pytest.raises(Stale):
        lock_and_fail(row)


def lock_and_fail(row: Application) -> None:
    """Lock the application in a part of the request, and raise Stale."""
    with transaction():
        locking.hold(row)
        raise Stale(row)


def add_and_fail(ids: list[int]) -> None:
    """Create a person in a part of the request, note their id, and fail."""
    with transaction():
        ann = w.person("ann")
        assert locking.is_held(ann)
        ids.append(ann.id)
        raise ZeroDivisionError


def test_a_part_after_one_that_failed_locks_again(app: Flask, free: Free) -> None:
    with app.app_context(), request_transaction():
        row = db.session.get_one(Application, 1)
        fail(row)
        assert (locking.is_held(row), free()) == (False, True)

        with transaction():
            locking.hold(row)
            assert (locking.is_held(row), free()) == (True, False)
        assert (locking.is_held(row), free()) == (True, False)


def test_what_was_held_before_a_part_is_held_after_it(app: Flask, free: Free) -> None:
    with app.app_context(), request_transaction():
        row = db.session.get_one(Application, 1)
        with transaction():
            locking.hold(row)

        fail(row)

        assert (locking.is_held(row), free()) == (True, False)


def test_a_part_that_failed_does_not_change_the_order(app: Flask) -> None:
    with app.app_context(), request_transaction():
        row, olga = db.session.get_one(Application, 1), w.found().actor("olga", Role.OFFICER)
        fail(row)

        with transaction():
            locking.hold(row, actor=olga)
            assert locking.is_held(row)


def test_rows_are_read_again_after_a_part_that_failed(app: Flask, settings: Settings) -> None:
    with app.app_context(), request_transaction():
        row = db.session.get_one(Application, 1)
        fail(row)
        with psycopg.connect(plain(settings.owner_database_url)) as other:
            other.execute("UPDATE application SET title = 'Changed meanwhile' WHERE id = 1")

        with transaction():
            locking.hold(row)
            assert row.title == "Changed meanwhile"


def test_a_row_that_a_failed_part_created_is_not_held(app: Flask) -> None:
    with app.app_context(), request_transaction():
        ids: list[int] = []
        with pytest.raises(ZeroDivisionError):
            add_and_fail(ids)

        assert not locking.is_held(Person(id=ids[0]))


def test_without_the_savepoints_another_person_writes_in_between(
    app: Flask, free: Free, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the second part believes that it holds the row, which anybody can lock and change."""
    monkeypatch.setattr("grants.services.locks.State.undo", lambda *_: None)
    with app.app_context(), request_transaction():
        row = db.session.get_one(Application, 1)
        fail(row)

        with transaction():
            locking.hold(row)
            assert (locking.is_held(row), free()) == (True, True)
