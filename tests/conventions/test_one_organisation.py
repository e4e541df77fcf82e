"""No code compares the ids of organisations: an organisation that was entered twice has two.

What belongs to an organisation is asked with `is_one_with`. `Principal.organisations` has every entry already, so that
comparisons with it are right. What is about one entry alone is listed here with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from config import ROOT

LAYERS = ("access", "queries", "services", "jobs", "forms", "web", "cli", "demo")
OWN = "every entry of the reader's organisations"
ENTRIES = "every entry of each organisation"
TIME = "more time is given to the drafts of one entry"
ROW = "legal details and verifications are of one entry"
MEMBERSHIP = {"in_", "not_in"}
MORE_TIME = "MoreTime.organisation_id == Application.organisation_id"
ALONE = {
    ("access/principals.py", "Application.organisation_id.in_(own)"): OWN,
    ("access/rights.py", "Membership.organisation_id.in_(all_of)"): ENTRIES,
    ("access/visibility.py", "OrganisationDocument.organisation_id.in_(own)"): OWN,
    ("queries/applications/drafts.py", MORE_TIME): TIME,
    ("queries/applications/listing.py", "Application.organisation_id.in_(_region(filters.region))"): "of a region",
    ("queries/applications/statuses.py", MORE_TIME): TIME,
    ("queries/cases/calls.py", "MoreTime.organisation_id == organisation_id"): TIME,
    ("queries/cases/circumstances.py", MORE_TIME): TIME,
    ("queries/history.py", "MoreTime.organisation_id.in_(apart)"): TIME,
    ("queries/profiles.py", "Profile.organisation_id == organisation.id"): ROW,
    ("services/calls.py", "draft.organisation_id == organisation.id"): TIME,
    ("services/calls.py", "draft.organisation_id == given.organisation_id"): TIME,
    ("services/locking.py", "Application.organisation_id.in_(_entries(organisations))"): ENTRIES,
    ("services/verifications.py", "Verification.organisation_id == organisation.id"): ROW,
}
"""Comparisons that are right as they stand: module, comparison and the reason."""


def compared(text: str) -> Iterator[str]:
    """The comparisons of ids of organisations in a program."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MEMBERSHIP:
            sides = [node.func.value, *node.args]
        else:
            continue
        texts = [ast.unparse(side) for side in sides]
        if not any(_is_id(side) for side in sides) or any(_is_safe(one) for one in texts):
            continue
        yield ast.unparse(node)


def _is_id(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).endswith("organisation_id")


def _is_safe(side: str) -> bool:
    """A join with the row of the entry itself, the entries of a principal, and no organisation at all."""
    return side in {"Organisation.id", "None"} or side.endswith(".organisations")


def found() -> set[tuple[str, str]]:
    """The comparisons, each with its module."""
    paths = sorted(path for layer in LAYERS for path in (ROOT / "grants" / layer).rglob("*.py"))
    read = ((str(path.relative_to(ROOT / "grants")), path.read_text("utf-8")) for path in paths)
    return {(path, comparison) for path, text in read for comparison in compared(text)}


def test_every_comparison_of_ids_has_its_reason() -> None:
    assert found() == ALONE.keys()


def test_a_comparison_is_found() -> None:
    written = "select(A).where(A.organisation_id == owner, B.organisation_id.in_(ids))"

    assert list(compared(written)) == ["A.organisation_id == owner", "B.organisation_id.in_(ids)"]
    assert list(compared("A.organisation_id == Organisation.id")) == []
