"""Snapshots: the immutable data of a document, stored so that it prints the same today and in seven years.

A snapshot is stored as JSON (`model_dump(mode="json")`) and read by `parse`. Amounts are decimals with an ISO 4217
currency, days are dates, instants have a time zone, text is plain and in the language of the document. Importing this
package does not load the print engine.
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
    """The snapshot for a stored JSON object. Raises pydantic.ValidationError, which names each invalid field."""
    return _adapter.validate_python(data)
