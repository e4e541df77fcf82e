"""An amount cut into parts that add up to it again: instalments, and the lines of a budget that was awarded in part."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from workflows.say import Money, Say


def divided(amount: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """The amount in proportion to the weights, each part whole in the currency's smallest unit.

    What rounding leaves goes, a unit each, to the parts that lost most by it, the first of equals first (largest
    remainder). So no part exceeds its weight where the weights come to more than the amount.
    """
    unit, whole = Decimal(1).scaleb(-places), sum(weights, Decimal(0))
    exact = [amount * weight / whole for weight in weights]
    parts = [part.quantize(unit, rounding=ROUND_FLOOR) for part in exact]
    left = int((amount - sum(parts, Decimal(0))) / unit)
    for number in sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])[:left]:
        parts[number] += unit
    return parts


def misdivided(parts: Sequence[Decimal], asked: Sequence[Decimal], amount: Decimal, currency: str) -> tuple[Say, ...]:
    """What is wrong with lines agreed for an award: none above what was asked for it, together exactly the award."""
    said = [
        Say("Line %(number)s: %(asked)s was asked for; it cannot get more.", number=number, asked=Money(most, currency))
        for number, (part, most) in enumerate(zip(parts, asked, strict=True), 1)
        if part > most
    ]
    together = sum(parts, Decimal(0))
    if together != amount:
        text = "The lines come to %(together)s; the award is %(amount)s."
        said.append(Say(text, together=Money(together, currency), amount=Money(amount, currency)))
    return tuple(said)
