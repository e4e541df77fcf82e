"""What all tests share, each part in a file of its own; and in what order how many processes run them."""

import os

import pytest

from grants.outside import garbage

pytest_plugins = ["tests.servers_fixture", "tests.databases", "tests.application", "tests.prepared"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors, for much of the time tests wait: for a browser, a worker, a server."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Let a test, or with `pytestmark` a file, say what its database is a copy of; `database` reads it."""
    config.addinivalue_line("markers", "ground(fixture): begin on the database that this fixture names")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The plays begin first, side by side: begun last, one process would play while the others had nothing to do."""
    items.sort(key=lambda item: "/story/" not in item.nodeid)


def pytest_collection_finish() -> None:
    """Collect garbage as the programs do."""
    garbage.leave_alone()
