"""Payments on a time axis, one bar for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from reports.charts.ink import Drawing, Ink

MOST_LABELS = 6
LABEL_WIDTH = 62.0
"""Width of a label in points; a label that would overlap the previous one is omitted."""

BAR = 8.0


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment; its label is the amount formatted in the language of the reader."""

    day: date
    amount: Decimal
    label: str


def payments_over_time(
    payments: Sequence[Paid],
    *,
    starts_on: date,
    ends_on: date,
    format_day: Callable[[date], str],
    alternative: str,
    width: float = 480,
    height: float = 72,
    ink: Ink = "web",
    right_to_left: bool = False,
) -> Markup:
    """Bars labelled with amount and date. The axis is the period, extended to include every payment.

    Payments after the sixth, or too close to the previous one, have no label; the text alternative lists all payments.
    """
    drawing = Drawing(width, height, alternative, ink, right_to_left=right_to_left)
    first = min([starts_on, *(payment.day for payment in payments)])
    last = max([ends_on, *(payment.day for payment in payments)])
    floor, ceiling = height - 14, 26.0
    most = max((payment.amount for payment in payments), default=Decimal(1)) or Decimal(1)
    drawing.line(0, floor, width, floor, stroke="ink", weight=0.8)
    drawing.text(0, height - 3, format_day(first), anchor="start")
    drawing.text(width, height - 3, format_day(last), anchor="end")
    free_from = 0.0
    for index, payment in enumerate(sorted(payments, key=lambda one: one.day)):
        left = (width - BAR) * (payment.day - first).days / max(1, (last - first).days)
        top = floor - (floor - ceiling) * float(payment.amount / most)
        drawing.rectangle(left, top, BAR, floor - top, fill="c1")
        starts = left if left + LABEL_WIDTH <= width else left + BAR - LABEL_WIDTH
        if index < MOST_LABELS and starts >= free_from:
            _label(drawing, payment, format_day(payment.day), left, top)
            free_from = starts + LABEL_WIDTH
    return drawing.svg()


def _label(drawing: Drawing, payment: Paid, day: str, left: float, top: float) -> None:
    """Draw the amount above the date, to the right of the bar's left edge, or to the left at the end of the drawing."""
    if left + LABEL_WIDTH <= drawing.width:
        drawing.text(left, top - 13, payment.label, anchor="start", bold=True)
        drawing.text(left, top - 4, day, anchor="start")
    else:
        drawing.text(left + BAR, top - 13, payment.label, anchor="end", bold=True)
        drawing.text(left + BAR, top - 4, day, anchor="end")
