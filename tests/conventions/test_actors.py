"""Views get their actors from the access control, which looks at the row or the place; they do not make their own."""

from __future__ import annotations

import ast

from config import ROOT

ALLOWED = {"grants/web/applications/eligibility.py", "grants/web/failures/routes.py"}
"""An applicant who starts a draft acts for an organisation chosen from their own.

Whoever retries a failed job acts in the first role in which they see it: a job has no row that a role could be on.
"""


def makers(source: str) -> list[int]:
    """The lines that make an actor."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Actor"
    ]


def test_no_view_makes_its_own_actor() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted((ROOT / "grants/web").rglob("*.py"))
        if (lines := makers(path.read_text(encoding="utf-8")))
    }

    assert {path: lines for path, lines in found.items() if path not in ALLOWED} == {}


def test_an_actor_that_a_view_makes_is_found() -> None:
    """Counter-test: an actor created as the view for contributions once did, for any person."""
    assert makers("actor = Actor(person=principal().id, role=Role.FINANCE)") == [1]
