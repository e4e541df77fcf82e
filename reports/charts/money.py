"""Bars of money: what was paid of an award, and what was used of a budget line. All start at zero."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from reports.charts.ink import Drawing, Ink

GAP = 1.0
"""Neighbours are parted by a gap in the colour of the page: two of the hues are equally light."""


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
) -> Markup:
    """Paid solid c1, what came back of it hatched c5 at its end, payable c3, planned hollow.

    With one part alone and a size of 8 by 8 it is that part's swatch.
    """
    drawing = Drawing(width, height, alternative, ink)
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
) -> Markup:
    """Used as a solid bar in the hollow bar of what was approved; what went over is hatched.

    most: the largest amount of all lines, so that all bars share one axis.
    """
    drawing = Drawing(width, height, alternative, ink)
    scale = width / float(most) if most else 0.0
    allowed, within, over = (
        float(part) * scale for part in (approved, min(used, approved), max(used - approved, Decimal()))
    )
    drawing.rectangle(0, 0, allowed, height, fill="sunk")
    drawing.rectangle(0, 2, within, height - 4, fill="c1")
    if over:
        drawing.outline(allowed, 2, over, height - 4, stroke="c5")
        drawing.hatching(allowed, 2, over, height - 4, stroke="c5", gap=2.4)
    drawing.line(allowed, 0, allowed, height, stroke="ink", weight=1.2)
    return drawing.svg()


def _parted(length: float, after: float) -> float:
    """A length shortened by the gap when something stands after it."""
    return max(0.0, length - GAP) if after > 0 else length
