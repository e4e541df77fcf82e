"""Snapshots: everything a document says, frozen, so that it prints the same today and in seven years.

A snapshot is stored as JSON (`model_dump(mode="json")`) and read again by `parse`. Amounts are decimals
with an ISO 4217 currency, days are dates, instants carry their zone, text is plain and in the letter's
language. Importing this package loads no print engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, TypeAdapter

from reports.snapshots.facts import Foundation, Letter, Person, Recipient
from reports.snapshots.impact import BudgetLine, ImpactReport, Indicator, PaymentMade, Picture, Quote
from reports.snapshots.letters import (
    AwardLetter,
    Condition,
    DeclineLetter,
    Duty,
    Feedback,
    Instalment,
    Receipt,
    Score,
    SubmittedFile,
)

Snapshot = Annotated[AwardLetter | DeclineLetter | Receipt | ImpactReport, Field(discriminator="kind")]

_adapter: TypeAdapter[AwardLetter | DeclineLetter | Receipt | ImpactReport] = TypeAdapter(Snapshot)

__all__ = [
    "AwardLetter",
    "BudgetLine",
    "Condition",
    "DeclineLetter",
    "Duty",
    "Feedback",
    "Foundation",
    "ImpactReport",
    "Indicator",
    "Instalment",
    "Letter",
    "PaymentMade",
    "Person",
    "Picture",
    "Quote",
    "Receipt",
    "Recipient",
    "Score",
    "Snapshot",
    "SubmittedFile",
    "parse",
]


def parse(data: Mapping[str, object]) -> Snapshot:
    """The snapshot that this stored JSON object is; raises pydantic.ValidationError naming each wrong field."""
    return _adapter.validate_python(data)
