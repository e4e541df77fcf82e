"""Greenlets of the web server: a request that waits for its client or for the database stops no other one."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import gevent
from gevent import monkey


class TooLate(ImportError):
    """A module that had to be patched first has been imported already."""


def patch() -> None:
    """Let sockets, locks and pauses give way to other requests; call it before the application is imported.

    Signals, forks and queues stay as they are, because gunicorn's parent process loads the application: with those of
    gevent it would not notice that one of its processes has ended, and would start no other. gunicorn patches them in
    each process that it starts.

    Does nothing the second time. Raises TooLate if psycopg has been imported: it chooses how to wait for the server
    when it is imported, and then every query would stop the whole process.
    """
    if monkey.is_module_patched("socket"):
        return
    if "psycopg" in sys.modules:
        raise TooLate("psycopg was imported before gevent patched the process, so one query would stop all pages.")
    monkey.patch_all(os=False, signal=False, queue=False)
    warnings.filterwarnings("ignore", "Patching more than once", monkey.MonkeyPatchWarning)


def aside(function: Callable[..., Any], *args: Any) -> Any:
    """The result of a long calculation, for which other requests do not have to wait: a thread makes it.

    The function must release the interpreter's lock while it calculates. In a process without greenlets it is called
    directly.
    """
    if not monkey.is_module_patched("threading"):
        return function(*args)
    return gevent.get_hub().threadpool.apply(function, args)


def aside_at_most(seconds: float, function: Callable[[], Any]) -> Any:
    """The result of a function that waits for the system, such as for a disk; raises TimeoutError after these seconds.

    A thread waits for it, and goes on waiting afterwards. In a process without greenlets it is called directly.
    """
    if not monkey.is_module_patched("threading"):
        return function()
    try:
        return gevent.get_hub().threadpool.spawn(function).get(timeout=seconds)
    except gevent.Timeout as late:
        raise TimeoutError from late
