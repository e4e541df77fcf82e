"""Shapes of all drawings. Tones become CSS classes on web pages and colours in PDF.

There are two inks because the print engine does not apply classes to inline SVG and web pages allow no inline styles.
On the web, the tone `c1` becomes the class `fill-c1` or `stroke-c1`, which the stylesheet colours, dark or light.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from markupsafe import Markup, escape

from reports.charts.shaping import as_drawn

Ink = Literal["web", "paper"]
Anchor = Literal["start", "middle", "end"]
OPPOSITE: Mapping[Anchor, Anchor] = {"start": "end", "middle": "middle", "end": "start"}
Tone = Literal[
    "paper",
    "sunk",
    "ink",
    "ink2",
    "ink3",
    "line",
    "edge",
    "c1",
    "c2",
    "c3",
    "c4",
    "c5",
    "c6",
    "land",
    "sea-land",
    "sun",
]

COLOURS: Mapping[Tone, str] = {
    "paper": "#FFFFFF",
    "sunk": "#F2EDE4",
    "ink": "#1B2530",
    "ink2": "#47525F",
    "ink3": "#5F6975",
    "line": "#E1D9CC",
    "edge": "#857C6D",
    "c1": "#0B5A66",
    "c2": "#C07B08",
    "c3": "#3F95BC",
    "c4": "#5E2E86",
    "c5": "#C24A32",
    "c6": "#93887A",
    "land": "#CFC6B8",
    "sea-land": "#35808B",
    "sun": "#F2B65A",
}


def number(value: float) -> str:
    """A length in a drawing, rounded to hundredths."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Drawing:
    """An SVG of a given size in points, with its text alternative as the first child.

    right_to_left: everything is drawn at the mirrored place, for readers of Arabic; words stay as they are.
    """

    def __init__(self, width: float, height: float, alternative: str, ink: Ink, *, right_to_left: bool = False) -> None:
        self.width, self.height, self.ink = width, height, ink
        self._right_to_left = right_to_left
        self._alternative = alternative
        self._shapes: list[str] = []

    def rectangle(self, x: float, y: float, width: float, height: float, *, fill: Tone) -> None:
        """A filled rectangle; omitted if it has no width."""
        if width > 0:
            at = {"x": self._across(x, width), "y": y, "width": width, "height": height}
            self._add("rect", at, self._paint(fill=fill))

    def outline(self, x: float, y: float, width: float, height: float, *, stroke: Tone, weight: float = 0.8) -> None:
        """The outline of a rectangle, drawn inside its edges."""
        if width > weight:
            left = self._across(x, width) + weight / 2
            at = {"x": left, "y": y + weight / 2, "width": width - weight, "height": height - weight}
            self._add("rect", {**at, "stroke-width": weight}, 'fill="none" ' + self._paint(stroke=stroke))

    def line(self, x1: float, y1: float, x2: float, y2: float, *, stroke: Tone, weight: float = 0.6) -> None:
        """A straight line."""
        at = {"x1": self._across(x1), "y1": y1, "x2": self._across(x2), "y2": y2, "stroke-width": weight}
        self._add("line", at, self._paint(stroke=stroke))

    def circle(self, x: float, y: float, radius: float, *, fill: Tone, stroke: Tone | None = None) -> None:
        """A filled circle, with an outline if a stroke is given."""
        at = {"cx": self._across(x), "cy": y, "r": radius}
        if stroke:
            self._add("circle", {**at, "stroke-width": 1.0}, self._paint(fill=fill, stroke=stroke))
        else:
            self._add("circle", at, self._paint(fill=fill))

    def hatching(self, x: float, y: float, width: float, height: float, *, stroke: Tone, gap: float = 3.0) -> None:
        """Diagonal lines clipped to a rectangle. An SVG pattern would need an id, and ids of several drawings clash."""
        steps = []
        for index in range(1, int((width + height) / gap) + 1):
            along = index * gap
            x1, y1 = (along, 0.0) if along <= width else (width, along - width)
            x2, y2 = (0.0, along) if along <= height else (along - height, height)
            x1, x2 = self._across(x + x1), self._across(x + x2)
            steps.append(f"M{number(x1)} {number(y + y1)}L{number(x2)} {number(y + y2)}")
        self.path("".join(steps), stroke=stroke, weight=0.8)

    def path(self, steps: str, *, stroke: Tone, weight: float, round_ends: bool = False) -> None:
        """A stroked path; with round ends, a step of zero length is a dot as wide as the stroke."""
        ends = ' stroke-linecap="round"' if round_ends else ""
        paint = f'fill="none" {self._paint(stroke=stroke)}{ends}'
        self._shapes.append(f'<path d="{steps}" stroke-width="{number(weight)}" {paint}/>')

    def text(self, x: float, y: float, words: str, *, anchor: Anchor, bold: bool = False) -> None:
        """A label of 7.4 points, the smallest size in charts; y is its baseline, anchor its end in reading."""
        face = 'class="chart-label"'
        if self.ink == "paper":
            words = as_drawn(words)
            face = 'font-family="Noto Sans, Noto Sans Arabic" font-size="7.4" fill="#47525F"'
        if self._right_to_left:
            anchor = OPPOSITE[anchor]
        weight = ' font-weight="700"' if bold else ""
        at = f'x="{number(self._across(x))}" y="{number(y)}" text-anchor="{anchor}"'
        self._shapes.append(f"<text {at} {face}{weight}>{escape(words)}</text>")

    def svg(self, window: tuple[float, float, float, float] | None = None) -> Markup:
        """The drawing as SVG. window (x, y, width, height): the part to show, at the size of the whole."""
        view = " ".join(number(edge) for edge in window or (0, 0, self.width, self.height))
        size = f'width="{number(self.width)}" height="{number(self.height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{view}" role="img">'
        return Markup(head + f"<title>{escape(self._alternative)}</title>" + "".join(self._shapes) + "</svg>")  # noqa: S704 (lengths are numbers, texts are escaped)

    def _across(self, x: float, width: float = 0.0) -> float:
        """Where the left edge of something at x stands."""
        return self.width - x - width if self._right_to_left else x

    def _add(self, tag: str, lengths: Mapping[str, float], paint: str) -> None:
        attributes = " ".join(f'{name}="{number(value)}"' for name, value in lengths.items())
        self._shapes.append(f"<{tag} {attributes} {paint}/>")

    def _paint(self, **tones: Tone) -> str:
        """The tones of fill and stroke as a class attribute or as colours."""
        if self.ink == "web":
            return f'class="{" ".join(f"{kind}-{tone}" for kind, tone in tones.items())}"'
        return " ".join(f'{kind}="{COLOURS[tone]}"' for kind, tone in tones.items())
