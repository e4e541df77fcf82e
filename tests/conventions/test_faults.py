"""The page of the faults of the first release names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache

from config import ROOT

TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?")
PAGE = ROOT / "docs" / "faults.md"


@cache
def functions(path: str) -> frozenset[str]:
    """The names of the tests of a file; none if there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef))


def missing(text: str) -> list[str]:
    """The tests that the text names and that do not exist."""
    return [f"{path}::{name}" for path, name in TEST.findall(text) if name and name not in functions(path)]


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the tables, without their heads."""
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [cells for cells in lines if cells[0].strip() != "fault" and set(cells[0]) != {"-", "|"}]


def test_every_test_of_a_fault_exists() -> None:
    text = PAGE.read_text("utf-8")

    assert len(TEST.findall(text)) >= 30
    assert missing(text) == []


def test_every_fault_has_what_was_observed_a_mechanism_and_a_test() -> None:
    found = rows(PAGE.read_text("utf-8"))

    assert len(found) >= 25
    assert [cells[0] for cells in found if len(cells) != 4 or not all(map(str.strip, cells))] == []
    assert [cells[0] for cells in found if "`tests/" not in cells[3] and "the same" not in cells[3]] == []


def test_a_test_that_does_not_exist_is_noticed() -> None:
    """Counter-test: a function that was renamed, and a file that was moved."""
    text = "`tests/conventions/test_faults.py::test_renamed`, `tests/nowhere/test_moved.py::test_it`"

    assert missing(text) == ["tests/conventions/test_faults.py::test_renamed", "tests/nowhere/test_moved.py::test_it"]
