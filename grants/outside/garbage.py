"""When Python looks for garbage: seldom, and never at what was there when the work began."""

from __future__ import annotations

import gc

EVERY = 500_000
"""Objects made and not yet given back before it looks. With the 700 of Python it looks often while a letter is printed,
and finds little: a letter leaves seven thousand."""


def leave_alone() -> None:
    """From now on, let the collector pass over all that is loaded, and come seldom. To be called once, before a fork.

    A collection in a forked child would write to every page that it shares with its parent.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(EVERY, 10, 10)
