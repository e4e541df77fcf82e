"""What a form may contain, how long its sending may take, and an answer when the database has no room."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from typing import Any

import gevent
import pytest
from flask import Flask
from flask.testing import FlaskClient
from gevent import socket as cooperative
from psycopg import sql
from sqlalchemy.exc import OperationalError

from config import Settings
from grants.db import CONNECTIONS, db
from grants.web import create_app
from grants.web.site import bodies
from grants.web.site.bodies import ENCODED
from tests import world as w
from tests.browser import Careful, anonymous, signed_in
from tests.memory import InMemory, as_superuser

pytestmark = pytest.mark.sweep

MANY = "&".join(f"f{number}=x" for number in range(90_000))


def seconds_of(client: Careful, body: str) -> tuple[int, float]:
    """The status of the answer to this form, and how long it took."""
    began = time.monotonic()
    answer = client.post("/sign-in", data=body, content_type=ENCODED)
    return answer.status_code, time.monotonic() - began


def test_a_form_of_ninety_thousand_fields_is_refused_at_once(app: Flask) -> None:
    answer = anonymous(app).post("/sign-in", data=MANY, content_type=ENCODED)

    assert answer.status_code == 413
    assert "more than 5,000 fields, which is the maximum, so nothing was saved" in answer.page.text


def test_without_the_limit_its_fields_are_read(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the form is refused for its missing key only, after ten times as long."""
    client = anonymous(app)
    seconds_of(client, "a=b")
    refused = min(seconds_of(client, MANY) for _ in range(3))
    monkeypatch.setattr(bodies, "MOST_FIELDS", 1_000_000)

    status, seconds = seconds_of(client, MANY)

    assert refused[0] == 413
    assert status == 400
    assert seconds > 3 * refused[1], (seconds, refused[1])


@pytest.mark.parametrize(("size", "status"), [(1_900_000, 400), (2_300_000, 413)])
def test_a_form_without_a_length_is_refused_where_it_would_be_cut(app: Flask, size: int, status: int) -> None:
    """The shorter one lacks the token of a form."""
    answer = FlaskClient(app, app.response_class).post(
        "/sign-in",
        input_stream=BytesIO(b"filling=" + b"x" * size),
        content_type=ENCODED,
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )

    assert answer.status_code == status


def test_a_form_in_parts_has_the_same_limit(app: Flask) -> None:
    part = '--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n'

    answer = anonymous(app).post(
        "/sign-in", data=part * 5_001 + "--b--\r\n", content_type="multipart/form-data; boundary=b"
    )

    assert answer.status_code == 413


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, bodies.Body]]:
    """The end of a client, and the body as a server with greenlets reads it; it gives a body 0.3 seconds."""
    monkeypatch.setattr(bodies, "PATIENCE", 0.3)
    client, server = cooperative.socketpair()
    with client, server, server.makefile("rb", buffering=0) as stream:
        yield client, bodies.Body(stream, server)


def test_a_body_that_comes_in_time_is_read_whole(wire: tuple[socket.socket, bodies.Body]) -> None:
    client, body = wire
    client.sendall(b"x" * 3_000)
    client.shutdown(socket.SHUT_WR)

    assert [len(part) for part in iter(lambda: body.read(65_536), b"")] == [1_024, 1_024, 952]


def test_a_body_that_is_too_slow_is_given_up_for_good(
    wire: tuple[socket.socket, bodies.Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BYTES_PER_SECOND", 10_000)
    client, body = wire
    client.sendall(b"x")
    assert body.read() == b"x"

    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(bodies.TooSlow):
            body.read()

    assert 0.2 < time.monotonic() - began < 1


def test_a_body_that_keeps_up_may_take_longer(
    wire: tuple[socket.socket, bodies.Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BYTES_PER_SECOND", 2_000)
    client, body = wire
    for _ in range(6):
        client.sendall(b"x" * 300)
        gevent.sleep(0.1)
        assert body.read() == b"x" * 300


def test_a_body_with_files_may_take_longer_than_others(
    wire: tuple[socket.socket, bodies.Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LONGEST", 0.4)
    monkeypatch.setattr(bodies, "BYTES_PER_SECOND", 1_000)
    client, body = wire
    body.has_files = True
    client.sendall(b"x" * 2_000)
    client.shutdown(socket.SHUT_WR)
    came = 0
    while part := body.read():
        came += len(part)
        gevent.sleep(0.5)

    assert came == 2_000


def test_no_body_may_exceed_the_longest_time(
    wire: tuple[socket.socket, bodies.Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LONGEST", 0.4)
    client, body = wire
    client.sendall(b"x" * 100_000)
    began = time.monotonic()

    def read() -> None:
        while body.read():
            gevent.sleep(0.01)

    with pytest.raises(bodies.TooSlow):
        read()
    assert 0.3 < time.monotonic() - began < 0.6


def test_a_full_pool_answers_that_the_system_is_busy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grants.db.POOL_SECONDS", 1)
    app = create_app(settings)
    with app.app_context():
        client = signed_in(app, w.build(programmes=()).people["olga"])
        engine = db.engine

    with ExitStack() as held:
        for _ in range(CONNECTIONS):
            held.enter_context(engine.connect())
        began = time.monotonic()
        answer = client.get("/inbox")
        seconds = time.monotonic() - began

    assert answer.status_code == 503
    assert "The system is busy or is being restarted." in answer.page.text
    assert 1 <= seconds < 30, "it waits as long as it may, and not as long as a slow form is given"
    assert client.get("/inbox").status_code == 200


def test_a_database_without_room_for_another_connection_is_answered_likewise(
    settings: Settings, postgres: InMemory, database: str
) -> None:
    app = create_app(settings)
    with app.app_context():
        client = signed_in(app, w.build(programmes=()).people["olga"])
        db.engine.dispose()

    with full(postgres, database):
        answer = client.get("/inbox")

    assert answer.status_code == 503
    assert "The system is busy or is being restarted." in answer.page.text
    assert client.get("/inbox").status_code == 200


def test_a_page_of_errors_that_asks_the_database_fails_itself(
    settings: Settings, postgres: InMemory, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the page asks who its reader is."""
    monkeypatch.setattr("grants.web.site.errors.without_database", lambda: None)
    app = create_app(settings)
    with app.app_context():
        client = signed_in(app, w.build(programmes=()).people["olga"])
        db.engine.dispose()

    with full(postgres, database), pytest.raises(OperationalError):
        client.get("/inbox")


@contextmanager
def full(postgres: InMemory, database: str) -> Iterator[None]:
    """The database accepts no connection during this block."""
    limit = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
    as_superuser(postgres).execute(limit.format(sql.Identifier(database), sql.Literal(0)))
    try:
        yield
    finally:
        as_superuser(postgres).execute(limit.format(sql.Identifier(database), sql.Literal(-1)))


@pytest.mark.parametrize("watched", [True, False])
def test_a_client_must_take_its_answer(monkeypatch: pytest.MonkeyPatch, *, watched: bool) -> None:
    """The second case is the counter-test: nobody sets a limit, and the server waits for ever."""
    monkeypatch.setattr(bodies, "LONGEST", 0.2)
    client, server = cooperative.socketpair()

    def app(environ: dict[str, Any], start_response: object) -> list[bytes]:
        environ["gunicorn.socket"].sendall(b"x" * 10_000_000)
        return []

    answer = bodies.Watchdog(app) if watched else app
    with client, server, pytest.raises(TimeoutError if watched else gevent.Timeout), gevent.Timeout(1):
        answer({"gunicorn.socket": server, "wsgi.input": BytesIO()}, lambda *_: lambda _: None)
