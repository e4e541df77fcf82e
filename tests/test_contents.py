"""The content of a database is put back completely."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.outside.servers import Postgres
from tests import world
from tests.contents import restore, superuser, taken
from tests.history.proof import found, name_of, seal_all

pytestmark = pytest.mark.sweep


@pytest.mark.ground("large")
def test_everything_is_restored(app: Flask, postgres: Postgres) -> None:
    """Rows that were added, changed and removed, and the numbers that were given out."""
    with superuser(postgres, name_of(app)) as server:
        start = taken(server)
        with app.app_context():
            world.awarded(world.found())
        server.execute("DELETE FROM membership")
        server.commit()
        changed = taken(server)

        restore(server, start)

        assert changed.since(start).tables.keys() >= {"application", "history", "membership"}
        assert changed.since(start).numbers.keys() >= {"application_id_seq"}
        assert taken(server) == start


@pytest.mark.ground("large")
def test_a_restored_database_verifies_and_goes_on(app: Flask, postgres: Postgres) -> None:
    with superuser(postgres, name_of(app)) as server:
        start = taken(server)
        for _ in range(2):
            with app.app_context():
                world.awarded(world.found())
            restore(server, start)
    with app.app_context():
        world.in_review(world.found())
    seal_all(app)

    assert found(app) == []
