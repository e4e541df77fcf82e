"""The bodies of requests: how long their sending may take, and what they may contain.

A body is read before anything else is done for the request, so that a client that sends it slowly holds no connection
to the database.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TypeVar

import gevent
from flask import Flask, current_app, request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, RequestTimeout

from grants.db import db
from grants.web.site.authorization import READING, declared_permission, principal
from workflows.attachments import MEGABYTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
PATIENCE = 15.0
"""Seconds that every body may take."""
BYTES_PER_SECOND = 200
"""How fast a body must come on average after that."""
LONGEST = 300.0
"""Seconds that no body may exceed, nor the sending of one piece of an answer."""
LONGEST_OF_FILES = 1_800.0
"""Seconds that no body with files may exceed: 25 MB at 14 kB a second."""
FIELDS = 1_000_000
"""The most bytes of the other fields of a form with files."""
STEP = 1_024
"""The most bytes that are awaited at once."""
MOST_FIELDS = 5_000
"""The most fields of a form. Four questions of a hundred rows with ten cells have 4,000."""
ENCODED = "application/x-www-form-urlencoded"


class TooSlow(RequestTimeout):
    """The body came too slowly. The rest of it is not read."""


class TooManyFields(RequestEntityTooLarge):
    """The form has more than MOST_FIELDS fields. They are not read."""


def takes_files(megabytes: int) -> Callable[[View], View]:
    """Declare that the form of a route has files, with so many megabytes in all.

    Whoever may send the form may send that much, and may take longer; for others it is a form like every other one.
    """

    def declared(view: View) -> View:
        view.megabytes = megabytes  # type: ignore[attr-defined]
        return view

    return declared


def megabytes_taken() -> int:
    """How many megabytes of files the route of this request takes from the reader; 0 if it takes none."""
    view, permission = current_app.view_functions.get(request.endpoint or ""), declared_permission()
    found: int = getattr(view, "megabytes", 0)
    return found if found and permission and principal().may(permission) else 0


class Body:
    """The body of one request, which must come fast enough; reading raises TooSlow if it does not.

    The reading side of the connection is then closed: nobody waits for the rest, and no further request is read from
    it. The answer still reaches the client.
    """

    def __init__(self, stream: BinaryIO, connection: socket.socket) -> None:
        self._stream = stream
        self._connection = connection
        self._began = time.monotonic()
        self._came = 0
        self.has_files = False

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, and at most STEP, as soon as they have come; none at the end of the body."""
        left = self._left()
        if left <= 0:
            self._give_up()
        try:
            with gevent.Timeout(left):
                found = self._stream.read(STEP if size < 0 else min(size, STEP))
        except gevent.Timeout:
            self._give_up()
        except ParseException as error:
            raise BadRequest("The body of the request is not in the form that its headers announce.") from error
        self._came += len(found)
        return found

    def _give_up(self) -> NoReturn:
        with suppress(OSError):  # the client may have closed the connection
            self._connection.shutdown(socket.SHUT_RD)
        raise TooSlow

    def _left(self) -> float:
        """The seconds within which the next step must come."""
        allowed = min(
            max(PATIENCE, (self._came + STEP) / BYTES_PER_SECOND), LONGEST_OF_FILES if self.has_files else LONGEST
        )
        return self._began + allowed - time.monotonic()


class Watchdog:
    """WSGI middleware of a server with greenlets that ends slow requests."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, with a body that is read in time or not at all."""
        connection: socket.socket = environ["gunicorn.socket"]
        connection.settimeout(LONGEST)
        environ["wsgi.input"] = Body(environ["wsgi.input"], connection)
        return self._app(environ, start_response)


def init_app(app: Flask) -> None:
    """Read the body of each request first. It must be registered before the parts that use the database."""
    app.before_request(_read)


def _read() -> None:
    if request.method in READING:
        return
    if megabytes := megabytes_taken():
        _admit(megabytes)
    if request.mimetype == ENCODED:
        data, most = request.get_data(parse_form_data=False), request.max_content_length
        if most is not None and len(data) >= most:
            raise RequestEntityTooLarge  # a body in chunks announces no length, and is cut there
        if data.count(b"&") >= MOST_FIELDS:
            raise TooManyFields
    _parsed: Any = request.form


def _admit(megabytes: int) -> None:
    """Let the body be as long as the files may be. The reader is known, and the database is not needed meanwhile."""
    db.session.rollback()
    request.max_content_length = megabytes * MEGABYTE + FIELDS
    if isinstance(body := request.environ["wsgi.input"], Body):
        body.has_files = True
