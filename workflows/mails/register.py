"""The register of mails: every mail that the system can send, found where it is declared.

The mails of transitions stand in the rows of the flows. All others are constants of the modules of this package and of
`workflows.flows.notifications`, with a key of their own.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from workflows import mails
from workflows.engine.flow import Flow, Notification, Transition
from workflows.engine.roles import ROLES
from workflows.flows import notifications
from workflows.flows.standard import FLOWS


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail of the register. part: of the product that declares it. occasion: when it is sent. to: its recipients."""

    key: str
    part: str
    occasion: str
    to: str
    notification: Notification


@cache
def entries() -> tuple[Entry, ...]:
    """Every mail, by its part. Raises ValueError for a key that two mails have."""
    found = (*_of_flows(), *_of_modules())
    keys = [one.key for one in found]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"mails with the same key: {', '.join(twice)}")
    return found


@cache
def notifications_of_all() -> frozenset[Notification]:
    """Every mail as it is declared."""
    return frozenset(one.notification for one in entries())


def _of_flows() -> Iterator[Entry]:
    """The mails of transitions; those that several flows of applications share, once."""
    listed: set[tuple[str, Notification]] = set()
    for flow in FLOWS:
        for row in flow.transitions:
            for number, one in enumerate(row.notifies, 1):
                if (row.title, one) not in listed:
                    listed.add((row.title, one))
                    yield Entry(_key(flow, row, number), flow.name, f"“{row.title}”", whom(one), one)


def _key(flow: Flow, row: Transition, number: int) -> str:
    stage = f".{row.stage}" if row.stage else ""
    again = f".{number}" if number > 1 else ""
    return f"{flow.name}.{row.key}{stage}.{row.source[0]}{again}".replace(" ", "_")


def _of_modules() -> Iterator[Entry]:
    """The mails with a key of their own, each by the first module that has it: others import it."""
    listed: set[Notification] = set()
    names = sorted(f"{mails.__name__}.{one.name}" for one in pkgutil.iter_modules(mails.__path__))
    for module in (notifications, *map(import_module, names)):
        for one in vars(module).values():
            if isinstance(one, Notification) and one.key and one not in listed:
                listed.add(one)
                part = module.__name__.rpartition(".")[2]
                yield Entry(one.key, part, one.occasion, whom(one), one)


def whom(one: Notification) -> str:
    """The recipients of a mail, in words."""
    return one.whom or str(ROLES[one.to])
