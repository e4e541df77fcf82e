"""Pages read no facts from a case: it is built for guards, and holds what the reader must not see."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conventions import code

BUILDERS = ("case_of", "cases.of", "cases.together", "applications.case", "round_of", "applicant")
"""The functions that build cases and their parts without asking who reads them."""


def read(tree: ast.AST) -> Iterator[str]:
    """Every attribute that is read from a case, or from a part of one."""
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg) and _is_case(node.annotation)}
    names |= {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _builds(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (
            (isinstance(node.value, ast.Name) and node.value.id in names) or _builds(node.value)
        ):
            yield ast.unparse(node)


def _is_case(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation).endswith(("Case", "Applicant", "Round"))


def _builds(value: ast.expr) -> bool:
    """Whether the expression calls a builder, or replaces some facts of a case."""
    if not isinstance(value, ast.Call):
        return False
    called = ast.unparse(value.func)
    return called in BUILDERS or called.endswith("Case") or (called == "replace" and "case" in ast.unparse(value))


def test_pages_read_no_facts_from_cases() -> None:
    assert [
        (path, found) for path, tree in code.trees() if path.startswith("grants/web/") for found in read(tree)
    ] == []


def test_a_fact_that_is_read_from_a_case_is_found() -> None:
    """Counter-test: the page of an application once showed the grants that the guards count."""
    page = """
def facts(application: Application, case: ApplicationCase) -> list[Fact]:
    return [case.applicant.held_amounts]

def summary(application: Application) -> str:
    case = case_of(application, now())
    return case.round.envelope_left + round_of(application.call).most
"""

    assert sorted(read(ast.parse(page))) == ["case.applicant", "case.round", "round_of(application.call).most"]
