"""The expected results: `table.txt` as rows, and the actual results of a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from grants.demo.page_reader import Form
from grants.web.site.idempotency import new_key
from tests.access.cast import ACTORS
from tests.access.forms import SENT, First, Sent
from tests.access.stage import REDIRECTS, Stage

TEXT = Path(__file__).with_name("table.txt")
MEANING = {"+": "succeeds", "3": "403", "4": "404", "1": "401", "s": "is led to the sign-in"}
FAILED = {409: "9", 422: "2"}
"""Results that no row may have: a wrong step or an incomplete form proves nothing about the permission."""


@dataclass(frozen=True)
class Row:
    """One endpoint and method at one path, with the expected result for each actor."""

    endpoint: str
    method: str
    path: str
    verdicts: str

    @property
    def id(self) -> str:
        """The name in test reports."""
        return f"{self.method} {self.path}"

    @property
    def allowed(self) -> tuple[str, ...]:
        """The actors who are permitted."""
        return tuple(actor for actor, verdict in zip(ACTORS, self.verdicts, strict=True) if verdict == "+")

    @property
    def refused(self) -> tuple[str, ...]:
        """The actors who are refused."""
        return tuple(actor for actor in ACTORS if actor not in self.allowed)

    @property
    def noun(self) -> str:
        """The folder of the view."""
        return self.endpoint.partition(".")[0]


def named(rows: Iterable[Row]) -> list[pytest.ParameterSet]:
    """The rows as cases of a test."""
    return [pytest.param(row, id=row.id) for row in rows]


@cache
def rows() -> tuple[Row, ...]:
    """Every row of the table."""
    found = []
    for line in TEXT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            endpoint, method, path, *verdicts = line.split()
            found.append(Row(endpoint, method, path, "".join(verdicts)))
    return tuple(found)


def replay(stage: Stage, row: Row, actors: Iterable[str] = ACTORS) -> str:
    """The actual results, in the order of the actors."""
    call = page if row.method == "GET" else attempt
    return "".join(verdict(call(stage, row, actor), row) for actor in actors)


def attempt(stage: Stage, row: Row, actor: str, data: dict[str, Any] | None = None) -> TestResponse:
    """The response to an actor who requests the row's path with this form, or with a valid one."""
    given = form(stage, row, actor) if data is None else data
    return stage.call(actor, row.method, stage.filled(row.path), given)


def page(stage: Stage, row: Row, actor: str) -> TestResponse:
    """The response to an actor who opens the row's page, requested once; not for tests that remove a guard."""
    if (row.path, actor) not in stage.pages:
        stage.pages[row.path, actor] = attempt(stage, row, actor)
    return stage.pages[row.path, actor]


def form(stage: Stage, row: Row, actor: str) -> dict[str, Any]:
    """The form of the actor, or of the first permitted actor if this one has none."""
    sent = SENT.get(row.path)
    if row.method == "GET" or sent is None or not row.allowed:
        return {}
    fields = {stage.filled(name): stage.filled(v) if isinstance(v, str) else v for name, v in sent.fields.items()}
    if not sent.page:
        return {"idempotency_key": new_key()} | fields
    shown = _shown(stage, row, sent, actor if actor in row.allowed else row.allowed[0])
    chosen = {
        name: shown.offered[name][0] for name, value in fields.items() if value is First and name in shown.offered
    }
    return shown.fields | {name: value for name, value in fields.items() if value is not First} | chosen


def _shown(stage: Stage, row: Row, sent: Sent, reader: str) -> Form:
    """The form on its page as the reader sees it, requested once."""
    if (row.path, reader) not in stage.forms:
        page = stage.read(reader, stage.filled(sent.page))
        stage.forms[row.path, reader] = page.form(stage.filled(sent.action or row.path))
    return stage.forms[row.path, reader]


def verdict(answer: TestResponse, row: Row) -> str:
    """One letter of the table; other results than success and refusal have letters of their own."""
    code = answer.status_code
    if code in REDIRECTS:
        return "s" if "/sign-in" in answer.location and "/sign-in" not in row.path else "+"
    if code in FAILED:
        return FAILED[code]
    return {401: "1", 403: "3", 404: "4"}.get(code, "+" if 200 <= code < 300 else "?")
