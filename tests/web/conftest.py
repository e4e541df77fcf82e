"""The databases of the tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kept import Kept


@pytest.fixture
def database(reusable: Kept, source: str) -> Iterator[str]:
    """The name of the test's own database, which the next test uses again."""
    with reusable.lent(source) as name:
        yield name
