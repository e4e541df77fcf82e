"""Objects loaded before a fork are excluded from garbage collection, and collection runs rarely."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from grants.outside import garbage

pytestmark = pytest.mark.sweep


class Ring:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Unfreeze what this file froze and restore the settings of the other tests."""
    yield
    gc.unfreeze()
    garbage.leave_alone()


@pytest.mark.parametrize("left_alone", [True, False])
def test_objects_loaded_before_are_skipped(*, left_alone: bool) -> None:
    ring = Ring()
    there = weakref.ref(ring)
    if left_alone:
        garbage.leave_alone()
    del ring

    gc.collect()

    assert (there() is not None) is left_alone


def test_later_objects_are_freed() -> None:
    garbage.leave_alone()
    there = weakref.ref(Ring())

    gc.collect()

    assert there() is None


def test_collection_runs_rarely() -> None:
    gc.set_threshold(700, 10, 10)

    garbage.leave_alone()

    assert gc.get_threshold()[0] == garbage.SELDOM
