"""Sets of event ids as closed ranges: pairs (first, last), ascending and without overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Range = tuple[int, int]


def missing(ids: Iterable[int], after: int, up_to: int) -> list[Range]:
    """What is not among the ids, from `after` (exclusive) to `up_to` (inclusive). ids: ascending."""
    found: list[Range] = []
    for id in (*ids, up_to + 1):
        if id > after + 1:
            found.append((after + 1, id - 1))
        after = id
    return found


def without(ranges: Sequence[Range], others: Iterable[Range]) -> list[Range]:
    """What of the first ranges is in none of the others."""
    left: list[Range] = []
    taken = sorted(others)
    at = 0
    for first, last in ranges:
        while at < len(taken) and taken[at][1] < first:
            at += 1
        following = at
        while following < len(taken) and taken[following][0] <= last:
            if taken[following][0] > first:
                left.append((first, taken[following][0] - 1))
            first = taken[following][1] + 1  # noqa: PLW2901 - the rest of the range
            following += 1
        if first <= last:
            left.append((first, last))
    return left


def contains(ranges: Sequence[Range], id: int) -> bool:
    """Whether the id is in one of the ranges."""
    at = bisect_right(ranges, (id, id)) - 1
    return any(first <= id <= last for first, last in ranges[max(at, 0) : at + 2])
