"""Every name that the source code gives to something, and the words it consists of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from config import ROOT
from tests.conventions import code

RETIRED = {
    "asks": "a guard, or fields", "deed": "effect", "deeds": "effects", "does": "effect", "duties": "tasks",
    "duty": "task", "lacks": "missing", "move": "transition", "moves": "transitions", "needs": "guards",
    "once": "idempotency", "paper": "document", "papers": "documents", "repeats": "idempotency", "said": "Message",
    "saving": "transaction()", "say": "Message", "says": "Message", "seen": "visible()", "shell": "a frame",
    "spoken": "Message", "standing": "status", "stating": "autocommit()", "stood": "the earlier step or status",
    "tells": "notifies", "told": "notifies", "who": "Principal or Actor", "within": "time_limit",
}  # fmt: skip
"""Words that the code used in a meaning of its own, each with the term of the field that took its place."""

ALLOWED: dict[str, frozenset[str]] = {
    # the standing of a chapter with its parent organisation
    "Standing": frozenset({"workflows/cases.py"}),
    "standing": frozenset(
        {
            "grants/models/organisations.py", "grants/queries/cases/organisations.py", "workflows/cases.py",
            "workflows/rules/applicants.py", "tests/web/test_eligibility.py", "tests/workflows/test_call_rules.py",
        }
    ),
    # fields of the award letter's snapshots, which are stored
    "Duty": frozenset({"reports/snapshots/letters.py"}),
    "deed": frozenset(
        {
            "grants/services/letters.py", "reports/snapshots/letters.py", "tests/reports/examples.py",
            "tests/reports/test_award_letter.py", "tests/reports/test_snapshots.py",
            "tests/reports/test_untranslated.py",
        }
    ),
    "duties": frozenset(
        {
            "grants/services/letters.py", "reports/snapshots/letters.py", "tests/reports/examples.py",
            "tests/reports/test_award_letter.py", "tests/reports/test_untranslated.py",
        }
    ),
}  # fmt: skip
"""Names that contain such a word all the same, and the files that may use them."""

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def sources() -> list[Path]:
    """Every Python file of the product and of the tests, except generated ones."""
    return [*code.python(), *code.tests()]


def given(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(name, line) of everything that is named: definitions, arguments, variables, attributes, keywords, aliases.

    The name of a test is a sentence and is left out.
    """
    for node in ast.walk(tree):
        for name in _names(node):
            if not name.startswith("test_"):
                yield name, getattr(node, "lineno", 0)


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.keyword(arg=str(name)) | ast.alias(asname=str(name)):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def words(name: str) -> set[str]:
    """The words of a name, in small letters, split at underscores and capitals."""
    return {word.lower() for word in WORD.findall(name)}


def retired(name: str, path: str) -> set[str]:
    """The retired words in a name of this file."""
    return set() if path in ALLOWED.get(name, ()) else words(name) & set(RETIRED)


def found(path: Path) -> dict[str, int]:
    """The names with a retired word in a file, each with the first line where it is given; also the file's own name."""
    relative = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [*given(tree), *([] if path.stem.startswith("test_") else [(path.stem, 0)])]
    return {name: line for name, line in reversed(names) if retired(name, relative)}
