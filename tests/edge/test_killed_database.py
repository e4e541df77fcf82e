"""PostgreSQL is killed and started again under a running web server: the first page and the first form are answered."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from config import Settings
from grants.cli.init import migrate
from grants.db import db, transaction
from grants.demo.page_reader import Page
from grants.models import Event
from grants.outside.servers import Postgres, create_database
from grants.queries.sessions import COOKIE
from grants.web.site.bodies import ENCODED
from tests import world
from tests.browser import confirmed_session, named
from tests.databases import settings_for
from tests.edge.serving import Answered, Web, served
from tests.prepared import opened
from tests.servers_fixture import erase

pytestmark = pytest.mark.system
HERE, NAME = "/applications/1", "grants"
ASK = f"{HERE}/transitions/ask"
QUESTION = "Who owns the mast, and who climbs it?"


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Postgres]:
    """A separate PostgreSQL with an application that waits for its eligibility checks."""
    made = Postgres(tmp_path / "instance")
    made.start()
    create_database(made.url("postgres", "postgres"), NAME)
    migrate(made.url("grants_owner", NAME))
    yield made
    made.stop()
    erase(made)


def filled(settings: Settings) -> str:
    """Fill the database; returns the cookie of Olga."""
    with opened(settings) as app, app.app_context():
        world.submitted(world.build(programmes=("BTN-L",)))
        with transaction():
            return f"{COOKIE}={confirmed_session(named('olga'), settings)}"


def questions(settings: Settings) -> int:
    """How many questions were asked."""
    with opened(settings) as app, app.app_context():
        return db.session.query(Event).filter_by(key="ask").count()


def kill(server: Postgres) -> None:
    """Kill the server, and wait until all of its processes have ended."""
    number = int((server.home.folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(number, signal.SIGKILL)
    while server.running:
        time.sleep(0.05)


def form(answer: Answered) -> dict[str, list[str]]:
    """The fields of the form that asks a question."""
    return Page(answer.text).form(ASK).fields


def test_after_a_kill_the_first_page_and_the_first_form_are_answered(alone: Postgres, tmp_path: Path) -> None:
    settings = settings_for(alone, NAME, tmp_path)
    olga = {"Cookie": filled(settings)}

    def sent(web: Web, fields: dict[str, list[str]], cookies: str) -> Answered:
        body = urlencode(fields | {"question": [QUESTION]}, doseq=True)
        headers = {"Content-Type": ENCODED, "Cookie": f"{olga['Cookie']}; {cookies}"}
        return web.ask("POST", ASK, body, headers)

    with served(settings) as web:
        page = web.ask("GET", HERE, headers=olga)
        kill(alone)
        without = sent(web, form(page), page.cookies)
        alone.start()
        shown = web.ask("GET", HERE, headers=olga)
        kill(alone)
        alone.start()
        again = sent(web, form(without), page.cookies)

    assert [one.status for one in (page, without, shown, again)] == [200, 503, 200, 302]
    assert "The system is busy or is being restarted. Nothing was changed." in without.text
    assert QUESTION in without.text
    assert questions(settings) == 1
