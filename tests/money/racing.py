"""Several people act at the same instant, each on a separate connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from flask import Flask

from grants.db import ConstraintViolated, transaction
from grants.services.transitions import Refused, Stale

Deed = Callable[[], object]
DONE = "done"


def together(app: Flask, deeds: Sequence[Deed]) -> list[object]:
    """Run all commands at once, each in a thread and a transaction of its own.

    A command reads what it needs when it is called and returns a function to run in the transaction; the barrier is
    between the two. Returns for each command DONE, or the Refused, Stale or Broken that it raised.
    """
    barrier = threading.Barrier(len(deeds))
    outcomes: list[object] = [None] * len(deeds)

    def run(at: int, deed: Deed) -> None:
        with app.app_context():
            do = deed()
            barrier.wait(20)
            try:
                with transaction():
                    assert callable(do)
                    do()
                outcomes[at] = DONE
            except (Refused, Stale, ConstraintViolated) as error:
                outcomes[at] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
