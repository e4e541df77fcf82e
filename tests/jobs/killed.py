"""The real worker or relay, which dies at a requested point: `python -m tests.jobs.killed FOLDER worker letters`.

A file FOLDER/<point> is a request: the process that reaches the point removes the file and kills itself with SIGKILL,
so that this happens once. The content of the file says which process dies: "me", "both" (RQ's parent first), or
"parent" (the orphan continues once a file FOLDER/go on exists). Leases and pauses are short, and one letter is enough
to warm up, so that a test takes seconds. While a file FOLDER/without again exists, the relay does not enqueue a row a
second time. While FOLDER/endless exists, printing does not end by itself, and there are only two attempts.
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
from grants.jobs import relay
from grants.outside.quarantine import Quarantine
from grants.outside.storage import Storage
from grants.services import outbox
from reports import samples
from reports.snapshots import Snapshot

POINTS = ("before the claim", "after the claim", "after rendering", "after the file is stored", "after finishing")
INSPECTING = ("after the upload is fetched", "after the copy is stored", "after the verdict")
RELAYING = "after enqueuing"
WITHOUT_AGAIN = "without again"
ENDLESS = "endless"
FOLDER = Path()
Patch = tuple[object, str, Any]
note_enqueued = outbox.enqueued


def reached(point: str) -> None:
    """Die here if that is requested."""
    try:
        principal = (FOLDER / point).read_text()
        (FOLDER / point).unlink()
    except FileNotFoundError:
        return
    if principal != "me":
        os.kill(os.getppid(), signal.SIGKILL)
    if principal != "parent":
        os.kill(os.getpid(), signal.SIGKILL)
    while not (FOLDER / "go on").exists():
        time.sleep(0.05)


def then(function: Callable[..., Any], point: str) -> Callable[..., Any]:
    """The function, with the point after it."""

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
    """Record the content of the queue; without the guard, as if the queue could never be lost."""
    outbox.AGAIN = timedelta(hours=1) if (FOLDER / WITHOUT_AGAIN).exists() else timedelta(seconds=1)
    note_enqueued(ids)


def render(snapshot: Snapshot, *, limited: bool = True) -> reports.Rendered:
    """Print, or swallow every Exception forever, as a library might; RQ's timeout then fires after one second."""
    from reports.printing import render as print_snapshot

    if not (FOLDER / ENDLESS).exists():
        return print_snapshot(snapshot, limited=limited)
    outbox.TRIES = 2
    signal.alarm(1)
    while True:
        try:
            time.sleep(0.05)
        except Exception:  # noqa: BLE001, S112 - to swallow it is the point
            continue


def begin(command: str) -> None:
    """Insert the points into the program and shorten its times."""
    own = in_worker() if command == "worker" else in_relay()
    for owner, name, value in (*own, (outbox, "LEASE", timedelta(seconds=2))):
        setattr(owner, name, value)


def in_worker() -> list[Patch]:
    """The changes to a worker. Only a worker imports the print engine, because that takes longest."""
    from grants.jobs import inspecting, printing, processing

    fetched, copied, decided = INSPECTING
    before_claim, after_claim, rendered, stored, finished = POINTS
    one = list(samples.all_kinds())[:1]
    return [
        (outbox, "claim", first(outbox.claim, before_claim)),
        (processing, "HANDLERS", {**processing.HANDLERS, "document": first(printing.print_document, after_claim)}),
        (reports, "render", then(render, rendered)),
        (Storage, "put", then(Storage.put, stored)),
        (Quarantine, "fetch", then(Quarantine.fetch, fetched)),
        (Storage, "put_file", then(Storage.put_file, copied)),
        (inspecting, "_record", then(inspecting._record, decided)),  # noqa: SLF001 - the point lies inside
        (processing, "work", then(processing.work, finished)),
        (outbox, "PAUSE", timedelta(milliseconds=100)),
        (samples, "all_kinds", lambda: one),
    ]


def in_relay() -> list[Patch]:
    """The changes to the relay."""
    return [
        (outbox, "enqueued", first(enqueued, RELAYING)),
        (relay, "run", functools.partial(relay.run, pause=0.2)),
    ]


if __name__ == "__main__":
    FOLDER = Path(sys.argv.pop(1))
    begin(sys.argv[1])
    main(prog_name="grants")
