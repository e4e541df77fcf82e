"""The memory of a web process after it has answered requests."""

from __future__ import annotations

import http.client
import time
from dataclasses import replace

from grants.cli.up import free_port, gunicorn
from grants.db import db, transaction
from grants.jobs import program
from grants.models import Person
from grants.queries.sessions import COOKIE
from tests import world
from tests.bench import processes
from tests.bench.addresses import LISTS
from tests.bench.figures import Broken, Figure
from tests.bench.ground import Ground
from tests.browser import confirmed_session

PART = "Memory of a web process"
REQUESTS = 50
RESTING_MIB = 110.0
OFFICER = "olga"


def measure(ground: Ground, name: str) -> list[Figure]:
    """Measure an idle gunicorn worker after fifty pages of an officer, on a database of this name."""
    settings = ground.database(name)
    app = program.build(settings)
    with app.app_context():
        made = world.build(programmes=("BTN-L",))
        world.awarded(made)
        cookie = _signed_in(made.people[OFFICER])
        db.session.remove()
        db.engine.dispose()
    port = free_port()
    command = gunicorn(replace(settings, port=port, web_processes=1))
    web = ground.start(name, command, settings)
    processes.until(lambda: _status(port, "/health", cookie) == 200, "The web server", pause=0.2)
    pages = [address for address in LISTS[OFFICER] if "call" not in address and "fund" not in address]
    for number in range(REQUESTS):
        address = pages[number % len(pages)]
        if (status := _status(port, address, cookie)) != 200:
            raise Broken(f"{address} answers {status}. The web server says:\n{ground.log(name)}")
    time.sleep(1)
    at_rest = max(processes.resident(pid) for pid in processes.children(web.pid))
    ground.end()
    return [Figure(PART, f"at rest after {REQUESTS} pages", at_rest, "MiB", most=RESTING_MIB)]


def _signed_in(person: Person) -> str:
    with transaction():
        return f"{COOKIE}={confirmed_session(person, program.settings())}"


def _status(port: int, address: str, cookie: str) -> int:
    """The status of the answer; 0 while nothing listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return 0
    else:
        return answer.status
    finally:
        connection.close()
