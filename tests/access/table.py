"""The expected verdicts: reads `table.txt` into rows and replays a row against the application."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.access.cast import ACTORS, Stage
from tests.browser import anonymous

TEXT = Path(__file__).with_name("table.txt")
MEANING = {"+": "comes in", "3": "403", "4": "404", "1": "401", "s": "is led to the sign-in"}


@dataclass(frozen=True)
class Row:
    """One endpoint and method at one address, with the verdict for every actor."""

    endpoint: str
    method: str
    path: str
    verdicts: str

    @property
    def id(self) -> str:
        """The id of the row in test reports."""
        return f"{self.method} {self.path}"


@cache
def rows() -> tuple[Row, ...]:
    """All rows of the table."""
    found = []
    for line in TEXT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            endpoint, method, path, *verdicts = line.split()
            found.append(Row(endpoint, method, path, "".join(verdicts)))
    return tuple(found)


def replay(stage: Stage, row: Row) -> str:
    """The actual verdicts, in the order of ACTORS."""
    return "".join(_verdicts(stage, row))


def holds(stage: Stage, row: Row) -> bool:
    """Whether all verdicts are as expected; stops at the first that is not."""
    return all(real == wanted for real, wanted in zip(_verdicts(stage, row), row.verdicts, strict=True))


def _verdicts(stage: Stage, row: Row) -> Iterator[str]:
    path = row.path
    for name, number in stage.numbers.items():
        path = path.replace("{" + name + "}", number)
    return (_verdict(stage, actor, row, path) for actor in ACTORS)


def _verdict(stage: Stage, actor: str, row: Row, path: str) -> str:
    """The verdict of one request.

    POSTs are sent without fields: an actor who is let in gets a validation error, and no data that other rows need is
    changed.
    """
    if row.endpoint == "failures.again":
        stage.bury()
    # Signing out would end the session for every row, so that page is requested without a session.
    browser = anonymous(stage.app) if path == "/sign-out" else stage.browsers[actor]
    answer = browser.open(path, method=row.method)
    answer.close()
    if answer.status_code in {301, 302, 303, 307, 308}:
        return "s" if "/sign-in" in answer.location and "/sign-in" not in path else "+"
    return {401: "1", 403: "3", 404: "4"}.get(answer.status_code, "+")
