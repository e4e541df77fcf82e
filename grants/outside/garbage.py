"""When Python looks for garbage: seldom, and never at what was there when the work began."""

from __future__ import annotations

import gc

SELDOM = 50_000
"""Objects made and not yet given back before it looks. With Python's own 700 it looks many times for each page."""
HARDLY_EVER = 500_000
"""The same for a process that soon ends, and gives back everything then; it may be 100 MiB larger until it looks."""


def leave_alone() -> None:
    """From now on, let the collector pass over all that is loaded, and come seldom. To be called once, before a fork.

    A collection in a forked child would write to every page that it shares with its parent.
    """
    gc.collect()
    gc.freeze()
    look_after(SELDOM)


def look_after(objects: int) -> None:
    """Let the collector come whenever so many objects more are there than when it came last."""
    gc.set_threshold(objects, 10, 10)
