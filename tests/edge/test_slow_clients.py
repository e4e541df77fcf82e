"""Clients that send a form slowly stop nobody else, and are sent away."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from config import ROOT, Settings
from grants.cli.up import MEMORY
from tests.edge.serving import Drips, SignIn, Web, resident, served, slowest

pytestmark = pytest.mark.sweep

SLOW = 24
"""More than the threads of the first release, and more than the connections of a process to the database."""
MEMORY_MIB = 120


def test_slow_forms_stop_no_page_and_are_ended(settings: Settings) -> None:
    with served(settings, "tests.edge.entries:impatient()", ("--keep-alive", "2")) as web:
        with (
            Drips(web.port, SLOW) as drips,
            socket.create_connection(("127.0.0.1", web.port), timeout=10) as unfinished,
        ):
            unfinished.sendall(b"GET / HTTP/1.1\r\nHost: local")
            answers = web.pages(4, "/")
            sent = [one for one in drips.received if one]
            left = unfinished.recv(1)
        memory = resident(web)

    assert {answer.status for answer in answers} == {200}
    assert slowest(answers) < 2, "no page waits as long as a slow form is given"
    assert [one[:12] for one in sent] == [b"HTTP/1.1 408"] * SLOW
    assert all(b"The connection was too slow, so nothing was saved." in one for one in sent)
    assert left == b"", "an unfinished line of headers is not awaited"
    assert memory <= MEMORY_MIB


@pytest.mark.sweep
def test_threads_are_all_kept_waiting_by_slow_forms(settings: Settings) -> None:
    """Counter-test: the server of the first release."""
    threads = ("--worker-class", "gthread", "--threads", "4")
    with served(settings, "tests.edge.threads:app", threads) as web, Drips(web.port, SLOW):
        answers = web.pages(2)

    assert 200 not in {answer.status for answer in answers[1:]}


@pytest.mark.sweep
def test_slow_forms_take_all_connections_of_a_server_that_asks_the_database_first(settings: Settings) -> None:
    """Counter-test: the body is not read before the database is asked."""
    with served(settings, "tests.edge.entries:asking_first()") as web, Drips(web.port, SLOW):
        answers = web.pages(2)

    assert 200 not in {answer.status for answer in answers}
    assert 503 in {answer.status for answer in answers}, "the pool keeps the page waiting, and then answers"


ORDER = """
import time, sys
{first}
from grants.outside import greenlets
{patch}
import gevent, psycopg
def sleep():
    with psycopg.connect({url!r}) as connection:
        connection.execute("SELECT pg_sleep(0.3)")
began = time.monotonic()
gevent.joinall([gevent.spawn(sleep) for _ in range(4)], raise_error=True)
print(time.monotonic() - began)
"""


def ordered(
    settings: Settings, *, first: str = "", patch: str = "greenlets.patch()"
) -> subprocess.CompletedProcess[str]:
    """Four queries of 0.3 seconds at once, in a new process."""
    url = settings.database_url.replace("+psycopg", "")
    probe = ORDER.format(first=first, patch=patch, url=url)
    return subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.system
def test_queries_wait_side_by_side(settings: Settings) -> None:
    assert 0.3 <= float(ordered(settings).stdout) < 1.2


@pytest.mark.system
def test_a_process_that_has_imported_the_driver_too_early_is_refused(settings: Settings) -> None:
    refused = ordered(settings, first="import psycopg")

    assert refused.stdout == ""
    assert "psycopg was imported before gevent patched the process" in refused.stderr


@pytest.mark.system
def test_without_the_refusal_queries_wait_for_each_other(settings: Settings) -> None:
    """Counter-test: the process is patched too late, and nobody notices."""
    late = ordered(settings, first="import psycopg", patch="from gevent import monkey; monkey.patch_all()")

    assert float(late.stdout) >= 1.2


def while_signing_in(web: Web, pages: str) -> tuple[float, float]:
    """The seconds of one refused sign-in, and the slowest page meanwhile."""
    form = SignIn.of(web)
    tried: list[float] = []

    def sign_in() -> None:
        tried.append(form.send(email="nobody@example.org", password="wrong").seconds)

    thread = threading.Thread(target=sign_in)
    thread.start()
    time.sleep(0.05)
    found = []
    while thread.is_alive():
        found.append(web.ask("GET", pages))
    thread.join()
    return tried[0], slowest(found, 1.0)


@pytest.mark.system
@pytest.mark.parametrize(("entry", "others_wait"), [("wsgi:app", False), ("tests.edge.entries:calculating()", True)])
def test_the_hash_of_a_password_stops_no_page(settings: Settings, entry: str, *, others_wait: bool) -> None:
    """The second case is the counter-test."""
    with served(replace(settings, argon2_time=80, argon2_kib=19_456), entry) as web:
        tried, slow = while_signing_in(web, "/health")

    assert tried > 0.4
    assert (slow > tried / 2) is others_wait, (tried, slow)


@pytest.mark.system
@pytest.mark.parametrize("memory", [MEMORY, {}], ids=["as it is", "by itself"])
def test_the_memory_of_passwords_is_returned(settings: Settings, memory: dict[str, str]) -> None:
    """The second case is the counter-test: the library keeps the memory."""
    with served(replace(settings, argon2_kib=19_456), memory=memory) as web:
        before = resident(web)
        forms = [SignIn.of(web) for _ in range(12)]
        threads = [threading.Thread(target=form.send, args=("nobody@example.org", "wrong")) for form in forms]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        grown = resident(web) - before

    assert (grown < 19) is (memory is MEMORY), grown
