"""Bars for amounts: the parts of an award, and the spending of a budget line. All start at zero."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from reports.charts.ink import Drawing, Ink

GAP = 1.0
"""Gap between neighbouring parts, because two of their colours have the same lightness."""


def award_bar(
    *,
    paid: Decimal,
    returned: Decimal,
    payable: Decimal,
    planned: Decimal,
    alternative: str,
    width: float = 480,
    height: float = 14,
    ink: Ink = "web",
    right_to_left: bool = False,
) -> Markup:
    """Paid in solid c1, its returned part hatched in c5 at the end, payable in c3, planned hollow.

    With a single part and a size of 8 by 8, it is the swatch of that part.
    """
    drawing = Drawing(width, height, alternative, ink, right_to_left=right_to_left)
    total = paid + payable + planned
    scale = width / float(total) if total else 0.0
    spent, back, due, later = (float(part) * scale for part in (paid - returned, returned, payable, planned))
    drawing.rectangle(0, 0, _parted(spent, back + due + later), height, fill="c1")
    if back:
        drawing.outline(spent, 0, _parted(back, due + later), height, stroke="c5")
        drawing.hatching(spent, 0, _parted(back, due + later), height, stroke="c5")
    drawing.rectangle(spent + back, 0, _parted(due, later), height, fill="c3")
    drawing.outline(spent + back + due, 0, later, height, stroke="edge")
    return drawing.svg()


def line_bar(
    *,
    approved: Decimal,
    used: Decimal,
    most: Decimal,
    alternative: str,
    width: float = 120,
    height: float = 10,
    ink: Ink = "web",
    right_to_left: bool = False,
) -> Markup:
    """Spending as a solid bar over the approved amount; spending above the approved amount is hatched.

    most: the largest amount of all lines, so that all bars share a scale.
    """
    drawing = Drawing(width, height, alternative, ink, right_to_left=right_to_left)
    scale = width / float(most) if most else 0.0
    allowed, covered, over = (
        float(part) * scale for part in (approved, min(used, approved), max(used - approved, Decimal()))
    )
    drawing.rectangle(0, 0, allowed, height, fill="sunk")
    drawing.rectangle(0, 2, covered, height - 4, fill="c1")
    if over:
        drawing.outline(allowed, 2, over, height - 4, stroke="c5")
        drawing.hatching(allowed, 2, over, height - 4, stroke="c5", gap=2.4)
    drawing.line(allowed, 0, allowed, height, stroke="ink", weight=1.2)
    return drawing.svg()


def _parted(length: float, after: float) -> float:
    """A length, shortened by the gap if another part follows."""
    return max(0.0, length - GAP) if after > 0 else length
