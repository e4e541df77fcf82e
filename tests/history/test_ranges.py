"""Sets of ids as ranges agree with sets of ids one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grants.services.integrity.sealing import ranges

IDS = st.sets(st.integers(1, 40))


def as_ranges(ids: set[int]) -> list[ranges.Range]:
    """The ranges that hold exactly these ids."""
    return ranges.missing(sorted(set(range(1, 41)) - ids), 0, 40)


def as_ids(found: list[ranges.Range]) -> set[int]:
    """The ids in these ranges."""
    return {id for first, last in found for id in range(first, last + 1)}


@given(IDS)
def test_what_is_missing_is_everything_else(ids: set[int]) -> None:
    assert as_ids(ranges.missing(sorted(ids), 0, 40)) == set(range(1, 41)) - ids


@given(IDS, st.integers(0, 40))
def test_nothing_is_missing_up_to_the_limit(ids: set[int], after: int) -> None:
    above = {id for id in ids if id > after}

    assert as_ids(ranges.missing(sorted(above), after, 40)) == set(range(after + 1, 41)) - above


@given(IDS, IDS)
def test_a_difference_is_that_of_the_ids(ids: set[int], others: set[int]) -> None:
    left = ranges.without(as_ranges(ids), as_ranges(others))

    assert as_ids(left) == ids - others
    assert left == sorted(left)


@given(IDS, st.integers(0, 41))
def test_an_id_is_found_in_its_range(ids: set[int], id: int) -> None:
    assert ranges.contains(as_ranges(ids), id) == (id in ids)
