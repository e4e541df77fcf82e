"""The clock, the relay and the sealer go on after whatever one turn of them raises because of a row."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import ConnectionError as NoQueue
from sqlalchemy.exc import OperationalError

from grants.db import ConstraintViolated
from grants.jobs import clock, relay, sealing
from grants.jobs.program import FAULTS

RAISED: list[Exception] = [
    OperationalError("", None, Exception("no connection")),
    ConstraintViolated("history_pkey"),
    *(fault("a row") for fault in FAULTS),
]
"""What a turn raises one after the other."""


class Turns:
    """Turns of a program that each raise one of these; then the program is told to end."""

    anchors = None

    def __init__(self, raised: list[Exception]) -> None:
        self.left = list(raised)

    def turn(self, *_: object) -> None:
        """One turn."""
        if self.left:
            raise self.left.pop()
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Restore the handlers of the signals that the programs set."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run_clock(app: Flask, turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the clock with these turns."""
    monkeypatch.setattr(clock, "tick", turns.turn)
    clock.run(app, pause=0.001)


def run_relay(app: Flask, turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the relay with these turns."""
    monkeypatch.setattr(relay, "turn", turns.turn)
    with Redis() as unused:
        relay.run(app, unused, pause=0.001)


def run_sealer(app: Flask, turns: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the sealer with these turns."""
    sealing.run(app, turns, pause=0.001)


PROGRAMS = {"clock": (run_clock, []), "relay": (run_relay, [NoQueue()]), "sealer": (run_sealer, [sealing.NotSealed()])}


@pytest.mark.parametrize(("run", "besides"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_goes_on_and_logs_each_failure(
    app: Flask,
    run: Callable[[Flask, Turns, pytest.MonkeyPatch], None],
    besides: list[Exception],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    raised = [*RAISED, *besides]
    turns = Turns(raised)

    run(app, turns, monkeypatch)

    assert turns.left == []
    assert len([one for one in caplog.records if one.message.startswith(("waiting: ", "nothing was"))]) == len(raised)


@pytest.mark.parametrize(("run", "besides"), PROGRAMS.values(), ids=PROGRAMS)
def test_an_error_of_another_kind_ends_it(
    app: Flask,
    run: Callable[[Flask, Turns, pytest.MonkeyPatch], None],
    besides: list[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counter-test: nothing else in these loops catches what a turn raises."""
    with pytest.raises(EOFError):
        run(app, Turns([EOFError()]), monkeypatch)
