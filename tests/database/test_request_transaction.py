"""A request is one transaction: its parts are all or nothing in themselves, and are committed together."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import ConstraintViolated, NestedTransaction, db, request_transaction, transaction
from grants.models import Person
from tests import world


def rename(name: str) -> None:
    """A part that changes a row."""
    with transaction() as session:
        session.get_one(Person, 1).name = name
        world.recorded()


def fail(name: str) -> None:
    """Change the row, and fail afterwards."""
    db.session.get_one(Person, 1).name = name
    db.session.flush()
    raise ZeroDivisionError


def rename_and_fail() -> None:
    """A part that is completed, and a failure after it."""
    rename("One")
    raise ZeroDivisionError


def renamed() -> str:
    """The name that is stored."""
    db.session.remove()
    return db.session.get_one(Person, 1).name


def test_a_completed_part_is_committed(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        with request_transaction() as whole:
            rename("One")
        assert (whole.changed, renamed()) == (True, "One")


def test_a_part_that_fails_leaves_the_parts_before_and_after_it(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        with request_transaction():
            rename("One")
            with pytest.raises(ZeroDivisionError), transaction():
                fail("Two")
            assert db.session.get_one(Person, 1).name == "One"
        assert renamed() == "One"


def test_without_a_completed_part_nothing_is_stored(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        with request_transaction() as whole:
            db.session.get_one(Person, 1).name = "One"
            db.session.flush()
        assert (whole.changed, renamed() == "One") == (False, False)


def test_an_exception_after_a_completed_part_undoes_it(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        with pytest.raises(ZeroDivisionError), request_transaction():
            rename_and_fail()
        assert renamed() != "One"


def test_a_part_ends_with_the_constraints_that_are_checked_at_the_end(awarded_app: Flask) -> None:
    """A step without its event is refused at the end of the part, where the view can still answer."""
    with awarded_app.app_context(), request_transaction():
        with pytest.raises(ConstraintViolated), transaction() as session:
            session.execute(db.text("UPDATE application SET step = 'declined'"))
        rename("One")


def test_requests_and_parts_are_not_nested(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        with pytest.raises(NestedTransaction), request_transaction(), request_transaction():
            pass
        with pytest.raises(NestedTransaction), transaction(), request_transaction():
            pass
        with pytest.raises(NestedTransaction), request_transaction(), transaction(), transaction():
            pass
