"""A flow as an SVG diagram: the main path on one line, other steps on rows below it, the current step highlighted.

Colours and sizes are attributes, because the PDF engine does not style inline SVG by class; classes let web pages
recolour it. Transitions that stay at the same step are not drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

from workflows.engine.flow import Flow, Transition
from workflows.engine.steps import Holder, Step

ACROSS, DOWN, LEFT, TOP, SIZE, ASIDE = 116, 32, 52, 84, 7, 34
INK, LINE = "#1B2530", "#857C6D"
COLOURS = {
    Holder.APPLICANT: "#B96F00",
    Holder.OURS: "#0B5A66",
    Holder.REVIEWERS: "#653A78",
    Holder.DONE: "#28623A",
    Holder.NOBODY: "#4D5763",
}


class Node(NamedTuple):
    """The position of a step: its column on the main path, and its row below it (0: on the main path)."""

    column: int
    row: int

    @property
    def x(self) -> int:
        """Pixels from the left; a step below the main path is shifted a little to the right of its column."""
        return LEFT + self.column * ACROSS + (ASIDE if self.row else 0)

    @property
    def y(self) -> int:
        """Pixels from the top."""
        return TOP + self.row * DOWN


def svg(flow: Flow, present: str | None = None, *, word: Callable[[str], str] = str) -> str:
    """The diagram as SVG. word: translates the step labels and the text alternative.

    Raises KeyError if `present` is not a step of the flow.
    """
    places = layout(flow)
    lit = places[present] if present else None
    across = LEFT * 2 + ACROSS * max(place.column for place in places.values())
    beside = (place.x + 20 + 8 * len(word(flow.step(key).word)) for key, place in places.items() if place.row)
    width = max(across, *beside)
    height = TOP + DOWN * max(place.row for place in places.values()) + 20
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" {size}>',
        f"<title>{escape(alternative(flow, present, word=word))}</title>",
        *(_edge(places[a], places[b]) for a, b in edges(flow)),
        *(_node(flow.step(key), place, word, lit=place == lit) for key, place in places.items()),
        "</svg>",
    ]
    return "\n".join(parts)


def alternative(flow: Flow, present: str | None = None, *, word: Callable[[str], str] = str) -> str:
    """The text alternative: the main path, the current step and the possible next steps."""
    way = word("Steps: %(steps)s.") % {"steps": " → ".join(word(flow.step(key).word) for key in way_through(flow))}
    if present is None:
        return way
    following = [word(flow.step(b).word) for a, b in edges(flow) if a == present]
    here = word("Current step: %(step)s.") % {"step": word(flow.step(present).word)}
    after = (
        word("Next steps: %(steps)s.") % {"steps": ", ".join(following)}
        if following
        else word("This is the last step.")
    )
    return f"{here} {after} {way}"


def way_through(flow: Flow) -> tuple[str, ...]:
    """The main path: from each step by its first transition of weight `first`, or another that is not `grave`."""
    step, stage = (
        flow.starts[0],
        next((transition.stage or "" for transition in flow.transitions if transition.next_stage), ""),
    )
    visited = {(step, stage)}
    way = [step]
    while transition := _onward(flow, step, stage, visited):
        step, stage = transition.target, transition.next_stage or stage
        visited.add((step, stage))
        way.append(step)
    return tuple(dict.fromkeys(way))


def _onward(flow: Flow, step: str, stage: str, visited: set[tuple[str, str]]) -> Transition | None:
    transitions = [
        row
        for row in flow.transitions
        if row.here(step, stage) and (row.target, row.next_stage or stage) not in visited
    ]
    ranked = sorted((row for row in transitions if row.weight != "grave"), key=lambda row: row.weight != "first")
    return ranked[0] if ranked else None


def edges(flow: Flow) -> tuple[tuple[str, str], ...]:
    """Each pair of steps joined by a transition, once, in the order of the table."""
    pairs = ((source, transition.target) for transition in flow.transitions for source in transition.source)
    return tuple(dict.fromkeys((a, b) for a, b in pairs if a != b))


def layout(flow: Flow) -> dict[str, Node]:
    """The position of every step: the main path on top, each other step on a row of its own.

    A row ends after the last step that leads to it. The longest rows are on top, so that no line crosses a word.
    """
    way = way_through(flow)
    columns = {key: column for column, key in enumerate(way)}
    ends = {
        key: max((columns[a] for a, b in edges(flow) if b == key and a in columns), default=0)
        for key in flow.steps
        if key not in columns
    }
    rails = sorted(ends, key=lambda key: -ends[key])
    below = {key: Node(ends[key], row) for row, key in enumerate(rails, 1)}
    return {key: Node(column, 0) for key, column in columns.items()} | below


def _edge(a: Node, b: Node) -> str:
    gap = SIZE + 6
    if a.row == b.row == 0 and b.column == a.column + 1:
        path, head = f"M{a.x + gap} {a.y}H{b.x - gap}", _head(b.x - gap, b.y, 5, 0)
    elif a.row == b.row == 0:
        y = a.y - 34
        path, head = f"M{a.x} {y}Q{(a.x + b.x) // 2} {y - 44} {b.x} {y}", _head(b.x, y, 0, 5)
    elif b.row == 0:
        x = b.x + 5 * (a.row - 2)
        path, head = f"M{a.x - gap} {a.y}H{x}V{b.y + gap}", _head(x, b.y + gap, 0, -5)
    else:
        x = a.x + (5 * (b.row - 2) if a.row == 0 else 0)
        start = a.y + gap if a.row < b.row else a.y - gap
        path, head = f"M{x} {start}V{b.y}H{b.x - gap}", _head(b.x - gap, b.y, 5, 0)
    return f'<path class="flow-move" d="{path}" fill="none" stroke="{LINE}" stroke-width="1"/>{head}'


def _head(x: int, y: int, dx: int, dy: int) -> str:
    """The head of an arrow with its tip at (x, y), pointing in the direction (dx, dy)."""
    back_x, back_y, wide_x, wide_y = x - dx, y - dy, abs(dy) // 2 + dy % 2, abs(dx) // 2 + dx % 2
    corners = f"M{x} {y}L{back_x + wide_x} {back_y + wide_y}L{back_x - wide_x} {back_y - wide_y}Z"
    return f'<path class="flow-head" d="{corners}" fill="{LINE}"/>'


def _node(step: Step, place: Node, word: Callable[[str], str], *, lit: bool) -> str:
    colour = COLOURS[step.holder]
    ring = f'<circle cx="{place.x}" cy="{place.y}" r="11" fill="none" stroke="{colour}" stroke-width="2"/>'
    text = f'x="{place.x + 17}" y="{place.y + 5}"' if place.row else f'x="{place.x}" y="{place.y - 18}"'
    anchor = "start" if place.row else "middle"
    weight = 700 if lit else 400
    return (
        f'<g class="flow-step holder-{step.holder}{" is-present" if lit else ""}">{ring if lit else ""}'
        f"{_mark(step.shape, place.x, place.y, colour)}"
        f'<text {text} font-size="13" font-weight="{weight}" fill="{INK}" text-anchor="{anchor}">'
        f"{escape(word(step.word))}</text></g>"
    )


def _mark(shape: str, x: int, y: int, colour: str) -> str:
    s = SIZE
    match shape:
        case "diamond":
            return f'<path d="M{x} {y - s}L{x + s} {y}L{x} {y + s}L{x - s} {y}Z" fill="{colour}"/>'
        case "triangle":
            return f'<path d="M{x} {y - s}L{x + s} {y + s}H{x - s}Z" fill="{colour}"/>'
        case "tick":
            line = f"M{x - s} {y}L{x - 2} {y + 5}L{x + s} {y - 5}"
            return f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="3"/>'
        case "dash":
            return f'<path d="M{x - s} {y}H{x + s}" fill="none" stroke="{colour}" stroke-width="3"/>'
        case _:
            return f'<circle cx="{x}" cy="{y}" r="{s - 1}" fill="{colour}"/>'
