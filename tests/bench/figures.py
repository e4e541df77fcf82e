"""Measured figures with their limits, and the table that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median


class Broken(Exception):
    """Something failed, so the measured time is meaningless."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. least, most: its limits; a limit that is missed is reported, not raised."""

    part: str
    what: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the number is within its limits; None if it has none."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def bar(self) -> str:
        """The limits as text."""
        if self.least is not None:
            return f"at least {number(self.least)}"
        return "" if self.most is None else f"at most {number(self.most)}"

    def as_json(self) -> dict[str, object]:
        """The figure for the JSON file that other programs read."""
        return {
            "part": self.part,
            "what": self.what,
            "value": round(self.value, 4),
            "unit": self.unit,
            "least": self.least,
            "most": self.most,
            "met": self.met,
        }


def medians(runs: Sequence[Sequence[Figure]]) -> list[Figure]:
    """Each figure with the median of its values in all runs, which measure the same figures in the same order."""
    return [replace(values[0], value=median(figure.value for figure in values)) for values in zip(*runs, strict=True)]


def number(value: float) -> str:
    """Two decimals for small numbers, none for counts."""
    return (
        f"{value:,.0f}"
        if float(value).is_integer() or value >= 1_000
        else f"{value:,.1f}"
        if value >= 100
        else f"{value:.2f}"
    )


def table(figures: Iterable[Figure]) -> str:
    """The figures in aligned columns, under the title of each part."""
    found = list(figures)
    width = max((len(figure.what) for figure in found), default=0)
    lines, part = [], ""
    for figure in found:
        if figure.part != part:
            part = figure.part
            lines += ["", part]
        verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
        lines.append(
            f"  {figure.what:<{width}}  {number(figure.value):>9} {figure.unit:<10} {figure.bar:<14} {verdict}".rstrip()
        )
    return "\n".join(lines)
