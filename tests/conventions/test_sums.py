"""A query that adds amounts names the currency of the sum: amounts of different currencies are never added."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conventions.code import trees

AMOUNTS = {"amount", "spent", "total", "agreed", "asked", "unused"}
"""The columns that hold money."""
OF_ONE_ROW = {
    ("grants/queries/money/batches.py", "listed"),
    ("grants/queries/money/batches.py", "funds_to_pay"),
    ("grants/queries/calls.py", "_money"),
    ("grants/queries/cases/awards.py", "_used"),
    ("grants/queries/money/funds.py", "_sums"),
    ("grants/queries/reports.py", "paid"),
}
"""Sums for each batch, fund, call or award, which have one currency; the page takes it from that row."""


def silent(tree: ast.AST) -> Iterator[str]:
    """The functions that sum a column of money in SQL and say nothing of its currency."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef)
            and any(map(_adds_money, ast.walk(node)))
            and "currency" not in ast.unparse(_without_text(node))
        ):
            yield node.name


def _without_text(node: ast.FunctionDef) -> ast.Module:
    """The statements of the function; its docstring names no column."""
    return ast.Module(node.body[1:] if ast.get_docstring(node) else node.body, [])


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
    assert {(path, name) for path, tree in code for name in silent(tree)} == OF_ONE_ROW


def test_a_sum_over_all_currencies_is_found() -> None:
    assert list(silent(ast.parse("def held(): return select(func.sum(Award.amount)).where(mine)"))) == ["held"]


def test_a_docstring_does_not_name_the_currency_of_a_sum() -> None:
    held = '''def held():
    """All amounts, whatever the currency."""
    return select(func.sum(Award.amount)).where(mine)'''

    assert list(silent(ast.parse(held))) == ["held"]
