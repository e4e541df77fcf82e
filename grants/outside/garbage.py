"""Thresholds of the garbage collector for long-lived processes and for short-lived children."""

from __future__ import annotations

import gc

SELDOM = 20_000
"""Allocations minus deallocations that start a collection. Python's default of 700 starts many for each page."""
HARDLY_EVER = 500_000
"""The same for a process that ends soon and frees its memory then; it can grow by 100 MiB until a collection."""


def leave_alone() -> None:
    """Exclude all objects that exist now from collection, and collect rarely. Call once, before forking.

    A collection in a forked child would write to every memory page that it shares with its parent.
    """
    gc.collect()
    gc.freeze()
    look_after(SELDOM)


def look_after(objects: int) -> None:
    """Start a collection after this many net allocations since the last one."""
    gc.set_threshold(objects, 10, 10)
