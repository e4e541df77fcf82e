"""The project's own source files, parsed for the tests of this package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config import ROOT

FOLDERS = ("grants", "workflows", "reports")
NOT_WRITTEN = ("migrations", "translations", "reference", "data")


def python() -> list[Path]:
    """Every Python file of the product, except generated ones."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted([*(p for p in files if not set(p.parts) & set(NOT_WRITTEN)), ROOT / "config.py", ROOT / "wsgi.py"])


def templates() -> list[Path]:
    """Every template."""
    return sorted((ROOT / "templates").rglob("*.html"))


def static() -> list[Path]:
    """Every stylesheet and script of the pages."""
    return sorted(path for path in (ROOT / "grants" / "static").rglob("*") if path.suffix in {".css", ".js"})


def print_styles() -> list[Path]:
    """Every stylesheet of the printed documents."""
    return sorted((ROOT / "templates").rglob("*.css"))


def tests() -> list[Path]:
    """Every Python file of the tests."""
    return sorted((ROOT / "tests").rglob("*.py"))


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    """(path from the root, syntax tree) of every Python file of the product; the trees must not be changed."""
    return tuple((str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in python())


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, number of lines) of every function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def assigned(tree: ast.Module, attribute: str) -> Iterator[int]:
    """The lines where an attribute of that name is set on an object other than `self`."""
    for node in ast.walk(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign | ast.AugAssign)
            else []
        )
        for target in (part for whole in targets for part in ast.walk(whole)):
            if isinstance(target, ast.Attribute) and target.attr == attribute:
                yield target.lineno


def calls(tree: ast.Module, *names: str) -> Iterator[int]:
    """The lines where one of these functions is called, by dotted name."""
    last = {name.rpartition(".")[2] for name in names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", None))
            if called in last and ast.unparse(node.func) in names:
                yield node.lineno
