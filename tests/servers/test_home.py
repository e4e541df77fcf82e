"""Location of servers: the data belong to one instance, also after it is moved, and to no other."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grants.outside.servers import Postgres, Unstartable
from grants.outside.servers.home import ORIGIN, Home, _link
from grants.outside.servers.postgres import plain
from tests.servers_fixture import erase

pytestmark = pytest.mark.system


@pytest.fixture
def postgres_alone(tmp_path: Path) -> Iterator[Postgres]:
    """A separate PostgreSQL, not started."""
    made = Postgres(tmp_path / "instance", fsync=False)
    yield made
    made.stop()
    erase(made)


def test_a_checkout_with_a_long_path_gets_a_short_socket_path(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90) / "pg"
    deep.mkdir(parents=True)
    home = Home(deep, None, "0123456789abcdef")

    folder = home.sockets()

    assert len(str(folder)) < 80
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_short_socket_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90) / "pg"
    deep.mkdir(parents=True)
    home = Home(deep, None, "fedcba9876543210")
    folder = home.sockets()
    folder.chmod(0o777)

    with pytest.raises(Unstartable, match="must be a folder of the current user with mode 700"):
        home.sockets()
    folder.rmdir()


def test_a_new_instance_in_place_of_a_deleted_one_starts_empty(postgres_alone: Postgres) -> None:
    marked(postgres_alone)
    shutil.rmtree(postgres_alone.instance)

    anew = Postgres(postgres_alone.instance)
    anew.start()

    assert mark(anew) is None
    anew.stop()
    shutil.rmtree(anew.home.folder.with_suffix(".left"), ignore_errors=True)


def test_a_moved_instance_keeps_its_data(tmp_path: Path) -> None:
    first = Postgres(tmp_path / "instance")
    marked(first)
    moved = Postgres(first.instance.rename(tmp_path / "elsewhere"))
    try:
        moved.start()

        assert mark(moved) == ("ours",)
    finally:
        moved.stop()
        erase(moved)


def test_a_copy_does_not_use_the_data_of_its_original(tmp_path: Path) -> None:
    state, original, copy = tmp_path / "state", tmp_path / "original", tmp_path / "copy"
    (state / "one").mkdir(parents=True)
    original.mkdir()
    (state / "one" / ORIGIN).write_text(str(original))
    _link(original / "pg", state / "one" / "pg")
    (state / "one" / "pg").mkdir()
    shutil.copytree(original, copy, symlinks=True)

    with pytest.raises(Unstartable, match=f"{copy} is a copy of {original}"):
        _link(copy / "pg", state / "two" / "pg")

    assert (original / "pg").readlink() == state / "one" / "pg"
    assert (state / "one" / "pg").is_dir()


def test_lost_passwords_are_reported(postgres_alone: Postgres) -> None:
    marked(postgres_alone)
    (postgres_alone.instance / "secrets.json").unlink()

    with pytest.raises(Unstartable, match=r"If .*secrets\.json was lost, restore it"):
        postgres_alone.start()


def marked(server: Postgres) -> None:
    """Start the server, write a mark into it, and stop it."""
    server.start()
    with psycopg.connect(plain(server.url("postgres", "postgres"))) as connection:
        connection.execute("COMMENT ON DATABASE postgres IS 'ours'")
    server.stop()


def mark(server: Postgres) -> object:
    """The mark stored in the server."""
    with psycopg.connect(plain(server.url("postgres", "postgres"))) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'postgres'"
        ).fetchone()
    return found if found == ("ours",) else None
