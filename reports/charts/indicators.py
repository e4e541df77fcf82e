"""Progress of an indicator from its baseline to its target."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from reports.charts.ink import Drawing, Ink

TARGET_AT = 0.78
"""Position of the target along the bar; the rest shows results beyond the target."""


def share_of_the_way(baseline: Decimal, target: Decimal, actual: Decimal) -> Decimal:
    """Progress: 0 at the baseline, 1 at the target, above 1 beyond the target, below 0 if the value got worse.

    If baseline and target are equal, the result is 1 at the target and 0 elsewhere, because the direction of
    improvement is unknown here.
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
    right_to_left: bool = False,
) -> Markup:
    """A bar from the baseline (hollow dot) to the result, with a stroke at the target; c1 if reached, c2 if not.

    share: progress as in share_of_the_way, None if nothing was measured. mirrored: the bar runs against the direction
    of reading, for indicators where less is better. A bar that is too long ends at the edge of the drawing.
    """
    drawing = Drawing(width, height, alternative, ink, right_to_left=right_to_left)
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
