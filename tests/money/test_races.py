"""Whatever two people do at the same instant, money is awarded and paid once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace

import psycopg
import pytest
from flask import Flask

from grants.db import ConstraintViolated, db, transaction
from grants.models import Account, Application, Award, Balance, Batch, Document, Event, Instalment, Payment
from grants.outside.servers.postgres import plain
from grants.services import calls, numbering, transitions
from grants.services.effects import Context
from grants.services.money import batches, instalments
from grants.services.refusals import Refused
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, Command, together, unlock
from tests.world import found, recorded
from workflows.engine.roles import CLOCK, Role


def award(id: int) -> Command:
    """An approver awards an application in full."""

    def read() -> Callable[[], None]:
        row, actor = db.session.get_one(Application, id), found().actor("pia", Role.APPROVER)
        db.session.rollback()
        return lambda: transitions.apply(
            row, "award", actor=actor, answers={"amount": Decimal(10_000), "conditions": ""}
        )

    return read


def race(app: Flask, number: int) -> tuple[list[object], Decimal]:
    """Award both applications of a round at once; returns both outcomes and what is left in the envelope."""
    outcomes = together(app, [award(1000 + 2 * number - 1), award(1000 + 2 * number)])
    with app.app_context():
        return outcomes, db.session.query(Balance.amount).join(Account).filter(Account.kind == "envelope").scalar()


def refill(app: Flask) -> None:
    """Set the envelope to 15,000 again."""
    with app.app_context(), transaction():
        made = found()
        calls.fund(made.calls["BTN-L"], amount=Decimal(10_000), actor=made.actor("fay", Role.FINANCE))


def unlock_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove all locks, and those of the counters, behind which awards might queue by chance."""
    unlock(monkeypatch)
    taken = itertools.count(1)
    monkeypatch.setattr(numbering, "draw", lambda *kinds: tuple(f"{kind}-{next(taken)}" for kind in kinds))


def test_the_rest_of_an_envelope_is_awarded_once(copies: Copies, edge: str) -> None:
    with copies(edge) as app:
        for number in range(1, ROUNDS + 1):
            outcomes, left = race(app, number)

            assert left == Decimal(5_000)
            assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "str"]
            refill(app)


def test_without_the_lock_the_check_of_the_database_prevents_overspending(
    copies: Copies, edge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second safeguard alone; the counter-test below removes it too, and the money is overspent."""
    unlock_all(monkeypatch)
    met = set()

    with copies(edge) as app:
        for number in range(1, ROUNDS + 1):
            outcomes, left = race(app, number)

            met |= {one.constraint for one in outcomes if isinstance(one, ConstraintViolated)}
            assert left == Decimal(5_000)
            if met:
                break
            refill(app)

    assert met == {"balance_never_below_zero"}


def test_without_lock_and_check_an_envelope_is_overspent(
    copies: Copies, edge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock_all(monkeypatch)
    lefts = []

    with copies(edge) as app:
        with psycopg.connect(plain(app.extensions["settings"].owner_database_url)) as owner:
            owner.execute("ALTER TABLE balance DROP CONSTRAINT balance_never_below_zero")
        for number in range(1, ROUNDS + 1):
            outcomes, left = race(app, number)
            lefts.append(left)
            if left < 0:
                break
            refill(app)

    assert (lefts[-1], outcomes) == (Decimal(-5_000), [DONE, DONE])


def batch(name: str) -> Command:
    """A finance officer puts the payable instalment into a batch."""

    def read() -> Callable[[], Batch]:
        made = found()
        payable = [one.id for one in db.session.query(Instalment).filter_by(step="payable")]
        db.session.rollback()
        assert made.fund is not None
        fund = made.fund
        return lambda: batches.prepare(fund=fund, instalments=payable, actor=made.actor(name, Role.FINANCE))

    return read


def test_an_instalment_goes_into_one_batch(copies: Copies, due: str) -> None:
    for _ in range(5):
        with copies(due) as app:
            outcomes = together(app, [batch("fay"), batch("fox")])

            with app.app_context():
                assert (db.session.query(Batch).count(), db.session.query(Payment).count()) == (1, 1)
            assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "str"]


def submit(version: int | None = None) -> Command:
    """The chapter submits its draft."""

    def read() -> Callable[[], None]:
        made = found()
        row, actor = db.session.get_one(Application, 2), made.actor("bo1", Role.APPLICANT, made.chapters["bo"])
        db.session.rollback()
        return lambda: transitions.apply(row, "submit", actor=actor, version=version)

    return read


def test_a_proposal_submitted_twice_at_once_is_received_once(copies: Copies, due: str) -> None:
    with copies(due) as app:
        outcomes = together(app, [submit()] * 4)

        with app.app_context():
            receipts = db.session.query(Document).filter_by(kind="receipt", application_id=2).count()
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "Refused", "Refused", "str"]
    assert receipts == 1


def test_of_two_pages_loaded_from_the_same_row_one_is_stale(copies: Copies, due: str) -> None:
    with copies(due) as app:
        with app.app_context():
            version = db.session.get_one(Application, 2).version

        outcomes = together(app, [submit(version)] * 2)

    assert sorted(type(one).__name__ for one in outcomes) == ["Stale", "str"]


def test_an_instalment_becomes_payable_once(copies: Copies, due: str) -> None:
    with copies(due) as app:
        with app.app_context():
            planned = db.session.query(Instalment).filter_by(step="planned").first()
            assert planned is not None
            conditions, id = planned.conditions, planned.id
            with transaction():
                planned.conditions = ["agreement"]
                recorded()
        assert conditions != ["agreement"]

        context = Context(actor=CLOCK, case=SimpleNamespace(answers={}), apply=transitions.apply)

        def follow() -> Callable[[], None]:
            row = db.session.query(Award).one()
            _ = [one.step for one in row.instalments]
            db.session.rollback()
            return lambda: instalments.follow(row, context=context)

        assert together(app, [follow] * 4) == [DONE] * 4
        with app.app_context():
            payable = db.session.query(Balance.amount).join(Account).filter(Account.kind == "payable").scalar()
            assert db.session.get_one(Instalment, id).step == "payable"
            assert payable == sum(one.amount for one in db.session.query(Instalment).filter_by(step="payable"))


def test_no_application_is_submitted_into_a_call_that_is_being_closed(copies: Copies, due: str) -> None:
    def close() -> Callable[[], None]:
        made = found()
        db.session.rollback()
        return lambda: transitions.apply(made.calls["BTN-L"], "close", actor=made.actor("olga", Role.OFFICER))

    for _ in range(5):
        with copies(due) as app:
            sent, closed = together(app, [submit(), close])

            with app.app_context():
                row = db.session.get_one(Application, 2)
                events = {event.key: event.id for event in db.session.query(Event) if event.key in {"close", "submit"}}
        assert closed == DONE
        assert (sent == DONE) == (row.submitted_at is not None)
        if sent == DONE:
            assert events["submit"] < events["close"]


def test_the_clock_cannot_award_either(copies: Copies, edge: str) -> None:
    with copies(edge) as app, app.app_context():
        row = db.session.get_one(Application, 1001)

        with pytest.raises(Refused), transaction():
            transitions.apply(row, "award", actor=CLOCK, answers={"amount": Decimal(1), "conditions": ""})
