"""A row that was broken by hand stops nothing else: it is recorded, logged, shown to staff and tried again."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import psycopg
import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text

from config import Settings
from grants.db import db, transaction
from grants.jobs import clock, processing, relay
from grants.models import Application, ClockFailure, Figures, Outbox
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.queries import overdue, time_limits
from grants.services import outbox
from tests import world
from tests.browser import browser
from tests.databases import advance
from tests.history.proof import name_of
from tests.jobs.test_mailing import receiving
from tests.prepared import Prepare
from tests.sweeps import swept
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

DAY = 86_400


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An open question in BTN-L (application 1) and an alert in DRR (application 2)."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L", "DRR"))
        row, alert = world.submitted(made), world.draft(made, code="DRR", chapter="bo")
        world.apply(made, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        world.apply(made, alert, "alert", "bo1", Role.APPLICANT)

    return prepare("broken_rows", fill)


def changed(settings: Settings, statement: str) -> None:
    """Change rows or rights as the owner."""
    with psycopg.connect(plain(settings.owner_database_url), autocommit=True) as owner:
        owner.execute(statement.encode())


def recorded(app: Flask) -> list[tuple[str, int | None, str]]:
    """(task, application, kind of problem) of each recorded failure of the clock."""
    with app.app_context():
        rows = db.session.query(ClockFailure).order_by(ClockFailure.id)
        return [(row.task, row.application_id, row.problem.partition(":")[0]) for row in rows]


def ticked(app: Flask) -> tuple[int, str, int]:
    """The number of transitions of a tick, the step of the first application, and how often figures were counted."""
    with app.app_context():
        taken = clock.tick()
        return taken, db.session.get_one(Application, 1).step, db.session.query(Figures).count()


LIMIT = "UPDATE call SET rules = jsonb_set(rules, '{{clock,question_days}}', '{}') WHERE programme = 'BTN-L'"
LIMITS = ['"abc"', "1.5", "[5]", "{}", "99999999999", "-1e40", "1e400"]


@pytest.mark.parametrize("limit", swept(map(pytest.param, LIMITS), str.isdecimal))
def test_a_time_limit_that_cannot_be_read_stops_no_other(app: Flask, settings: Settings, limit: str) -> None:
    advance(settings, 6 * DAY)
    changed(settings, LIMIT.format(limit))

    assert ticked(app) == (1, "question", 1)
    assert [task for task, _, _ in recorded(app)] in ([], ["no_answer"])


@pytest.mark.parametrize("limit", swept(map(pytest.param, LIMITS[:4]), lambda _: True))
def test_it_is_reported(app: Flask, settings: Settings, limit: str, caplog: pytest.LogCaptureFixture) -> None:
    advance(settings, 6 * DAY)
    changed(settings, LIMIT.format(limit))

    ticked(app)

    assert recorded(app) == [("no_answer", 1, "ValidationError")]
    assert "no_answer of application 1 failed" in caplog.text
    assert "Continue without an answer" in browser(app, "olga").get("/failures").page.text
    changed(settings, LIMIT.format(5))
    advance(settings, 61)
    assert (ticked(app)[:2], recorded(app)) == ((1, "checks"), [])


ROWS = {
    "UPDATE application SET step_at = '-infinity' WHERE id = 1": "DataError",
    "UPDATE application SET starts_on = '-infinity' WHERE id = 1": "DataError",
    "UPDATE call SET closes_at = 'infinity' WHERE programme = 'BTN-L'": "DataError",
    "UPDATE draft SET content = '[]' WHERE application_id = 1": "AttributeError",
    "DELETE FROM draft WHERE application_id = 1": "NoResultFound",
    "DELETE FROM history_head WHERE subject = 'application' AND subject_id = 1": "ConstraintViolated",
}
"""What breaks the first application, and the kind of problem that is recorded."""


@pytest.mark.parametrize("statement", swept(map(pytest.param, ROWS), lambda statement: ROWS[statement]))
def test_an_application_that_cannot_be_read_is_reported_and_stops_no_other(
    app: Flask, settings: Settings, postgres: Postgres, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    advance(settings, 6 * DAY)
    with psycopg.connect(plain(postgres.url("postgres", name_of(app))), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(statement.encode())

    with app.app_context():
        assert clock.tick() == 1
        assert db.session.query(Figures).count() == 1

    assert recorded(app) == [("no_answer", 1, ROWS[statement])]
    assert "no_answer of application 1 failed" in caplog.text
    assert "Continue without an answer" in browser(app, "olga").get("/failures").page.text


def test_read_as_any_text_it_would_stop_all_of_them(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(time_limits, "_number", lambda rules, step, unit: rules[f"{step}_{unit}"].as_integer())
    advance(settings, 6 * DAY)
    changed(settings, LIMIT.format('"abc"'))

    assert ticked(app) == (0, "question", 1)
    assert recorded(app) == [("due", None, "InvalidTextRepresentation")]


def fail() -> NoReturn:
    """Fail like a program that looks up what is not there."""
    raise KeyError("due")


def test_if_nothing_due_can_be_found_the_other_work_is_done(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(overdue, "transitions", fail)
        assert ticked(app) == (0, "question", 1)

    assert recorded(app) == [("due", None, "KeyError")]
    assert "due of application None failed" in caplog.text
    assert "Search for transitions that are due" in browser(app, "ada").get("/failures").page.text
    ticked(app)
    assert recorded(app) == []


BROKEN = {
    "digest": "REVOKE SELECT ON checkpoint FROM grants_app",
    "figures": "REVOKE INSERT, UPDATE ON figures FROM grants_app",
    "idempotency": "REVOKE DELETE ON repeat FROM grants_app",
    "sessions": "REVOKE DELETE ON sign_in FROM grants_app",
    "devices": "REVOKE DELETE ON device FROM grants_app",
    "email_changes": "REVOKE DELETE ON email_change FROM grants_app",
    "links": "REVOKE DELETE ON link FROM grants_app",
    "registrations": "REVOKE DELETE ON registration FROM grants_app",
    "trusted_devices": "REVOKE DELETE ON trusted_device FROM grants_app",
    "outbox": "REVOKE DELETE ON outbox FROM grants_app",
    "reminders": "REVOKE DELETE ON reminder FROM grants_app",
    "daily_mails": "REVOKE DELETE ON daily_mail FROM grants_app",
    "quarantine": "REVOKE SELECT ON attachment FROM grants_app",
    "reply_addresses": "REVOKE DELETE ON message_mail FROM grants_app",
    "role_reminders": "REVOKE UPDATE (reminded_days) ON appointment FROM grants_app",
}


@pytest.mark.parametrize("name", swept(map(pytest.param, BROKEN), lambda _: True))
def test_each_work_may_fail_alone(
    app: Flask, settings: Settings, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def noted(key: str, work: Callable[[], object]) -> None:
        work()
        done.append(key)

    for key, work in clock.WORK.items():
        monkeypatch.setitem(clock.WORK, key, partial(noted, key, work))
    advance(settings, 6 * DAY)
    changed(settings, BROKEN[name])

    taken, _, _ = ticked(app)

    assert {*BROKEN, "sealing"} == {*clock.WORK}, "the watch over the sealer is tested in tests/history/test_watch.py"
    assert taken == 2
    assert done == [key for key in clock.WORK if key != name]
    assert recorded(app) == [(name, None, "InsufficientPrivilege")]
    assert f"{name} of application None failed" in caplog.text
    assert "permission denied" in browser(app, "ada").get("/failures").page.text


MAIL: dict[str, Any] = {
    "person": 1,
    "role": "officer",
    "application": 1,
    "path": "/applications/1",
    "subject": {"text": "A subject", "values": {}},
    "text": {"text": "A text", "values": {}},
}
HUGE = 10**30
NONE: list[Any] = [{}, [], None, "mail", 5]
NONSENSE: list[tuple[str, Any]] = [
    *(("mail", args) for args in NONE),
    *(("mail", MAIL | {"person": person}) for person in ("x", [1], None, 999_999, 10**10, HUGE)),
    *(("mail", MAIL | {"application": application}) for application in ("abc", [1], 10**10, HUGE)),
    *(("mail", MAIL | {"role": role}) for role in ("nobody", 5)),
    *(("mail", {key: MAIL[key] for key in MAIL if key != left_out}) for left_out in ("subject", "text", "path")),
    ("mail", {key: MAIL[key] for key in ("person", "subject", "text")} | {"path": f"/applications/{HUGE}"}),
    *(("mail", MAIL | {"text": words}) for words in (5, [1], {"text": "%(a)s", "values": {"a": {"sum": 1}}})),
    *(("document", args) for args in NONE),
    *(("inspection", args) for args in NONE),
    *(("inspection", {"attachment": attachment}) for attachment in ("abc", [1], True, 999_999, 10**10, HUGE)),
    *(("document", {"document": document}) for document in ("abc", [1], 999_999, 10**10, 10**17, HUGE)),
]
"""Rows with arguments that are none, or about something that does not exist."""


@pytest.fixture
def broken(app: Flask) -> list[int]:
    """The ids of such rows, and of one good mail at the end; nothing else waits."""
    row = text("INSERT INTO outbox (kind, queue, args) VALUES (:kind, 'default', CAST(:args AS jsonb)) RETURNING id")
    with app.app_context(), transaction():
        db.session.query(Outbox).update({"done_at": text("grants_now()")})
        given = [*NONSENSE, ("mail", MAIL | {"person": world.found().people["olga"].id})]
        return [db.session.execute(row, {"kind": kind, "args": json.dumps(args)}).scalar_one() for kind, args in given]


def worked(app: Flask, ids: list[int]) -> int:
    """Process these rows in one job; returns how many were done."""
    with app.app_context():
        return processing.work(ids)


def test_rows_that_no_worker_can_work_with_are_given_up_and_the_others_done(
    app: Flask, settings: Settings, broken: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)

    with receiving(app) as sink:
        done = [worked(app, broken)]
    for _ in range(outbox.TRIES - 1):
        advance(settings, 3_601)
        done.append(worked(app, broken))

    assert (done, len(sink.got)) == ([1, 0, 0, 0, 0], 1)
    with app.app_context():
        rows = [db.session.get_one(Outbox, id) for id in broken[:-1]]
        assert all(row.dead_at and row.problem and row.done_at is None for row in rows)
    assert all(f"outbox row {id} failed" in caplog.text for id in broken[:-1])
    ada, olga = (browser(app, name).get("/failures") for name in ("ada", "olga"))
    assert ada.get_data(as_text=True).count("KeyError") >= 3
    assert "not a stored value" in olga.page.text


def test_read_as_any_text_their_arguments_would_hide_all_failures(
    app: Flask, broken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    with app.app_context(), transaction():
        db.session.query(Outbox).filter(Outbox.id.in_(broken)).update({"dead_at": text("grants_now()")})
    olga = browser(app, "olga")
    assert olga.get("/failures").status_code == 200
    monkeypatch.setattr("grants.queries.failures._MAIL", Outbox.args["application"].as_integer())

    assert olga.get("/failures").status_code == 422


def test_a_row_of_a_queue_that_nobody_reads_is_given_up(app: Flask, queues: Redis) -> None:
    with app.app_context(), transaction():
        db.session.query(Outbox).update({"done_at": text("grants_now()")})
        db.session.execute(text("INSERT INTO outbox (kind, queue, args) VALUES ('mail', 'elsewhere', '{}')"))

    with app.app_context():
        assert relay.turn(queues) == 0
        row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert row is not None
        assert (bool(row.dead_at), row.problem) == (True, "There is no such queue.")
