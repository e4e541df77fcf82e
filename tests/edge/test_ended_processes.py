"""A process of the web server that ends or is killed is replaced by another one."""

from __future__ import annotations

import os
import signal
import time

import pytest

from config import Settings
from tests.bench.processes import children
from tests.edge.serving import Web, served

pytestmark = pytest.mark.system
SECONDS = 20.0


PROCESSES = 2


def replaced(web: Web, number: int) -> bool:
    """Whether all processes are replaced after this signal, and answer. Waits until all have been started."""
    until = time.monotonic() + SECONDS
    while len(before := set(children(web.pid))) < PROCESSES and time.monotonic() < until:
        time.sleep(0.1)
    for pid in before:
        os.kill(pid, number)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        now = set(children(web.pid))
        if len(now) == PROCESSES and not now & before and web.ask("GET", "/health", seconds=3).status == 200:
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_processes_that_end_are_replaced(settings: Settings, number: int) -> None:
    with served(settings, processes=PROCESSES) as web:
        for _ in range(5):
            assert replaced(web, number)


def test_a_parent_with_signals_of_gevent_replaces_no_process(settings: Settings) -> None:
    """Counter-test: it does not notice that its processes have ended."""
    with served(settings, "tests.edge.wholly_patched:app", processes=PROCESSES) as web:
        assert not all(replaced(web, signal.SIGKILL) for _ in range(10))
