"""Fixtures shared by all tests, one module for each part, and the order and number of test processes."""

import os
from collections.abc import Iterator

import pytest

from grants.access import shapes
from grants.outside import garbage
from tests import leftovers

garbage.look_after(garbage.HARDLY_EVER)  # while pytest imports and collects; nothing of that is garbage

pytest_plugins = ["tests.servers_fixture", "tests.databases", "tests.kept", "tests.application", "tests.prepared"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than the number of processors, because tests often wait: for a browser, a worker or a server."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker by which a test, or a file with `pytestmark`, names what its database is a copy of.

    The fixture `database` reads it. Register also the marker of the tests of the running system.
    """
    config.addinivalue_line("markers", "ground(fixture): begin on the database that this fixture names")
    config.addinivalue_line(
        "markers", "sweep: a further case of a rule that `make test` tries, or a long history; run by `make sweep`"
    )
    config.addinivalue_line(
        "markers", "campaign: takes minutes for what `make test` tries briefly; run by `make campaign`"
    )
    config.addinivalue_line("markers", "system: starts, plays, kills or restores whole programs; run by `make system`")


LONG = (
    *("/story/", "access/test_table.py", "/money/", "/jobs/", "/access/", "test_untranslated.py", "/servers/"),
    "/database/",
)
"""Parts of the names of the files that take longest, in the order in which they start.

One file of access begins early, because the others wait until it has filled the database that they all copy.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first.

    If one of them started last, one process would run it while the others had nothing to do.
    """
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


@pytest.fixture(scope="session", autouse=True)
def _nothing_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove what servers that tests have started, such as those of commands, keep outside the folders of the run."""
    yield
    leftovers.remove(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def _statements_built_anew(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that replaces a function gets statements that are built with it, and leaves none to the next test."""
    if "monkeypatch" not in request.fixturenames:
        yield
        return
    shapes.forget()
    yield
    shapes.forget()


def pytest_collection_finish() -> None:
    """Collect garbage as the programs do."""
    garbage.leave_alone()
