"""Views hand their templates named objects, not dictionaries."""

from __future__ import annotations

import ast

import pytest

from tests.conventions import code

MOST = 5


def untyped(tree: ast.Module) -> list[str]:
    """The functions that return dictionaries with values of any type, alone or in a list, a tuple or a union."""
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.returns and "dict[str, Any]" in ast.unparse(node.returns)
    ]


def test_pages_are_made_from_view_models() -> None:
    found = [(path, name) for path, tree in code.trees() if path.startswith("grants/web/") for name in untyped(tree)]

    assert len(found) <= MOST, found


@pytest.mark.parametrize("returns", ["dict[str, Any]", "list[dict[str, Any]]", "dict[str, Any] | None"])
def test_a_dictionary_is_found(returns: str) -> None:
    """Counter-test: alone, in a list, and where there may be none."""
    assert untyped(ast.parse(f"def rows() -> {returns}: ...")) == ["rows"]
