"""Every page of the table of access needs few statements, for every reader and at every step of its object.

Lists of growing length have their own test, `tests/web/test_growing.py`. Not counted here is the figure beside
“Your tasks”, which the stage leaves out.
"""

from __future__ import annotations

import pytest

from grants.web.site import authorization
from tests.access.stage import Stage
from tests.access.table import Row, named, rows
from tests.bench.lists import statements

pytestmark = pytest.mark.sweep

MOST, MOST_OF_DETAILS = 12, 17
"""One statement of the pages of applicants is for the officer whom they name, and one of an agreement for contacts."""
DETAILS = {"applications.show", "awards.show", "organisations.show"}
"""The pages that show a whole application, a whole award or a whole organisation."""
PAGES = [row for row in rows() if row.method == "GET" and row.endpoint not in {"static", "assets.show"}]
STEPS = [
    *(f"/applications/{{{name}}}" for name in ("asked", "checked", "panel", "decision", "triage", "urgent", "offered")),
    *(f"/awards/{{{name}}}" for name in ("offered_award", "half_award", "conditional_award", "left_award")),
    *(f"/batches/{{{name}}}" for name in ("approved_batch", "released_batch")),
    "/reports/{received}",
]
"""Pages of the table about objects at other steps."""
SIDES = [
    ("own", "off", "fin", "rev"),
    pytest.param(("conf", "app", "offc", "finc", "aud", "adm"), marks=pytest.mark.sweep, id="others"),
]
"""A reader of each side, and the others, who have conflicts of interest, limited roles or further permissions."""


def asked(stage: Stage, path: str, reader: str) -> int:
    """The number of statements of the page when it is opened for the second time; 0 if the reader may not open it."""
    stage.call(reader, "GET", path)
    with statements() as sent:
        answer = stage.call(reader, "GET", path)
    return len(sent) if answer.status_code == 200 else 0


@pytest.mark.parametrize("readers", SIDES)
@pytest.mark.parametrize("row", named(PAGES))
def test_a_page_needs_few_statements(stage: Stage, row: Row, readers: tuple[str, ...]) -> None:
    most = MOST_OF_DETAILS if row.endpoint in DETAILS else MOST

    counted = {reader: asked(stage, stage.filled(row.path), reader) for reader in row.allowed if reader in readers}

    assert {reader: count for reader, count in counted.items() if count > most} == {}


@pytest.mark.parametrize("readers", SIDES)
@pytest.mark.parametrize("path", STEPS)
def test_a_page_needs_few_statements_at_every_step(stage: Stage, path: str, readers: tuple[str, ...]) -> None:
    most = MOST_OF_DETAILS if path.startswith(("/applications", "/awards")) else MOST

    counted = {reader: asked(stage, stage.filled(path), reader) for reader in readers}

    assert max(counted.values()) > 0
    assert {reader: count for reader, count in counted.items() if count > most} == {}


def test_a_page_that_asks_twice_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: without the answers kept for a page, a batch asks for its calls again and again."""
    few = asked(stage, stage.filled("/batches/{batch}"), "finc")
    monkeypatch.setattr(authorization, "begin_page", lambda: None)

    assert asked(stage, stage.filled("/batches/{batch}"), "finc") > few
