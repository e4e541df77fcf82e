"""Differences between two contents of a proposal: of texts word by word, of budget lines and indicators row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Generic, Literal, NamedTuple, TypeVar

from workflows.forms.completeness import Goal, Line

SENTENCE = re.compile(r"\s+|\S[^\n.!?\u3002\uff01\uff1f\u061f]*[.!?\u3002\uff01\uff1f\u061f]*")
WORD = re.compile(r"\s+|\S+")
ALIKE = 0.5
"""If less than this share of a passage is the same, it is shown as deleted and inserted as a whole."""
RENAMED = 0.5
"""If the names of two rows share this part of their words, they are taken for the same row, renamed."""

Kind = Literal["same", "deleted", "inserted"]


class Run(NamedTuple):
    """A run of words that are the same, deleted or inserted."""

    kind: Kind
    text: str


def compared(before: str, after: str) -> tuple[Run, ...]:
    """The two texts as one, in runs.

    Sentences that are the same are found first; in a passage between them words are compared if at least half of it is
    the same. The runs that are not inserted give the first text, those that are not deleted the second, apart from
    spaces.
    """
    found: list[Run] = []
    for kind, old, new in _blocks(SENTENCE.findall(before), SENTENCE.findall(after)):
        runs = [Run("same", new)] if kind == "equal" else _passage(old, new)
        for run in runs:
            if found and found[-1].kind == run.kind:
                run = Run(run.kind, found.pop().text + run.text)  # noqa: PLW2901 - runs of one kind are joined
            found.append(run)
    return tuple(found)


def _passage(old: str, new: str) -> list[Run]:
    """A passage that differs, word by word or as a whole."""
    before, after = WORD.findall(old), WORD.findall(new)
    words, others = ([word for word in pieces if word.strip()] for pieces in (before, after))
    if SequenceMatcher(None, words, others).ratio() < ALIKE:
        return _replaced(old, new)
    blocks = _blocks(before, after)
    return [run for kind, a, b in blocks for run in ([Run("same", b)] if kind == "equal" else _replaced(a, b))]


def _replaced(old: str, new: str) -> list[Run]:
    runs: list[Run] = [Run("deleted", old), Run("inserted", new)]
    return [run for run in runs if run.text]


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The pieces of both in blocks. In a long text, frequent pieces are no landmarks, or it would take minutes."""
    for kind, a, b, c, d in SequenceMatcher(None, _keys(before), _keys(after)).get_opcodes():
        yield kind, "".join(before[a:b]), "".join(after[c:d])


def _keys(pieces: Sequence[str]) -> list[str]:
    """What is compared: words without spaces around them; of spaces, whether a line ends in them."""
    return [piece.strip() or ("\n" if "\n" in piece else " ") for piece in pieces]


Row = TypeVar("Row", Line, Goal)


@dataclass(frozen=True, slots=True)
class Change(Generic[Row]):
    """A row before and after; None where it was added or removed."""

    before: Row | None
    after: Row | None

    @property
    def kind(self) -> Literal["same", "changed", "added", "removed"]:
        """What happened to the row."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if self.before == self.after else "changed"


def lines(before: Sequence[Line], after: Sequence[Line]) -> tuple[Change[Line], ...]:
    """The budget lines of both, matched by what they buy, not by position."""
    return _matched(before, after, lambda line: line.what)


def goals(before: Sequence[Goal], after: Sequence[Goal]) -> tuple[Change[Goal], ...]:
    """The indicators of both, matched by their names."""
    return _matched(before, after, lambda goal: goal.name)


def difference(change: Change[Line]) -> Decimal:
    """By how much the total of a budget line has changed."""
    return _total(change.after) - _total(change.before)


def _total(line: Line | None) -> Decimal:
    return line.total if line else Decimal(0)


def _matched(before: Sequence[Row], after: Sequence[Row], name: Callable[[Row], str]) -> tuple[Change[Row], ...]:
    """Every row once, in the order of `after`; a removed row stands where it was."""
    partners = _partners(before, after, name)
    found: list[Change[Row]] = []
    removed: list[int] = [number for number in range(len(before)) if number not in partners.values()]
    for number, row in enumerate(after):
        partner = partners.get(number)
        while partner is not None and removed and removed[0] < partner:
            found.append(Change(before[removed.pop(0)], None))
        found.append(Change(None if partner is None else before[partner], row))
    found += [Change(before[number], None) for number in removed]
    return tuple(found)


def _partners(before: Sequence[Row], after: Sequence[Row], name: Callable[[Row], str]) -> dict[int, int]:
    """For each row of `after` its row of `before`: first equal ones, then those of the same name, then renamed ones."""
    partners: dict[int, int] = {}
    tests: tuple[Callable[[Row, Row], bool], ...] = (
        lambda old, new: old == new,
        lambda old, new: name(old).casefold() == name(new).casefold(),
        lambda old, new: _alike(name(old), name(new)),
    )
    for test in tests:
        for number, row in enumerate(after):
            free = (other for other in range(len(before)) if other not in partners.values())
            if number not in partners and (found := next((o for o in free if test(before[o], row)), None)) is not None:
                partners[number] = found
    return partners


def _alike(one: str, other: str) -> bool:
    words, others = set(one.casefold().split()), set(other.casefold().split())
    return len(words & others) >= RENAMED * max(len(words), len(others), 1)
