"""The test data of the table of access, for every test file that sends its requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from grants.outside.servers import Postgres
from tests.access.stage import Stage, played
from tests.kept import Kept


@pytest.fixture
def database(reusable: Kept, source: str) -> Iterator[str]:
    """The name of the test's own database, which the next test uses again."""
    with reusable.lent(source) as name:
        yield name


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest,
    flow_row: Flask,
    postgres: Postgres,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """The same test data for all requests of a file, unchanged at each request."""
    folder = tmp_path_factory.mktemp(request.module.__name__.rpartition(".")[2])
    with played(flow_row, postgres, template, folder) as stage:
        yield stage
