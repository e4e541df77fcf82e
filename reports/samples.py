"""One small snapshot per kind and language, printed to warm up a worker; the data is invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

from reports.snapshots import Snapshot, parse
from reports.snapshots.facts import Language

_DAY = date(2026, 1, 1)
_LETTER: dict[str, Any] = {
    "number": "L-0",
    "issued_on": _DAY,
    "recipient": {"name": "A", "attention": "B", "address": ["C"]},
    "project": "Project",
    "call": "Call",
    "reference": "R-0",
    "code": "0" * 13,
    "check_url": "https://example.org/v/0",
    "contact": {"name": "D", "title": "E"},
}
_SIGNED = {**_LETTER, "signatory": {"name": "F", "title": "G"}}
_KINDS: tuple[dict[str, Any], ...] = (
    {
        **_SIGNED,
        "kind": "award_letter",
        "amount": Decimal("1234.50"),
        "currency": "USD",
        "months": 12,
        "starts_on": _DAY,
        "ends_on": date(2026, 12, 31),
        "reviewers_count": 2,
        "instalments": [{"number": 1, "amount": Decimal("1234.50"), "conditions": [{"key": "agreement_signed"}]}],
        "duties": [{"by": _DAY, "deed": "answer_letter"}],
    },
    {
        **_SIGNED,
        "kind": "decline_letter",
        "received": 2,
        "funded": 1,
        "feedback": [{"heading": "H", "text": "I"}],
        "appeal_until": _DAY,
    },
    {
        **_LETTER,
        "kind": "receipt",
        "submitted_at": datetime(2026, 1, 1, tzinfo=UTC),
        "submitted_by": "J",
        "submitted_sha256": "0" * 64,
        "asked": Decimal(1),
        "currency": "USD",
        "answer_by": _DAY,
    },
    {
        "kind": "impact_report",
        "number": "R-0",
        "issued_on": _DAY,
        "title": "Project",
        "chapter": "A",
        "country_code": "MG",
        "country": "K",
        "reference": "R-0",
        "programme": "L",
        "starts_on": _DAY,
        "ends_on": _DAY,
        "currency": "USD",
        "awarded": Decimal(1),
        "paid": Decimal(0),
        "returned": Decimal(0),
        "indicators": [{"name": "M", "baseline": Decimal(0), "target": Decimal(2), "actual": Decimal(1)}],
        "summary": "N",
        "story": "O",
        "did_not_work": "P",
        "next_steps": "Q",
        "sources": "S",
        "code": "0" * 13,
        "check_url": "https://example.org/v/0",
    },
)


def all_kinds() -> Iterator[Snapshot]:
    """Every kind of document in every language."""
    for language in get_args(Language):
        for kind in _KINDS:
            yield parse({**kind, "language": language})
