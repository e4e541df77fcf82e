"""A real web server for tests, and clients that send their forms slowly."""

from __future__ import annotations

import http.client
import selectors
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

import pytest

import config
from config import ROOT, Settings
from grants.cli.up import MEMORY, free_port, gunicorn
from grants.demo.page_reader import Page
from grants.outside.servers import child
from grants.web.site.bodies import ENCODED
from tests.bench import processes as measured

START_SECONDS = 60.0
LIE = 9_000
"""The length of a body that a slow client announces."""


@dataclass(frozen=True)
class Answered:
    """An answer of the server. seconds: how long it took. cookies: those that it sets, as a browser sends them back."""

    status: int
    text: str
    seconds: float
    cookies: str = ""


@dataclass(frozen=True)
class Web:
    """A running web server. pid: of its parent process."""

    port: int
    pid: int

    def ask(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = 30.0,
    ) -> Answered:
        """Send one request on a connection of its own; status 0 if it is closed without an answer."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, {"Host": "localhost"} | (headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return Answered(0, "", time.monotonic() - began)
        finally:
            connection.close()
        cookies = "; ".join(one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", []))
        return Answered(answer.status, text, time.monotonic() - began, cookies)

    def pages(self, seconds: float, path: str = "/health") -> list[Answered]:
        """The answers to a page, asked for again and again during this time."""
        until, found = time.monotonic() + seconds, list[Answered]()
        while time.monotonic() < until:
            found.append(self.ask("GET", path, seconds=until - time.monotonic() + 1))
        return found


@dataclass(frozen=True)
class SignIn:
    """The form to sign in, in a browser of its own."""

    web: Web
    fields: dict[str, list[str]]
    cookies: str

    @classmethod
    def of(cls, web: Web) -> SignIn:
        """The form, as the page shows it."""
        answer = web.ask("GET", "/sign-in")
        return cls(web, Page(answer.text).form("/sign-in").fields, answer.cookies)

    def send(self, email: str, password: str, **headers: str) -> Answered:
        """Send it. headers: further ones, with underscores for hyphens."""
        body = urlencode(self.fields | {"email": [email], "password": [password]}, doseq=True)
        others = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.web.ask("POST", "/sign-in", body, {"Content-Type": ENCODED, "Cookie": self.cookies} | others)


@contextmanager
def served(
    settings: Settings,
    entry: str = "wsgi:app",
    options: Sequence[str] = (),
    *,
    processes: int = 1,
    memory: dict[str, str] = MEMORY,
) -> Iterator[Web]:
    """A web server as `grants up` starts it, with one process. entry, options: others for gunicorn."""
    settings = replace(settings, port=free_port(), web_processes=processes)
    command = [*(entry if word == "wsgi:app" else word for word in gunicorn(settings)), *options]
    with child.open_log(settings.instance / "log" / "web.log") as output:
        started = child.spawn(command, env=config.exported(settings) | memory, output=output, cwd=ROOT)
    web = Web(settings.port, started.pid)
    try:
        until = time.monotonic() + START_SECONDS
        while web.ask("GET", "/health").status != 200:
            if started.poll() is not None or time.monotonic() > until:
                pytest.fail((settings.instance / "log" / "web.log").read_text()[-4_000:])
            time.sleep(0.1)
        yield web
    finally:
        child.stop(started, seconds=5)


class Drips:
    """Clients that announce a form and send one byte of it each second. reopened: open closed ones again at once."""

    def __init__(self, port: int, count: int, *, reopened: bool = False) -> None:
        self._port, self._count, self._reopened = port, count, reopened
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._open: list[socket.socket] = []
        self.opened = 0
        self.received: list[bytes] = []

    def __enter__(self) -> Self:
        for _ in range(self._count):
            self._connect()
        self._thread.start()
        time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        for one in self._open:
            one.close()

    def _connect(self) -> None:
        head = (
            "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {LIE}\r\n\r\n"
        )
        one = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        one.sendall(head.encode())
        self._open.append(one)
        self.opened += 1

    def _run(self) -> None:
        while not self._end.wait(1.0):
            for one in [*self._open]:
                try:
                    one.sendall(b"x")
                except OSError:
                    self._close(one)
            self._take()

    def _take(self) -> None:
        """Close the connections that the server has answered."""
        with selectors.DefaultSelector() as ready:
            for one in self._open:
                ready.register(one, selectors.EVENT_READ)
            for key, _ in ready.select(0) if self._open else ():
                self._close(key.fileobj)  # type: ignore[arg-type]

    def _close(self, one: socket.socket) -> None:
        try:
            self.received.append(one.recv(65_536))
        except OSError:
            self.received.append(b"")
        one.close()
        self._open.remove(one)
        if self._reopened:
            self._connect()


def slowest(answers: Sequence[Answered], share: float = 0.99) -> float:
    """The seconds within which this share of the answers came."""
    times = sorted(answer.seconds for answer in answers)
    return times[min(int(share * len(times)), len(times) - 1)]


def resident(web: Web) -> float:
    """The largest resident memory of its processes that answer requests, in MiB."""
    return max(measured.resident(pid) for pid in measured.children(web.pid))
