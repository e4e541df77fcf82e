"""Several people act at the same instant, each on a separate connection."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from grants.db import ConstraintViolated, db, transaction
from grants.models import Head
from grants.services import locking
from grants.services.refusals import Refused, Stale

Command = Callable[[], object]
DONE = "done"
ROUNDS = int(os.environ.get("GRANTS_TEST_ROUNDS", "10"))
"""How often a race over money is repeated; `make campaign` repeats it fifty times. At most fifty."""


def unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold nothing, so that what was read before counts; for the counter-tests that show the damage.

    Only the heads of histories are locked, when an event is written, so that the harm is not hidden by a broken chain.
    """
    monkeypatch.setattr(locking, "hold", lambda *_, **__: None)
    monkeypatch.setattr(locking, "hold_draft", lambda *_, **__: None)
    monkeypatch.setattr(locking, "require", lambda _: None)
    monkeypatch.setattr(locking, "counting", lambda _: None)
    monkeypatch.setattr(locking, "head", _head)


def _head(subject: str, subject_id: int) -> Head | None:
    wanted = select(Head).filter_by(subject=subject, subject_id=subject_id).with_for_update()
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def together(app: Flask, commands: Sequence[Command]) -> list[object]:
    """Run all commands at once, each in a thread and a transaction of its own.

    A command reads what it needs when it is called and returns a function to run in the transaction; the barrier is
    between the two. Returns for each command DONE, or the Refused, Stale or Broken that it raised.
    """
    barrier = threading.Barrier(len(commands))
    outcomes: list[object] = [None] * len(commands)

    def run(at: int, command: Command) -> None:
        with app.app_context():
            do = command()
            barrier.wait(20)
            try:
                with transaction():
                    assert callable(do)
                    do()
                outcomes[at] = DONE
            except (Refused, Stale, ConstraintViolated) as error:
                outcomes[at] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(commands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
