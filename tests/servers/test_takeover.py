"""Servers end with the process that started them, however it ends, and the next process can start them again."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import ROOT
from grants.outside.servers import AlreadyStarted, Postgres, Unstartable, Valkey, child
from grants.outside.servers.home import Account
from grants.outside.servers.postgres import plain
from tests.servers_fixture import erase

pytestmark = pytest.mark.system

Server = Postgres | Valkey
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(params=[Postgres, Valkey])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A separate server, not started, in a folder that only our user can enter."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    made: Server = request.param(private / "instance")
    yield made
    made.stop()
    erase(made)


@pytest.fixture
def postgres_alone(tmp_path: Path) -> Iterator[Postgres]:
    """A separate PostgreSQL, not started."""
    made = Postgres(tmp_path / "instance")
    yield made
    made.stop()
    erase(made)


@pytest.fixture
def started_elsewhere(server: Server) -> Iterator[Start]:
    """Start the server from another process and return that process."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(*untied: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.servers.starter", type(server).__name__, str(server.instance), *untied]
        starter = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        begun.append(starter)
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"ready\n"
        return starter

    yield start
    for starter in begun:
        starter.kill()
        starter.communicate()
    server.start()  # removes what the killed starters left


def answers(server: Server) -> bool:
    """Whether the server can be reached now."""
    try:
        if isinstance(server, Valkey):
            with redis.Redis.from_url(server.url) as connection:
                return bool(connection.ping())
        with psycopg.connect(plain(server.url("postgres", "postgres"))):
            return True
    except (redis.ConnectionError, psycopg.OperationalError):
        return False


def soon(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether the condition becomes true in time."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def test_a_start_does_not_change_the_modes_of_parent_folders(server: Server) -> None:
    parents = [*server.instance.parents]
    before = {path: (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents}

    server.start()

    assert {path: (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents} == before
    assert answers(server)


def test_a_changed_parent_folder_would_be_noticed(server: Server) -> None:
    """Counter-test: the comparison above notices the changes that the wheel's own start makes to a folder."""
    parent = server.instance.parent
    before = parent.stat().st_mode

    parent.chmod(0o755)

    assert parent.stat().st_mode != before


def test_data_and_sockets_are_open_to_the_user_of_the_server_only(server: Server) -> None:
    server.start()

    for folder in (server.home.folder / "data", server.home.sockets()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.instance.stat().st_mode) == 0o700


def test_a_second_starter_is_refused_with_a_reason(server: Server, started_elsewhere: Start) -> None:
    first = started_elsewhere()

    with pytest.raises(AlreadyStarted, match=f"is running, started by process {first.pid}. Stop that process first."):
        server.start()

    assert answers(server)


def test_a_server_dies_with_its_killed_starter(server: Server, started_elsewhere: Start) -> None:
    started_elsewhere().kill()

    assert soon(lambda: not answers(server))


def test_an_untied_server_survives_its_killed_starter(server: Server, started_elsewhere: Start) -> None:
    """Counter-test: without PR_SET_PDEATHSIG the server continues, and only the next start ends it."""
    starter = started_elsewhere("untied")
    starter.kill()
    starter.wait()

    assert not soon(lambda: not answers(server), seconds=1.0)

    server.start()
    assert server.running
    assert answers(server)


def test_the_next_starter_takes_over_at_once_after_a_kill(server: Server, started_elsewhere: Start) -> None:
    starter = started_elsewhere()
    starter.kill()
    starter.wait()

    server.start()

    assert answers(server)


def test_a_killed_server_is_restarted_by_the_same_starter(postgres_alone: Postgres) -> None:
    postgres_alone.start()
    address = plain(postgres_alone.url("postgres", "postgres"))
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 41 AS id")
    number = int((postgres_alone.home.folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(number, signal.SIGKILL)
    assert soon(lambda: not postgres_alone.running)

    postgres_alone.start()

    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT id FROM kept").fetchone() == (41,)


@pytest.fixture
def stranger(postgres_alone: Postgres) -> Iterator[int]:
    """A process of the server's user whose id is in the lock file of a killed server."""
    account: Account | None = postgres_alone.home.account
    postgres_alone.start()
    lock = postgres_alone.home.folder / "data" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    postgres_alone.stop()
    other = child.spawn(["/bin/sleep", "60"], env={}, output=subprocess.DEVNULL, account=account)
    lock.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
    postgres_alone.home.give(lock)
    yield other.pid
    other.kill()
    other.wait()


def test_a_process_id_reused_by_another_program_is_not_confused_with_the_server(
    postgres_alone: Postgres, stranger: int
) -> None:
    postgres_alone.start()

    assert answers(postgres_alone)
    os.kill(stranger, 0)


def test_postgresql_would_mistake_the_other_program_for_itself(
    postgres_alone: Postgres, stranger: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: with the old process id in the file the server does not start."""
    monkeypatch.setattr(Postgres, "_forget_stale_number", lambda _: None)

    with pytest.raises(Unstartable, match=f"Is another postmaster \\(PID {stranger}\\) running"):
        postgres_alone.start()


def test_an_incomplete_data_folder_is_created_again(postgres_alone: Postgres) -> None:
    left = postgres_alone.home.private("data.new") / "half"
    left.write_text("of a first start that was killed")

    postgres_alone.start()

    assert answers(postgres_alone)
    assert not left.parent.exists()


def test_no_server_listens_on_the_network(postgres_alone: Postgres) -> None:
    postgres_alone.start()

    with psycopg.connect(plain(postgres_alone.url("postgres", "postgres"))) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_valkey_persists_every_write_and_evicts_nothing(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url, decode_responses=True) as connection:
        settings = connection.config_get("appendonly", "maxmemory-policy", "port")

    assert settings == {"appendonly": "yes", "maxmemory-policy": "noeviction", "port": "0"}
