"""Somebody loses a role, or what a page offered them, and still tries what they began."""

from __future__ import annotations

from collections.abc import Callable

from grants.db import transaction
from grants.services.refusals import Refused
from tests.money.conftest import Copies

Losses = dict[str, tuple[Callable[[], None], Callable[[], None]]]
"""How a person loses something, and what they still try."""


def attempted(
    copies: Copies, source: str, state: Callable[[], object], *commands: Callable[[], None]
) -> tuple[str, bool]:
    """Run the commands one after another on a copy of the database.

    Returns why the last one was refused, else nothing, and whether it changed the state.
    """
    *earlier, last = commands
    with copies(source) as app, app.app_context():
        for command in earlier:
            with transaction():
                command()
        before, reason = state(), ""
        try:
            with transaction():
                last()
        except Refused as refused:
            reason = str(refused.reasons[0])
        return reason, state() != before
