"""A query that adds amounts names the currency of the sum: amounts of different currencies are never added."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conventions.code import trees

AMOUNTS = {"amount", "spent", "total", "agreed", "asked", "unused"}
"""The columns that hold money."""


def silent(tree: ast.AST) -> Iterator[str]:
    """The functions that sum a column of money in SQL and say nothing of its currency."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef)
            and any(map(_adds_money, ast.walk(node)))
            and "currency" not in ast.unparse(node)
        ):
            yield node.name


def _adds_money(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "func.sum"
        and isinstance(node.args[0], ast.Attribute)
        and node.args[0].attr in AMOUNTS
    )


def test_every_sum_of_amounts_names_its_currency() -> None:
    code = [(path, tree) for path, tree in trees() if path.startswith("grants/")]

    assert sum(_adds_money(node) for _, tree in code for node in ast.walk(tree)) >= 8
    assert [(path, name) for path, tree in code for name in silent(tree)] == []


def test_a_sum_over_all_currencies_is_found() -> None:
    assert list(silent(ast.parse("def held(): return select(func.sum(Award.amount)).where(mine)"))) == ["held"]
