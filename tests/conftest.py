"""Fixtures shared by all tests, one module for each part, and the order and number of test processes."""

import os

import pytest

from grants.outside import garbage

pytest_plugins = ["tests.servers_fixture", "tests.databases", "tests.application", "tests.prepared"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than the number of processors, because tests often wait: for a browser, a worker or a server."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker by which a test, or a file with `pytestmark`, names what its database is a copy of.

    The fixture `database` reads it.
    """
    config.addinivalue_line("markers", "ground(fixture): begin on the database that this fixture names")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the plays of the story first, side by side.

    If they started last, one process would play while the others had nothing to do.
    """
    items.sort(key=lambda item: "/story/" not in item.nodeid)


def pytest_collection_finish() -> None:
    """Collect garbage as the programs do."""
    garbage.leave_alone()
