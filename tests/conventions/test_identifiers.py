"""No identifier contains a word that had a meaning of its own in this code and has been replaced by a usual term."""

from __future__ import annotations

import ast

import pytest

from config import ROOT
from tests.conventions import identifiers


def test_no_identifier_contains_a_retired_word() -> None:
    found = {str(path.relative_to(ROOT)): names for path in identifiers.sources() if (names := identifiers.found(path))}

    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "def told(): ...",
        "async def ask_who(): ...",
        "class Say: ...",
        "def send(once): ...",
        "def send(*, seen_by): ...",
        "told = 1",
        "for told in (): ...",
        "row.told_at = 1",
        "send(told=1)",
        "import services as deeds",
        "from services import awards as deeds",
        "with open(path) as paper: ...",
        "try: ...\nexcept ValueError as told: ...",
        "match row:\n    case [told, *_]: ...",
        "[told for told in rows]",
        "(told := 1)",
        "AT_ONCE = 1",
        "class WhoMay: ...",
    ],
)
def test_each_way_of_giving_a_name_is_read(source: str) -> None:
    """Counter-test: one retired word in each kind of place."""
    names = [name for name, _ in identifiers.given(ast.parse(source)) if identifiers.retired(name, "")]

    assert len(names) == 1


@pytest.mark.parametrize(
    "source",
    [
        "output.tell()",
        "shutil.move(source, target)",
        "print('told once')",
        "def test_who_may_send_it_once(): ...",
        "whole = essays = remove = sayings = needles = 1",
        "order_by = group_by = unseen = 1",
    ],
)
def test_other_names_are_accepted(source: str) -> None:
    """Names of the libraries that are only used, sentences that name tests, and words that contain a retired one."""
    assert [name for name, _ in identifiers.given(ast.parse(source)) if identifiers.retired(name, "")] == []


def test_every_exception_is_in_use() -> None:
    used = {
        (name, path)
        for name, paths in identifiers.ALLOWED.items()
        for path in paths
        if name in {given for given, _ in identifiers.given(ast.parse((ROOT / path).read_text("utf-8")))}
    }

    assert used == {(name, path) for name, paths in identifiers.ALLOWED.items() for path in paths}
