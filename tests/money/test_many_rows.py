"""Commands and pages about one, ten or forty rows send about the same number of statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Appointment, Assignment, Call, Organisation, Outbox
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.queries import recipients
from grants.services import calls, persons, transitions
from grants.services.applications import drafts
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import signed_in
from tests.money.conftest import clone
from tests.prepared import Prepare
from tests.sweeps import swept
from tests.web.reading import statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

WHY = "The power was off in the whole region."


def begin() -> None:
    """An application in review by Ron and an empty draft, both of one chapter."""
    made = w.build(programmes=("BTN-L",))
    row = w.in_review(made)
    with transaction():
        assignments.assign(application=row, reviewer=made.people["ron"], actor=made.actor("olga", Role.OFFICER))
    w.begun(made, "BTN-L")


def cloned(size: int) -> str:
    """SQL after which Ron reviews so many applications, the first has so many reviewers, and so many drafts exist."""
    own = ("'application_id'", "1000 * n + t.application_id")
    sent = ("'submission_id'", "1000 * n + t.submission_id")
    person = ("'person_id'", "1000 * n + t.person_id")
    ron = "(SELECT id FROM person WHERE email = 'ron@example.org')"
    parts = [
        ("application", "true", "'reference'", "t.reference || n", *sent),
        ("submission", "true", *own),
        ("submission_content", "true", *sent),
        ("draft", "true", *own),
        ("assignment", "t.id = 1", *own, *sent),
        ("history_head", "t.subject = 'application'", "'subject_id'", "1000 * n + t.subject_id"),
        ("person", f"t.id = {ron}", "'email'", "n || t.email"),
        ("appointment", f"t.person_id = {ron}", *person),
        ("assignment", "t.id = 1", "'id'", "5000000 + n", *person),
    ]
    made = [clone(table, where, *changes, last=999 + size) for table, where, *changes in parts]
    return "; ".join(["SET session_replication_role = replica", *made])


def rows(prepare: Prepare, postgres: Postgres, size: int) -> str:
    """A database with so many rows."""

    def fill() -> None:
        begin()
        with psycopg.connect(plain(postgres.url("postgres", f"grants_rows_{size}")), autocommit=True) as superuser:
            superuser.execute(cloned(size).encode())

    return prepare(f"rows_{size}", fill)


@pytest.fixture(scope="session")
def rows_1(prepare: Prepare, postgres: Postgres) -> str:
    """One row of each."""
    return rows(prepare, postgres, 1)


@pytest.fixture(scope="session")
def rows_10(prepare: Prepare, postgres: Postgres) -> str:
    """Ten rows of each."""
    return rows(prepare, postgres, 10)


@pytest.fixture(scope="session")
def rows_40(prepare: Prepare, postgres: Postgres) -> str:
    """Forty rows of each."""
    return rows(prepare, postgres, 40)


SIZES = [pytest.param(size, marks=pytest.mark.ground(f"rows_{size}")) for size in (1, 40, 10)]
MANY = pytest.mark.ground("rows_40")


def counted(app: Flask, command: Callable[[w.World], Callable[[], Any]]) -> int:
    """How many statements the command sends, after it has read what it is given."""
    with app.app_context():
        run = command(w.found())
        db.session.commit()
        with statements(app) as sent, transaction():
            run()
        return len(sent)


def end_role(made: w.World) -> Callable[[], None]:
    """End Ron's role."""
    held = db.session.query(Appointment).filter_by(person_id=made.people["ron"].id).one()
    return lambda: persons.dismiss(held, actor=made.actor("ada", Role.ADMINISTRATOR), apply=transitions.apply)


def withdraw(made: w.World) -> Callable[[], None]:
    """Withdraw the first application."""
    row, actor = db.session.get_one(Application, 1), made.actor("mg1", Role.APPLICANT)
    return lambda: transitions.apply(row, "withdraw", actor=actor, answers={"reason": ""})


def extend(made: w.World) -> Callable[[], None]:
    """Extend the deadline for everybody."""
    call = db.session.query(Call).one()
    answers = {"until": now() + timedelta(days=40), "reason": WHY}
    return lambda: transitions.apply(call, "extend", actor=made.actor("olga", Role.OFFICER), answers=answers)


def give_time(made: w.World) -> Callable[[], object]:
    """Give the chapter more time."""
    call, mg = db.session.query(Call).one(), db.session.get_one(Organisation, made.chapters["mg"].id)
    until, actor = now() + timedelta(days=40), made.actor("olga", Role.OFFICER)
    return lambda: calls.give_time(call, organisation=mg, until=until, reason=WHY, actor=actor)


def join(made: w.World) -> Callable[[], object]:
    """Ron joins the applicant of everything that he reviews."""
    ron, mg = made.people["ron"], made.chapters["mg"]
    return lambda: persons.join(ron, mg, actor=w.SYSTEM)


def begin_draft(made: w.World) -> Callable[[], object]:
    """Ron's organisation begins a draft in the call of everything that he reviews."""
    with transaction():
        persons.join(made.people["ron"], made.chapters["bo"], actor=w.SYSTEM)
    call, bo, actor = db.session.query(Call).one(), made.chapters["bo"], made.actor("ron", Role.APPLICANT)
    return lambda: drafts.begin(call=call, organisation=bo, actor=actor, apply=transitions.apply)


def mails(app: Flask) -> int:
    """The number of mails in the outbox."""
    with app.app_context():
        return db.session.query(Outbox).filter_by(kind="mail").count()


@pytest.mark.parametrize("size", swept(SIZES, lambda size: size > 1))
@pytest.mark.parametrize(
    ("command", "most", "mailed"),
    [
        (end_role, 40, (0, 2)),
        (withdraw, 45, (2, 1)),
        (extend, 30, (0, 2)),
        (give_time, 30, (0, 2)),
        (join, 60, (0, 2)),
        (begin_draft, 60, (0, 2)),
    ],
)
def test_a_command_on_many_rows_sends_a_bounded_number_of_statements(
    app: Flask, command: Callable[[w.World], Callable[[], Any]], size: int, most: int, mailed: tuple[int, int]
) -> None:
    before = mails(app)

    sent = counted(app, command)

    assert sent <= most
    assert mails(app) - before == mailed[0] + mailed[1] * size


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_reviewers_sends_a_bounded_number_of_statements(app: Flask, size: int) -> None:
    with app.app_context():
        olga = signed_in(app, w.found().people["olga"])
        asked = db.session.query(Assignment).filter_by(application_id=1).count()
    olga.get("/applications/1/reviewers")

    with statements(app) as sent:
        answer = olga.get("/applications/1/reviewers")

    assert (asked, answer.get_data(as_text=True).count("/transitions/withdraw")) == (size, size)
    assert len(sent) <= 22


@MANY
def test_recipients_that_are_looked_up_for_each_draft_are_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the mails about more time were once addressed one by one."""
    together = recipients.of_each

    def one_by_one(wanted: Any) -> Any:
        return {key: people for one in wanted for key, people in together([one]).items()}

    monkeypatch.setattr(recipients, "of_each", one_by_one)

    assert counted(app, give_time) > 40


@MANY
@pytest.mark.parametrize("command", [join, begin_draft])
def test_assignments_that_end_one_by_one_are_found(
    app: Flask, monkeypatch: pytest.MonkeyPatch, command: Callable[[w.World], Callable[[], Any]]
) -> None:
    """Counter-test: the assignments of a reviewer who became an applicant once ended one after the other."""
    together = transitions.apply

    def one_by_one(rows: Any, key: str, **given: Any) -> None:
        for row in rows:
            together(row, key, **given)

    monkeypatch.setattr(transitions, "apply", one_by_one)

    assert counted(app, command) > 200
