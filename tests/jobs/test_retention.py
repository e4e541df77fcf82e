"""What is needed for a while only is deleted by the clock, in batches and by indexes; what is still needed stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import delete, event, text

from config import Settings
from grants.db import db, now, transaction
from grants.jobs import clock
from grants.models import IdempotencyKey, Link, Outbox, SignIn, SignInFailure
from grants.outside.servers.postgres import plain
from grants.queries.sessions import hashed
from grants.services import idempotency, links, locking, outbox, retention, sessions
from tests.browser import confirmed_session
from tests.databases import advance
from tests.world import found

pytestmark = pytest.mark.sweep

DAY = 86_400
PAGE = idempotency.Answer(status=422, location="", content_type="text/html", body='"location": "/", {"status": 302}')
LEADS_ON = replace(PAGE, status=302, location="/tasks", body='{"status": 422, "location": "", "content_type": ""')


@pytest.fixture(scope="session")
def ground(submitted: str) -> str:
    """Every test begins with an application, whose mails wait in the outbox."""
    return submitted


def answered(number: int, answer: idempotency.Answer = LEADS_ON) -> None:
    """A form that was answered."""
    idempotency.claim(f"{number}", person=1, body=b"")
    idempotency.keep(f"{number}", answer)


def mailed(number: int) -> None:
    """A mail that was sent."""
    args = {"person": 1, "role": "officer", "subject": {}, "text": {}, "path": f"/{number}"}
    db.session.add(Outbox(kind="mail", queue="default", args=args, done_at=now()))


def failed(number: int) -> None:
    """A failed attempt to sign in."""
    sessions.record_failure(account=f"{number}@example.org", address="192.0.2.1")


def linked(_: int) -> None:
    """A link that somebody has used."""
    olga = found().people["olga"]
    locking.hold(olga)
    links.use(links.issue(olga, links.SIGN_IN), olga)


OLD: dict[str, tuple[Callable[[int], None], type[Any], int, str]] = {
    "repeat_at_idx": (answered, IdempotencyKey, 31, "at"),
    "repeat_page_idx": (lambda number: answered(number, PAGE), IdempotencyKey, 2, "at"),
    "sign_in_failure_at_idx": (failed, SignInFailure, 31, "at"),
    "link_ends_at_idx": (linked, Link, 31, "ends_at"),
    "outbox_sent_idx": (mailed, Outbox, 91, "done_at"),
}
"""By the index: what makes a row, its class, after how many days it is deleted, and its age."""


@pytest.fixture(params=OLD)
def old(request: pytest.FixtureRequest, app: Flask, settings: Settings) -> tuple[type[Any], str]:
    """Five rows whose retention has ended, and two of the same kind made since; their class and the index."""
    make, model, days, _ = OLD[request.param]
    with app.app_context(), transaction():
        db.session.execute(delete(Outbox).where(Outbox.kind == "mail"))
        for number in range(5):
            make(number)
    advance(settings, days * DAY)
    with app.app_context(), transaction():
        for number in (5, 6):
            make(number)
    return model, request.param


def left(app: Flask, model: type[Any]) -> int:
    """How many rows there are after a tick."""
    with app.app_context():
        clock.tick()
        rows = db.session.query(model)
        return (rows.filter_by(kind="mail") if model is Outbox else rows).count()


def test_each_tick_deletes_a_batch(app: Flask, old: tuple[type[Any], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST", 2)

    assert [left(app, old[0]) for _ in range(4)] == [5, 3, 2, 2]


def test_what_somebody_holds_is_left_for_later(app: Flask, settings: Settings, old: tuple[type[Any], str]) -> None:
    model, age = old[0], OLD[old[1]][3]
    with psycopg.connect(plain(settings.owner_database_url)) as other:
        other.execute(f"SELECT FROM {model.__tablename__} ORDER BY {age} LIMIT 1 FOR UPDATE".encode())
        meanwhile = left(app, model)

    assert (meanwhile, left(app, model)) == (3, 2)


def test_the_rows_are_found_by_an_index(app: Flask, old: tuple[type[Any], str]) -> None:
    sent: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith(f"DELETE FROM {old[0].__tablename__} "):
            sent.append((statement, parameters))

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        for purge in (idempotency.purge, links.purge, sessions.purge, outbox.purge):
            purge()
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        db.session.execute(text("SET LOCAL enable_sort = off"))
        connection = db.session.connection()
        plans = ["\n".join(connection.exec_driver_sql(f"EXPLAIN {one}", given).scalars()) for one, given in sent]

    assert any(f"using {old[1]} on {old[0].__tablename__}" in plan for plan in plans), plans


def test_a_session_that_goes_on_stays(app: Flask, settings: Settings) -> None:
    with app.app_context(), transaction():
        confirmed_session(found().people["olga"], settings)
    advance(settings, settings.session_idle_minutes * 60 - 30)
    with app.app_context(), transaction():
        token = confirmed_session(found().people["omar"], settings)
    advance(settings, 60)

    with app.app_context():
        clock.tick()
        assert [row.token_sha256 for row in db.session.query(SignIn)] == [hashed(token)]


def test_an_answer_that_cannot_be_read_stops_no_purge(app: Flask, settings: Settings) -> None:
    with app.app_context(), transaction():
        answered(1, PAGE)
        answered(2)
        db.session.query(IdempotencyKey).filter_by(key="2").update({"answer": "no JSON"})
    advance(settings, 2 * DAY)

    assert left(app, IdempotencyKey) == 1
    advance(settings, 30 * DAY)
    assert left(app, IdempotencyKey) == 0
