"""How far an indicator has come from where it started to where it was to go."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from reports.charts.ink import Drawing, Ink

TARGET_AT = 0.78
"""Where the target stands along the bar, so that more than promised has room to show."""


def share_of_the_way(baseline: Decimal, target: Decimal, actual: Decimal) -> Decimal:
    """0 at the start, 1 at the target, above 1 beyond it, below 0 when it got worse.

    Where start and target are the same, staying there or better is 1 and falling behind is 0; the sense of
    "better" is then the caller's, so only equality counts as 1.
    """
    if target == baseline:
        return Decimal(1) if actual == target else Decimal(0)
    return (actual - baseline) / (target - baseline) or Decimal(0)


def indicator_bar(
    *,
    share: Decimal | None,
    reached: bool,
    alternative: str,
    mirrored: bool = False,
    width: float = 150,
    height: float = 14,
    ink: Ink = "web",
) -> Markup:
    """Hollow dot = start, thick bar to now, ink stroke = target; c1 when reached, c2 when not.

    share: of the way from start to target, None while nothing was measured. mirrored: a goal of less runs
    towards the start edge. A bar that would leave the drawing stops at its edge.
    """
    drawing = Drawing(width, height, alternative, ink)
    middle, start, target = height / 2, 5.0, 5.0 + (width - 10) * TARGET_AT

    def across(x: float) -> float:
        return width - x if mirrored else x

    drawing.line(across(start), middle, across(width - 4), middle, stroke="line")
    if share is not None:
        now = min(max(start + (target - start) * float(share), 2.5), width - 3)
        low, high = sorted((across(start), across(now)))
        drawing.rectangle(low, middle - 2, high - low, 4, fill="c1" if reached else "c2")
        drawing.circle(across(now), middle, 3, fill="c1" if reached else "c2")
    drawing.circle(across(start), middle, 2.4, fill="paper", stroke="edge")
    drawing.line(across(target), middle - 6, across(target), middle + 6, stroke="ink", weight=1.6)
    return drawing.svg()
