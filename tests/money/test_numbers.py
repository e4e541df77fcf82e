"""Numbers have no gaps and no duplicates, even if transactions fail in between."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from flask import Flask

from grants.db import db
from grants.models import Counter
from grants.services import numbering
from grants.services.refusals import Refused
from tests.money.racing import DONE, together
from workflows.engine.message import Message

PEOPLE, EACH = 8, 10


def test_eight_writers_some_of_which_fail_leave_no_gap(awarded_app: Flask) -> None:
    kept: list[str] = []
    turn = itertools.count()

    def take() -> Callable[[], None]:
        fails = next(turn) % 3 == 0

        def do() -> None:
            (number,) = numbering.draw("TEST")
            if fails:
                raise Refused(Message("It failed after it had its number."))
            kept.append(number)

        return do

    outcomes = [outcome for _ in range(EACH) for outcome in together(awarded_app, [take] * PEOPLE)]

    assert outcomes.count(DONE) == len(kept) > PEOPLE * EACH / 2
    assert len(kept) < PEOPLE * EACH
    assert sorted(int(number.rpartition("-")[2]) for number in kept) == list(range(1, len(kept) + 1))


def test_a_database_sequence_would_leave_gaps(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        first = db.session.execute(db.text("SELECT nextval('history_id_seq')")).scalar_one()
        db.session.rollback()

        assert db.session.execute(db.text("SELECT nextval('history_id_seq')")).scalar_one() == first + 1


def test_each_kind_and_year_has_its_own_numbers(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        taken = [*numbering.draw("TWO", "ONE"), *numbering.draw("ONE")]
        year = db.session.query(Counter.year).filter_by(kind="ONE").scalar()

    assert taken == [f"TWO-{year}-0001", f"ONE-{year}-0001", f"ONE-{year}-0002"]
