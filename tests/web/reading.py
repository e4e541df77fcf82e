"""Helpers with which tests read pages about money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from grants.db import db, transaction
from grants.models import Account, Application, Conflict, Person, Posting
from tests import world

FIGURE = re.compile(r"</svg>\s*([\d,]+\.\d\d)</dt>\s*<dd>([a-z]+)")


def money_bar(response: TestResponse) -> dict[str, Decimal]:
    """The amounts below a money bar, by the first word of their sentence."""
    found = FIGURE.findall(response.get_data(as_text=True))
    return {word: Decimal(figure.replace(",", "")) for figure, word in found}


def words(response: TestResponse) -> str:
    """The text of a page, with plain spaces."""
    return " ".join(re.sub("<[^>]+>", " ", response.get_data(as_text=True)).split())


def titles(response: TestResponse) -> list[str]:
    """The titles of an inbox's tasks that contain the title used in tests."""
    return re.findall(r'<h2 class="small">(.*: fibre title)</h2>', response.get_data(as_text=True))


def ledger(column: Any, id: int) -> dict[str, Decimal]:
    """The balances computed from the postings themselves, by kind of account; `column` names the accounts' owner."""
    sums = (
        select(Account.kind, func.sum(Posting.amount))
        .join(Posting, Posting.account_id == Account.id)
        .where(column == id)
    )
    return {row[0]: row[1] for row in db.session.execute(sums.group_by(Account.kind))}


def conflict(person: Person, application: Application) -> None:
    """Let the person declare a conflict."""
    with transaction():
        db.session.add(Conflict(application_id=application.id, person_id=person.id, kinds="family"))
        world.recorded()


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every SQL statement sent by the block, except those that begin and end transactions.

    Counted before the cursor executes them; one that is executed for many sets of parameters counts once for each, and
    one INSERT with the values of many rows counts once.
    """
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.extend([statement] * (len(parameters) if isinstance(parameters, list) else 1))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
