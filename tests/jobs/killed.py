"""The real worker or relay, but it dies where it is told to: `python -m tests.jobs.killed FOLDER worker letters`.

A file FOLDER/<point> is a wish: whoever reaches the point takes the file away and kills itself with SIGKILL, so it
happens once. The file's word says who dies: "me", "both" (RQ's parent first), or "parent" (and the orphan goes on
as soon as there is a file FOLDER/go on). Leases and pauses are short and one letter is enough to warm up, so that a
test takes seconds. As long as there is a file FOLDER/without again, the relay does not enqueue a row a second time;
and as long as there is FOLDER/endless, printing does not end by itself, and two tries are all there are.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import reports
from grants.cli import main
from grants.jobs import doors, printing, relay
from grants.outside.storage import Storage
from grants.services import outbox
from reports import samples
from reports.printing import Rendered
from reports.snapshots import Snapshot

POINTS = ("before the claim", "after the claim", "after rendering", "after the file is stored", "after finishing")
RELAYING = "after enqueuing"
WITHOUT_AGAIN = "without again"
ENDLESS = "endless"
FOLDER = Path()
note_enqueued, print_snapshot = outbox.enqueued, reports.render


def reached(point: str) -> None:
    """Die here if that is wished."""
    try:
        who = (FOLDER / point).read_text()
        (FOLDER / point).unlink()
    except FileNotFoundError:
        return
    if who != "me":
        os.kill(os.getppid(), signal.SIGKILL)
    if who != "parent":
        os.kill(os.getpid(), signal.SIGKILL)
    while not (FOLDER / "go on").exists():
        time.sleep(0.05)


def then(function: Callable[..., Any], point: str) -> Callable[..., Any]:
    """The function, with the point behind it."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        reached(point)
        return answer

    return called


def first(function: Callable[..., Any], point: str) -> Callable[..., Any]:
    """The function, with the point before it."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        reached(point)
        return function(*args, **kwargs)

    return called


def enqueued(ids: Sequence[int]) -> None:
    """Note what stands in the queue; without the guard, as if it could never be lost."""
    outbox.AGAIN = timedelta(hours=1) if (FOLDER / WITHOUT_AGAIN).exists() else timedelta(seconds=1)
    note_enqueued(ids)


def render(snapshot: Snapshot) -> Rendered:
    """Print, or swallow every Exception for ever, as a library might; RQ's alarm then rings in a second."""
    if not (FOLDER / ENDLESS).exists():
        return print_snapshot(snapshot)
    outbox.TRIES = 2
    signal.alarm(1)
    while True:
        try:
            time.sleep(0.05)
        except Exception:  # noqa: BLE001, S112 - to swallow it is the point
            continue


def begin() -> None:
    """Put the points into the program, and shorten its times."""
    before_claim, after_claim, rendered, stored, finished = POINTS
    one = list(samples.all_kinds())[:1]
    patches: list[tuple[object, str, Any]] = [
        (outbox, "claim", first(outbox.claim, before_claim)),
        (doors, "DOORS", {**doors.DOORS, "document": first(printing.print_document, after_claim)}),
        (reports, "render", then(render, rendered)),
        (Storage, "put", then(Storage.put, stored)),
        (doors, "work", then(doors.work, finished)),
        (outbox, "enqueued", first(enqueued, RELAYING)),
        (outbox, "LEASE", timedelta(seconds=2)),
        (outbox, "PAUSE", timedelta(milliseconds=100)),
        (samples, "all_kinds", lambda: one),
        (relay, "run", functools.partial(relay.run, pause=0.2)),
    ]
    for owner, name, value in patches:
        setattr(owner, name, value)


if __name__ == "__main__":
    FOLDER = Path(sys.argv.pop(1))
    begin()
    main(prog_name="grants")
