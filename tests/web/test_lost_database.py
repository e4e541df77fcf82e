"""The database ends its connections, as when it is restarted: the next request is answered, and no form is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from grants.db import db
from grants.models import Application, Event
from grants.services import transitions as commands
from grants.web.site import csrf
from grants.web.site.authorization import principal
from tests.browser import Answer, Careful, browser
from tests.memory import InMemory, as_superuser

HERE = "/applications/1"
ASK = f"{HERE}/transitions/ask"
QUESTION = "Who owns the mast, and who climbs it?"
BUSY = "The system is busy or is being restarted. Nothing was changed."
UNSURE = "The connection to the database was lost while your form was being saved."
Ended = Callable[[], int]


@pytest.fixture(scope="session")
def ground(submitted: str) -> str:
    """Every test begins with an application that waits for its eligibility checks."""
    return submitted


@pytest.fixture
def ended(postgres: InMemory, database: str) -> Ended:
    """Ends all connections to the database of the test; returns how many."""
    found = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = 'grants_app'"
    return lambda: len(as_superuser(postgres).execute(found, [database]).fetchall())


def asked(app: Flask) -> tuple[str, int]:
    """The step of the application, and how many questions were asked."""
    with app.app_context():
        return db.session.get_one(Application, 1).step, db.session.query(Event).filter_by(key="ask").count()


def test_the_first_page_is_shown_and_the_first_form_has_its_effect(app: Flask, ended: Ended) -> None:
    olga = browser(app, "olga")
    page = olga.get(HERE)

    assert ended() >= 1
    shown = olga.get("/applications")
    assert ended() >= 1
    sent = olga.submit(page, ASK, question=QUESTION)

    assert (shown.status_code, sent.status_code) == (200, 302)
    assert asked(app) == ("question", 1)


def test_without_looking_at_the_connection_the_first_page_is_an_error(
    app: Flask, ended: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr("grants.db._has_ended", lambda _: False)
    olga = browser(app, "olga")
    olga.get(HERE)
    ended()

    answers = [olga.get(HERE) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [503, 200]
    assert BUSY in answers[0].page.text


def sent_while(app: Flask, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> tuple[Careful, Answer]:
    """Olga asks a question, and this happens after her form has reached the command."""
    olga, apply = browser(app, "olga"), commands.apply
    page = olga.get(HERE)

    def interrupted(*args: Any, **values: Any) -> None:
        happens()
        apply(*args, **values)

    with monkeypatch.context() as failing:
        failing.setattr(commands, "apply", interrupted)
        return olga, olga.submit(page, ASK, question=QUESTION)


def test_a_form_whose_connection_ends_changes_nothing_and_is_submitted_again(
    app: Flask, ended: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga, answer = sent_while(app, monkeypatch, ended)
    before = asked(app)

    again = olga.submit(answer, ASK)

    assert (answer.status_code, before, again.status_code) == (503, ("checks", 0), 302)
    assert BUSY in answer.page.text
    assert QUESTION in answer.page.text
    assert asked(app) == ("question", 1)


@contextmanager
def lost_answer(app: Flask, *, committed: bool) -> Iterator[None]:
    """The first connection that commits in this block loses the answer to it, after or before the commit is done."""
    lost: list[object] = []

    def lose(connection: Any) -> None:
        if lost:
            return
        lost.append(connection)
        if committed:
            connection.connection.dbapi_connection.commit()
        raise OperationalError(None, None, Exception("connection lost"), connection_invalidated=True)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", lose)
    try:
        yield
    finally:
        event.remove(engine, "commit", lose)


@pytest.mark.parametrize("committed", [True, False])
def test_a_form_whose_commit_is_not_confirmed_has_its_effect_once(app: Flask, *, committed: bool) -> None:
    olga = browser(app, "olga")
    page = olga.get(HERE)
    with lost_answer(app, committed=committed):
        answer = olga.submit(page, ASK, question=QUESTION)
    before = asked(app)

    again = olga.submit(answer, ASK)

    assert answer.status_code == 503
    assert UNSURE in answer.page.text
    assert QUESTION in answer.page.text
    assert before == (("question", 1) if committed else ("checks", 0))
    assert (again.status_code, asked(app)) == (302, ("question", 1))


@contextmanager
def closed(app: Flask, postgres: InMemory, database: str) -> Iterator[None]:
    """The database accepts no connection during this block."""
    limit = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
    with app.app_context():
        db.engine.dispose()
    as_superuser(postgres).execute(limit.format(sql.Identifier(database), sql.Literal(0)))
    try:
        yield
    finally:
        as_superuser(postgres).execute(limit.format(sql.Identifier(database), sql.Literal(-1)))


def sent_while_closed(app: Flask, postgres: InMemory, database: str) -> tuple[Careful, Answer]:
    """Olga asks a question while the database accepts no connection."""
    olga = browser(app, "olga")
    page = olga.get(HERE)
    with closed(app, postgres, database):
        return olga, olga.submit(page, ASK, question=QUESTION)


def test_a_form_that_meets_no_database_is_submitted_again_by_its_author(
    app: Flask, postgres: InMemory, database: str
) -> None:
    olga, answer = sent_while_closed(app, postgres, database)

    again = olga.submit(answer, ASK)

    assert (answer.status_code, again.status_code) == (503, 302)
    assert BUSY in answer.page.text
    assert QUESTION in answer.page.text
    assert asked(app) == ("question", 1)


def test_with_a_token_of_nobody_it_would_be_that_of_another_person(
    app: Flask, postgres: InMemory, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the page is shown without asking the database who its reader is."""
    monkeypatch.setattr(csrf, "_reader", lambda: principal().id or 0)
    olga, answer = sent_while_closed(app, postgres, database)
    monkeypatch.undo()

    assert olga.submit(answer, ASK).status_code == 409
    assert asked(app) == ("checks", 0)


REFUSALS: dict[int, dict[str, str]] = {
    400: {"csrf_token": "old", "question": QUESTION},
    413: {"question": "x" * 3_000_000},
}
"""Forms that are refused before the database is asked, by the status of the answer."""


@pytest.mark.parametrize("status", REFUSALS)
def test_the_page_of_a_refusal_needs_no_database(app: Flask, postgres: InMemory, database: str, status: int) -> None:
    olga = browser(app, "olga")
    with closed(app, postgres, database):
        answer = olga.post(ASK, data=REFUSALS[status], headers={"Origin": "http://localhost"})

    assert answer.status_code == status
    assert (QUESTION in answer.page.text) is (status == 400)


@pytest.mark.parametrize("status", REFUSALS)
def test_asking_the_database_who_reads_it_would_fail(
    app: Flask, postgres: InMemory, database: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr("grants.web.site.errors.without_database", lambda: None)
    olga = browser(app, "olga")

    with closed(app, postgres, database), pytest.raises(OperationalError):
        olga.post(ASK, data=REFUSALS[status])
