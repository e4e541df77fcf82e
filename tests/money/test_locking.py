"""One order of locks for all commands; nothing changes unless it is held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from flask import Flask, current_app
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from config import ROOT
from grants.db import db, now, today, transaction
from grants.jobs import clock
from grants.models import (
    Application,
    Appointment,
    Assignment,
    Award,
    Batch,
    Call,
    Conflict,
    Event,
    Fund,
    Instalment,
    Organisation,
    Person,
    Verification,
)
from grants.outside.servers.postgres import plain
from grants.services import calls, locking, persons, transitions, verifications
from grants.services.locking import NotHeld, OutOfOrder
from grants.services.money import ledger
from grants.services.refusals import Stale
from grants.services.reviews import assignments, conflicts
from tests import world
from tests.beside import reports_of
from tests.databases import advance
from tests.locks import Locks, read_log, recorded
from tests.money.conftest import Copies
from workflows.engine.roles import CLOCK, Role

Row = TypeVar("Row", Application, Award, Call, Fund, Organisation, Person)


def row(model: type[Row]) -> Row:
    """The first row of a table."""
    return db.session.query(model).order_by(*inspect(model).primary_key).limit(1).one()


def places(word: str) -> set[str]:
    """The files of the services that contain a word."""
    files = Path(ROOT / "grants" / "services").rglob("*.py")
    return {str(path.relative_to(ROOT / "grants" / "services")) for path in files if word in path.read_text("utf-8")}


def test_rows_are_locked_in_one_place() -> None:
    """The outbox and retention skip what is locked elsewhere, so that they wait for nobody.

    The checkpoints need no lock. The tries to sign in from one place wait for each other, and have no row that they
    could lock.
    """
    assert places("with_for_update") == {"locks.py", "outbox.py", "retention.py"}
    assert places("advisory") == {"sessions.py"}


def play() -> None:
    """Every flow from the draft to its end: awarded and closed, declined, given up, withdrawn, returned, cancelled."""
    made = world.build(programmes=("BTN-L",))
    award = world.active(made)
    world.apply(made, world.batch(made, award), "undo", "fay", Role.FINANCE, reason="The account is wrong.")
    world.paid(made, award)
    world.reported(made, award, 1)
    world.paid(made, award)
    world.reported(made, award, 2, used="0.5")
    world.returned(made, award, str(award.unused))
    world.apply(made, award.application, "close", "omar", Role.OFFICER)
    given_up = world.awarded(made, chapter="bo", given=9_000)
    world.apply(made, given_up.application, "turn_down", "bo1", Role.APPLICANT)
    declined = world.submitted(made, chapter="bo")
    world.apply(made, declined, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
    world.apply(made, declined, "answer", "bo1", Role.APPLICANT)
    world.apply(made, declined, "withdraw", "bo1", Role.APPLICANT)
    with transaction():
        appointment = persons.appoint(made.people["rex"], Role.AUDITOR, actor=CLOCK)
    with transaction():
        persons.dismiss(appointment, actor=CLOCK, apply=transitions.apply)
    with transaction():
        transitions.apply(made.calls["BTN-L"], "close", actor=made.actor("olga", Role.OFFICER))
    play_verification(made)


def play_verification(made: world.World) -> None:
    """An organisation is refused, asked about again and verified."""

    def begin() -> Verification:
        with transaction() as session:
            organisation = session.get_one(Organisation, made.chapters["bo"].id)
            locking.hold(organisation, *session.query(Verification).filter_by(organisation_id=organisation.id))
            return verifications.begin(organisation, actor=world.SYSTEM, apply=transitions.apply)

    world.apply(made, begin(), "refuse", "olga", Role.OFFICER, note="The register does not list it.")
    world.apply(made, begin(), "verify", "olga", Role.OFFICER, note="Compared with the register.")


def play_reviews() -> None:
    """What people do beside the main way: invitations, conflicts, deadlines, an ended role; and what the clock does."""
    made = world.found()
    olga, settings = made.actor("olga", Role.OFFICER), current_app.extensions["settings"]
    row = world.in_review(made, chapter="bo")
    for name in ("ron", "rex", "ria"):
        with transaction():
            assignments.assign(application=row, reviewer=made.people[name], actor=olga)
    ron, rex, _ = db.session.query(Assignment).filter_by(application_id=row.id).order_by(Assignment.id).all()
    world.apply(made, ron, "withdraw", "olga", Role.OFFICER, reason="Not needed any more.")
    world.apply(made, ron, "invite_again", "olga", Role.OFFICER)
    world.apply(made, rex, "conflict", "rex", Role.REVIEWER, money=True)
    with transaction():
        conflicts.lift(db.session.query(Conflict).one(), reason="They left that employer.", actor=olga)
    with transaction():
        omar = made.actor("omar", Role.OFFICER)
        conflicts.declare_as_staff(row, kinds=["money"], actor=omar, apply=transitions.apply)
    call, mg = row.call, db.session.get_one(Organisation, made.chapters["mg"].id)
    until = now() + timedelta(days=60)
    world.apply(made, call, "extend", "olga", Role.OFFICER, until=until, reason="The power was off.")
    world.begun(made, "BTN-L")
    with transaction():
        calls.give_time(call, organisation=mg, until=until + timedelta(days=9), reason="The power was off.", actor=olga)
    held = db.session.query(Appointment).filter_by(person_id=made.people["ria"].id).one()
    with transaction():
        persons.dismiss(held, actor=made.actor("ada", Role.ADMINISTRATOR), apply=transitions.apply)
    asked = world.submitted(made, chapter="bo")
    world.apply(made, asked, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
    advance(settings, 6 * 86400)
    db.session.remove()
    clock.tick()
    assert db.session.get_one(Application, asked.id).step == "checks"


@pytest.mark.usefixtures("database")
def test_a_play_of_all_flows_locks_in_order_and_changes_only_what_it_holds(app: Flask) -> None:
    with recorded(app) as found, app.app_context():
        play()
        db.session.remove()

    assert found.findings == []
    assert {table for pair in found.pairs for table in pair} == {model.__tablename__ for model in locking.ORDER}


@pytest.mark.ground("large")
def test_a_play_of_reviews_deadlines_and_the_clock_locks_in_order(app: Flask) -> None:
    with recorded(app) as found, app.app_context():
        play_reviews()
        db.session.remove()

    assert found.findings == []


def play_rivals() -> None:
    """Reviewers become applicants: one joins the other applicant of the call, another is of one that begins a draft."""
    made = world.found()
    row = world.in_review(made)
    world.review(made, row, ("rex", "ria"))
    world.begun(made, "BTN-L", "bo")
    with transaction():
        made.chapters["cl"] = world.organisation("Chapter CL", "CL", "es")
        made.people["cl1"] = world.person("cl1")
        for name in ("cl1", "ria"):
            persons.join(made.people[name], made.chapters["cl"], actor=CLOCK)
    with transaction():
        persons.join(made.people["rex"], made.chapters["bo"], actor=CLOCK)
    world.begun(made, "BTN-L", "cl")
    ended = db.session.query(Assignment).filter_by(application_id=row.id)
    assert [one.step for one in ended] == ["conflicted", "conflicted"]


@pytest.mark.ground("large")
def test_a_play_of_reviewers_who_become_applicants_locks_in_order(app: Flask) -> None:
    with recorded(app) as found, app.app_context():
        play_rivals()
        db.session.remove()

    assert found.findings == []


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        (["SELECT * FROM fund WHERE id = 1 FOR NO KEY UPDATE", "SELECT * FROM call FOR SHARE OF call"], "fund → call"),
        (["SELECT 1 FROM history_head FOR UPDATE", "UPDATE award SET unused = 0"], "history_head → award"),
        (["INSERT INTO counter VALUES (1)", "SELECT * FROM history_head FOR UPDATE"], "counter → history_head"),
        (["UPDATE award SET unused = 0"], "UPDATE award without a lock"),
    ],
)
def test_the_recorder_notices(statements: list[str], finding: str) -> None:
    """Counter-test: what it finds nothing of, it would have found."""
    found, before = Locks(), list[str]()
    for statement in statements:
        found.read(statement, before)

    assert finding in found.findings


def test_the_log_of_a_server_is_read_by_session_and_transaction() -> None:
    lines = [
        "6a.1 grants_app LOG:  statement: BEGIN",
        "6a.1 grants_app LOG:  execute <unnamed>: SELECT fund.id",
        "\tFROM fund WHERE fund.id = $1 FOR NO KEY UPDATE",
        "6a.1 grants_app DETAIL:  parameters: $1 = '1'",
        "6a.2 grants_app LOG:  execute _pg3_0: SELECT * FROM call FOR SHARE OF call",
        "6a.3 postgres LOG:  statement: UPDATE award SET unused = 0",
        "6a.1 grants_app LOG:  statement: COMMIT",
        "6a.1 grants_app LOG:  execute <unnamed>: SELECT 1 FROM person FOR SHARE",
    ]
    undone = [
        "6a.4 grants_app LOG:  statement: SAVEPOINT sa_savepoint_1",
        "6a.4 grants_app LOG:  execute <unnamed>: SELECT 1 FROM call FOR SHARE",
        "6a.4 grants_app LOG:  statement: ROLLBACK TO SAVEPOINT sa_savepoint_1",
        "6a.4 grants_app LOG:  execute <unnamed>: SELECT 1 FROM person FOR SHARE",
    ]
    last = "6a.2 grants_app LOG:  execute <unnamed>: SELECT 1 FROM organisation FOR NO KEY UPDATE"

    assert read_log("\n".join([*lines, *undone]), "grants_app").findings == []
    assert read_log("\n".join([*lines, last]), "grants_app").findings == ["call → organisation"]


def test_a_change_of_a_row_that_is_not_held_is_noticed(awarded_app: Flask) -> None:
    with recorded(awarded_app) as found, awarded_app.app_context():
        award = row(Award)
        with transaction():
            award.back_by = today()
            world.recorded()

    assert "award changes without being held" in found.findings


def hold_both(first: list[Any], second: list[Any], *, before: Iterable[Any] = (), shared: Iterable[Any] = ()) -> None:
    """Hold in two goes; before: shared in the first, shared: in the second."""
    locking.hold(*first, shared=before)
    locking.hold(*second, shared=shared)


@pytest.mark.parametrize("shared", [True, False])
def test_a_lock_out_of_order_is_refused(awarded_app: Flask, *, shared: bool) -> None:
    with awarded_app.app_context(), pytest.raises(OutOfOrder, match="is locked after"), transaction():
        hold_both([row(Fund)], [] if shared else [row(Application)], shared=[row(Call)])


def test_several_rows_of_a_kind_are_locked_by_id(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        first, second, *_ = db.session.query(Person).order_by(Person.id)
        with pytest.raises(OutOfOrder), transaction():
            hold_both([second], [first])


def test_a_share_is_never_raised(awarded_app: Flask) -> None:
    with awarded_app.app_context(), pytest.raises(OutOfOrder, match="never made exclusive"), transaction():
        hold_both([], [row(Call)], before=[row(Call)])


def test_a_row_that_is_held_is_not_read_again(awarded_app: Flask) -> None:
    """A second reading would discard what an effect has set and not written yet."""
    with awarded_app.app_context():
        award = row(Award)
        with transaction() as session, session.no_autoflush:
            locking.hold(award)
            award.back_by = today()
            locking.hold(award.agreement, award, actor=CLOCK)
            locking.hold(award.application, money=True)

            assert award.back_by == today()
            world.recorded()


def test_an_award_is_held_with_its_fund_and_everything_of_its_application(awarded_app: Flask) -> None:
    with awarded_app.app_context(), transaction():
        award = row(Award)
        locking.hold(award.instalments[0])

        parts = [award, award.agreement, *award.instalments, *reports_of(award), award.application]
        assert all(locking.is_held(part) for part in (*parts, award.application.call.fund))
        assert not locking.is_held(award.application.call)
        assert not locking.is_held(award.application.organisation)


def test_a_row_that_belongs_to_another_parent_after_locking_is_stale(
    awarded_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the parent and its lock, the owner of the tables gives the application to another."""
    found = vars(locking)["_parents"]

    def late(rows: Any) -> Any:
        parents = found(rows)
        with psycopg.connect(plain(awarded_app.extensions["settings"].owner_database_url)) as owner:
            owner.execute("UPDATE application SET organisation_id = 2")
        return parents

    monkeypatch.setattr(locking, "_parents", late)
    with awarded_app.app_context():
        application = row(Application)
        with pytest.raises(Stale), transaction():
            locking.hold(application, applicant=True)


def test_the_history_of_what_is_not_held_cannot_grow(awarded_app: Flask) -> None:
    with awarded_app.app_context(), pytest.raises(NotHeld), transaction():
        locking.head("application", 1)


def test_money_of_a_fund_that_is_not_held_cannot_move(awarded_app: Flask) -> None:
    with awarded_app.app_context(), pytest.raises(NotHeld), transaction():
        ledger.allocate(row(Call), amount=Decimal(1), actor=CLOCK)


def cross(app: Flask, first: type[Any], second: type[Any], barrier: threading.Barrier) -> str:
    """Lock a row of one table, wait for the other thread, and lock a row of the other; returns how it ended."""
    with app.app_context():
        one, other = row(first), row(second)
        db.session.rollback()
        try:
            with transaction():
                locking.hold(one)
                barrier.wait(20)
                locking.hold(other)
        except OperationalError as error:
            return type(error.orig).__name__
        except OutOfOrder:
            return "OutOfOrder"
        return "done"


def crossed(app: Flask) -> list[str]:
    """Two transactions lock an organisation and a fund, each in its own order."""
    barrier, ends = threading.Barrier(2), list[str]()

    def run(order: tuple[type[Any], type[Any]]) -> Callable[[], None]:
        return lambda: ends.append(cross(app, *order, barrier))

    threads = [threading.Thread(target=run(order)) for order in ((Organisation, Fund), (Fund, Organisation))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_commands_that_lock_in_two_goes_are_refused_before_they_wait_for_each_other(awarded_app: Flask) -> None:
    """A hold includes the head of the history, so nothing of the order can follow in a second one."""
    assert crossed(awarded_app) == ["OutOfOrder", "OutOfOrder"]


def test_without_the_order_one_of_them_would_be_ended_by_the_database(
    awarded_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grants.services.locks.State.passes", lambda *_: None)

    assert crossed(awarded_app) == ["DeadlockDetected", "done"]


def test_a_batch_holds_everything_that_it_pays(copies: Copies, due: str) -> None:
    with copies(due) as app, app.app_context():
        made, award = world.found(), row(Award)
        batch = world.batch(made, award)
        with transaction():
            locking.hold(batch)

            assert all(locking.is_held(each) for each in (batch, award, award.application, *award.instalments))
            assert locking.is_held(batch.fund)
        assert db.session.query(Batch).count() == 1
        assert db.session.query(Event).filter_by(subject="batch").count() == 1
        assert db.session.query(Instalment).count() >= 1
