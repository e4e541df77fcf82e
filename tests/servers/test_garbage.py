"""What is loaded before a fork is not gone through again, and garbage is looked for seldom."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from grants.outside import garbage


class Ring:
    """Something that only the collector can give back."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What this file froze is thawed, and then left alone as in every test."""
    yield
    gc.unfreeze()
    garbage.leave_alone()


@pytest.mark.parametrize("left_alone", [True, False])
def test_what_is_loaded_is_passed_over(*, left_alone: bool) -> None:
    ring = Ring()
    there = weakref.ref(ring)
    if left_alone:
        garbage.leave_alone()
    del ring

    gc.collect()

    assert (there() is not None) is left_alone


def test_what_comes_later_is_given_back() -> None:
    garbage.leave_alone()
    there = weakref.ref(Ring())

    gc.collect()

    assert there() is None


def test_it_comes_seldom() -> None:
    gc.set_threshold(700, 10, 10)

    garbage.leave_alone()

    assert gc.get_threshold()[0] == garbage.SELDOM
