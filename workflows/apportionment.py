"""Division of an amount into parts with the same sum: instalments, and the lines of a partly awarded budget."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from workflows.engine.message import N_, Message, Money


def apportioned(amount: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """The amount divided in proportion to the weights, each part rounded to `places` decimal places.

    Uses the largest remainder method: each part is rounded down, and the units left go, one each, to the parts with
    the largest remainders; the earlier of two equal parts comes first. No part exceeds its weight if the weights add up
    to more than the amount.
    """
    unit, whole = Decimal(1).scaleb(-places), sum(weights, Decimal(0))
    exact = [amount * weight / whole for weight in weights]
    parts = [part.quantize(unit, rounding=ROUND_FLOOR) for part in exact]
    left = int((amount - sum(parts, Decimal(0))) / unit)
    for number in sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])[:left]:
        parts[number] += unit
    return parts


def least(weights: Sequence[Decimal], places: int) -> Decimal:
    """The smallest amount of which every part is at least one unit of `places` decimal places, with such weights."""
    unit, whole = Decimal(1).scaleb(-places), sum(weights, Decimal(0))
    return max(((whole / weight * unit).quantize(unit, rounding=ROUND_CEILING) for weight in weights), default=unit)


def misapportioned(
    parts: Sequence[Decimal], asked: Sequence[Decimal], amount: Decimal, currency: str
) -> tuple[Message, ...]:
    """Reasons against the agreed lines: each is at most the amount requested for it, and their sum is the award."""
    reasons = [
        Message(
            "Enter %(asked)s or less in line %(number)s: that is what you requested.",
            number=number,
            asked=Money(most, currency),
        )
        for number, (part, most) in enumerate(zip(parts, asked, strict=True), 1)
        if part > most
    ]
    together = sum(parts, Decimal(0))
    if together != amount:
        text = N_("The lines add up to %(together)s, but the award is %(amount)s.")
        reasons.append(Message(text, together=Money(together, currency), amount=Money(amount, currency)))
    return tuple(reasons)
