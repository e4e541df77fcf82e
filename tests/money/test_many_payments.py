"""Three hundred payments take as many statements as ten, and read no other payments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from grants.db import db, transaction
from grants.models import (
    Account,
    Application,
    Award,
    Balance,
    Batch,
    Entry,
    Event,
    Head,
    Instalment,
    Membership,
    Outbox,
    Payment,
)  # fmt: skip
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.services import locking, transitions, updates
from grants.services.integrity import history
from grants.services.money import batches
from grants.services.refusals import Refused
from tests import world
from tests.history.proof import name_of
from tests.money.conftest import Copies, clone
from tests.prepared import prepared
from tests.web.reading import statements
from workflows.engine.roles import CLOCK, Role

pytestmark = pytest.mark.sweep

MANY, LAST, OTHERS = 300, 1299, 20_000
OLD = 1000
"""The id of the batch with the payments that are not looked for."""
Command = Callable[[], Callable[[], object]]
"""Reads what it needs, and returns what is to be done."""
Forge = Callable[[Flask, str], None]


def _clone(table: str, where: str, *changes: str) -> str:
    return clone(table, where, *changes, last=LAST)


CLONED = "; ".join(
    [
        "SET session_replication_role = replica",
        "UPDATE instalment SET step = 'planned', waits = false WHERE award_id = 1",
        "UPDATE balance SET amount = 10000 WHERE kind = 'committed'",
        "UPDATE balance SET amount = 0 WHERE kind = 'payable'",
        _clone("organisation", "t.id = 1", "'id'", "n", "'name'", "'Chapter ' || n"),
        _clone(
            "person",
            "t.id IN (SELECT person_id FROM membership WHERE organisation_id = 1)",
            "'email'",
            "n || t.email",
        ),
        _clone(
            "membership", "t.organisation_id = 1", "'organisation_id'", "n", "'person_id'", "1000 * n + t.person_id"
        ),
        _clone("application", "t.id = 1", "'id'", "n", "'reference'", "'BTN-' || n", "'organisation_id'", "n"),
        _clone("award", "t.id = 1", "'id'", "n", "'application_id'", "n", "'number'", "'A-' || n"),
        _clone("agreement", "t.award_id = 1", "'award_id'", "n", "'number'", "'G-' || n"),
        *(_clone(table, "t.award_id = 1", "'award_id'", "n") for table in ("instalment", "report", "account")),
        _clone(
            "balance",
            "t.account_id IN (SELECT id FROM account WHERE award_id = 1)",
            "'account_id'",
            "1000 * n + t.account_id",
        ),
        _clone("history_head", "t.subject = 'application' AND t.subject_id = 1", "'subject_id'", "n"),
    ]
)
"""SQL that copies the grant, its first instalment not payable yet, for 299 chapters with two people each."""


@pytest.fixture(scope="session")
def many(postgres: Postgres, template: str, due: str) -> str:
    """Three hundred grants of 10,000 each whose first instalment can become payable."""

    def fill() -> None:
        with psycopg.connect(plain(postgres.url("postgres", "grants_many_payments")), autocommit=True) as superuser:
            superuser.execute(CLONED.encode())

    return prepared(postgres, due, "grants_many_payments", fill)


def first_instalments(number: int) -> list[Instalment]:
    """The first instalments of so many grants."""
    return db.session.query(Instalment).filter_by(number=1).order_by(Instalment.id).limit(number).all()


def counted(app: Flask, command: Command) -> int:
    """How many statements the command sends in a transaction of its own, after it has read what it is given."""
    db.session.remove()
    with transaction():
        run = command()
        with statements(app) as sent:
            run()
            db.session.flush()
    return len(sent)


def finance(name: str, key: str, **answers: str) -> Command:
    """A transition of the batch by a finance officer."""

    def command() -> Callable[[], object]:
        row, actor = db.session.query(Batch).filter(Batch.id < OLD).one(), world.found().actor(name, Role.FINANCE)
        return lambda: transitions.apply(row, key, actor=actor, answers=answers)

    return command


def falling_due(number: int) -> Command:
    """The first instalments of so many grants become payable."""

    def command() -> Callable[[], object]:
        rows = first_instalments(number)
        return lambda: transitions.apply(rows, "fall_due", actor=CLOCK)

    return command


def preparing(number: int) -> Command:
    """A batch of the first instalments of so many grants is prepared."""

    def command() -> Callable[[], object]:
        ids, made = [instalment.id for instalment in first_instalments(number)], world.found()
        fund, actor = world.fund_of(made), made.actor("fay", Role.FINANCE)
        return lambda: batches.prepare(fund=fund, instalments=ids, actor=actor)

    return command


def commands(number: int) -> dict[str, Command]:
    """Everything that pays the first instalments of so many grants."""
    return {
        "fall due": falling_due(number),
        "prepare": preparing(number),
        "approve": finance("fox", "approve"),
        "release": finance("fritz", "release"),
        "confirm": finance("fay", "confirm"),
    }


def paid(app: Flask, number: int) -> dict[str, int]:
    """Pay the first instalments of so many grants; how many statements each command sends."""
    return {name: counted(app, command) for name, command in commands(number).items()}


@pytest.fixture
def forge(postgres: Postgres) -> Forge:
    """Run SQL as a superuser, with triggers disabled."""

    def run(app: Flask, statements: str) -> None:
        with psycopg.connect(plain(postgres.url("postgres", name_of(app))), autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(statements.encode())

    return run


def test_three_hundred_payments_are_released_and_confirmed_in_sixty_statements(copies: Copies, many: str) -> None:
    with copies(many) as app, app.app_context():
        sent = paid(app, MANY)

        assert sent["release"] + sent["confirm"] <= 60
        assert max(sent.values()) <= 35
        assert db.session.query(Payment).filter(Payment.paid_at.is_not(None)).count() == MANY


def test_ten_payments_take_as_many_statements(copies: Copies, many: str) -> None:
    with copies(many) as app, app.app_context():
        ten = paid(app, 10)
    with copies(many) as app, app.app_context():
        assert paid(app, MANY) == ten


def test_even_when_each_of_them_leaves_funds_to_be_returned(copies: Copies, many: str, forge: Forge) -> None:
    """Nothing else is open under any of the grants: three hundred grantees are also asked to return funds."""
    with copies(many) as app, app.app_context():
        forge(app, "DELETE FROM instalment WHERE number = 2; DELETE FROM report")

        sent = paid(app, MANY)

        assert sent["release"] + sent["confirm"] <= 60
        assert {award.unused for award in db.session.query(Award)} == {Decimal(6000)}
        asked_back = Outbox.args["text"]["text"].astext.contains("was not spent")
        assert db.session.query(Outbox).filter(asked_back).count() == 2 * MANY


def test_each_payment_is_booked_and_its_grantee_is_mailed(copies: Copies, many: str) -> None:
    with copies(many) as app, app.app_context():
        newest = db.session.query(db.func.max(Outbox.id)).scalar()
        paid(app, MANY)

        kinds = Counter(dict(db.session.query(Entry.kind, db.func.count()).group_by(Entry.kind).all()))
        balances = db.session.query(Account.kind, Account.award_id, Balance.amount).join(Balance)
        sums = {(kind, amount) for kind, award, amount in balances.filter(Account.award_id.is_not(None))}
        mails = db.session.query(Outbox).filter(Outbox.id > newest)
        mailed = Counter((mail.args["application"], mail.args["person"]) for mail in mails)
        members = db.session.query(Application.id, Membership.person_id).join(
            Membership, Membership.organisation_id == Application.organisation_id
        )

        assert (kinds["release"], kinds["confirm"]) == (MANY, MANY)
        assert sums == {
            ("committed", Decimal(4000)), ("payable", Decimal(0)), ("in_transit", Decimal(0)), ("paid", Decimal(6000)),
        }  # fmt: skip
        assert mailed == Counter((application, person) for application, person in members if application != 2)


def test_a_cancelled_batch_gives_its_instalments_back_in_as_few(copies: Copies, many: str) -> None:
    with copies(many) as app, app.app_context():
        for name in ("fall due", "prepare"):
            counted(app, commands(MANY)[name])

        sent = counted(app, finance("fox", "undo", reason="The bank is closed."))

        assert sent <= 35
        assert db.session.query(Payment).filter(~Payment.undone).count() == 0
        assert db.session.query(Instalment).filter(Instalment.waits).count() == MANY


def test_the_events_of_three_hundred_chains_follow_their_heads(copies: Copies, many: str) -> None:
    with copies(many) as app, app.app_context():
        before = {head.subject_id: (head.number, head.hash) for head in heads()}
        with transaction():
            transitions.apply(first_instalments(MANY), "fall_due", actor=CLOCK)

        events = db.session.query(Event).filter_by(about="instalment", step_to="payable").order_by(Event.id.desc())
        newest = events.limit(MANY).all()

        assert {(event.subject_id, event.number - 1, event.previous) for event in newest} == {
            (id, *before[id]) for id in {event.subject_id for event in newest}
        }
        assert [event.id for event in newest if history.digest(event) != event.hash] == []
        assert {(event.subject_id, event.number, event.hash) for event in newest} <= {
            (head.subject_id, head.number, head.hash) for head in heads()
        }


def heads() -> list[Head]:
    """The heads of the chains of all applications."""
    db.session.expire_all()
    return db.session.query(Head).filter_by(subject="application").all()


def test_of_several_rows_all_change_or_none(copies: Copies, many: str) -> None:
    with copies(many) as app, app.app_context():
        with transaction():
            transitions.apply(first_instalments(1), "fall_due", actor=CLOCK)

        with pytest.raises(Refused, match="not available"), transaction():
            transitions.apply(first_instalments(3), "fall_due", actor=CLOCK)

        assert [row.step for row in first_instalments(3)] == ["payable", "planned", "planned"]


def test_several_rows_have_one_flow(copies: Copies, many: str) -> None:
    with copies(many) as app, app.app_context():
        award = db.session.get_one(Award, 1)

        with pytest.raises(ValueError, match="different flows"), transaction():
            transitions.apply([award.agreement, *award.instalments], "lapse", actor=CLOCK)


def test_no_other_payment_is_read(copies: Copies, many: str, forge: Forge) -> None:
    with copies(many) as app, app.app_context():
        _pay_others(app, forge)
        for command in commands(3).values():
            with transaction():
                command()()
                assert scanned() == 0


def test_the_earlier_query_read_every_payment(copies: Copies, many: str, forge: Forge) -> None:
    """The twin: instalments that are not among the paid ones."""
    with copies(many) as app, app.app_context():
        _pay_others(app, forge)
        paid_ones = select(Payment.instalment_id).where(~Payment.undone, Payment.paid_at.is_not(None))
        open_ = select(func.count()).where(Instalment.award_id == 1, Instalment.id.not_in(paid_ones))

        with transaction():
            assert db.session.scalar(open_) == 2
            assert scanned() == OTHERS


def _pay_others(app: Flask, forge: Forge) -> None:
    """Add many payments of a grant that is not in the batch."""
    forge(
        app,
        f"""
        INSERT INTO batch (id, number, fund_id, prepared_by, step, version)
            SELECT {OLD}, 'B-OLD', id, 1, 'withdrawn', 1 FROM fund;
        INSERT INTO instalment (id, award_id, number, amount, conditions, step, waits, version)
            SELECT n, {LAST}, n, 1, '{{}}', 'payable', false, 1
            FROM generate_series(5000000, 5000000 + {OTHERS} - 1) n;
        INSERT INTO payment (id, batch_id, instalment_id, amount, currency, paid_at)
            SELECT n, {OLD}, n, 1, 'USD', now() FROM generate_series(5000000, 5000000 + {OTHERS} - 1) n;
        ANALYZE;
        """,
    )
    # What the connection has read before is still among the counters below until the server has taken it over.
    db.session.execute(text("SELECT pg_stat_force_next_flush()"))
    db.session.commit()


def scanned() -> int:
    """How many payments this transaction has read without an index."""
    rows = text("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'payment'")
    return int(db.session.scalar(rows) or 0)


@pytest.fixture
def grants(copies: Copies, many: str) -> Iterator[Flask]:
    """The application on a copy of the many grants."""
    with copies(many) as app, app.app_context():
        yield app


def store(rows: list[Instalment]) -> None:
    """Change the rows and write them together."""
    for row in rows:
        row.step = "payable"
    updates.store(rows)


@pytest.mark.usefixtures("grants")
def test_rows_that_are_not_held_are_not_written() -> None:
    rows = first_instalments(2)

    with pytest.raises(locking.NotHeld, match="changes without being held"), transaction():
        store(rows)


@pytest.mark.usefixtures("grants")
def test_rows_whose_version_has_changed_are_not_written() -> None:
    rows = first_instalments(2)
    locking.hold(*rows)
    set_committed_value(rows[0], "version", rows[0].version - 1)

    with pytest.raises(StaleDataError, match="2 rows of instalment were to be updated; 1 were matched"):
        store(rows)
