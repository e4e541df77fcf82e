"""The test data of the table of access, shown in a window of Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import machine
from tests.access.conftest import stage
from tests.access.stage import Stage
from tests.pages.visits import Visits
from tests.story.chromium import room

__all__ = ["stage"]


@pytest.fixture(scope="module")
def visits(stage: Stage) -> Iterator[Visits]:
    """A window that shows the pages of the stage as any actor."""
    with room(machine.chromium()) as opened:
        yield Visits(stage, opened.window())
