"""Who can reach the queue cannot write to it without the password, and who can write to it cannot run commands."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer, PickleSerializer

import reports
from grants.cli.check import queue as checked
from grants.jobs import refused
from grants.jobs.job import SECONDS, WORK, OutboxJob
from grants.outside import keys
from grants.outside.servers import Valkey
from tests.jobs.conftest import queues
from tests.jobs.test_worker import worked
from tests.servers_fixture import erase

pytestmark = pytest.mark.sweep

__all__ = ["queues"]


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable warming up, which takes seconds and is tested in tests/reports."""
    monkeypatch.setattr(reports, "warm", lambda: None)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Valkey]:
    """A separate Valkey, not started."""
    made = Valkey(tmp_path / "instance")
    yield made
    made.stop()
    erase(made)


def enqueue(connection: redis.Redis, target: Path, serializer: type[JSONSerializer | PickleSerializer]) -> str:
    """Put the call of a command into the queue; returns its id."""
    made = Queue("letters", connection=connection, serializer=serializer)
    return str(made.enqueue_call("os.system", args=(f"touch {target}",), timeout=SECONDS).id)


def without_password(server: Valkey) -> redis.Redis:
    """A client of the server's user that does not know the password."""
    return redis.Redis(unix_socket_path=server.url.rpartition("@")[2])


def test_the_server_takes_nothing_from_a_client_without_its_password(alone: Valkey, tmp_path: Path) -> None:
    alone.start()

    with without_password(alone) as stranger, pytest.raises(redis.AuthenticationError):
        enqueue(stranger, tmp_path / "trace", JSONSerializer)
    with redis.Redis.from_url(alone.url) as ours:
        assert ours.keys() == []


def test_the_password_is_a_secret_of_the_instance_and_on_no_command_line(alone: Valkey) -> None:
    alone.start()

    password = keys.known(alone.instance, "valkey")
    written = alone.home.folder / "settings" / "valkey.conf"
    shown = b" ".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
    assert len(password) >= 40
    assert password in written.read_text()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert str(alone.home.sockets()).encode() in shown
    assert password.encode() not in shown


def test_without_a_password_everybody_with_the_socket_writes_to_the_queue(
    alone: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    empty = alone.home.private("settings") / "empty.conf"
    empty.touch()
    alone.home.give(empty)
    monkeypatch.setattr(Valkey, "_secret_settings", lambda _: empty)
    monkeypatch.setattr(Valkey, "url", property(lambda server: f"unix://{server._socket}"))  # noqa: SLF001
    alone.start()

    with redis.Redis.from_url(alone.url) as stranger:
        forged = enqueue(stranger, tmp_path / "trace", JSONSerializer)
        assert stranger.lrange("rq:queue:letters", 0, -1) == [forged.encode()]


@pytest.mark.parametrize(
    ("serializer", "why"),
    [(JSONSerializer, "it differs from the jobs of the relay"), (PickleSerializer, "")],
    ids=["JSON", "pickle"],
)
def test_a_command_in_the_queue_is_refused_recorded_and_parked(
    awarded_app: Flask,
    queues: redis.Redis,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    *,
    serializer: type[JSONSerializer | PickleSerializer],
    why: str,
) -> None:
    forged = enqueue(queues, tmp_path / "trace", serializer)

    assert worked(awarded_app, queues, WORK) == 0

    (parked,) = [json.loads(text) for text in refused.parked(queues)]
    assert not (tmp_path / "trace").exists()
    assert parked["id"] == forged
    assert parked["why"].startswith(why)
    assert parked["at"] > 1_700_000_000
    assert "letters" in parked["stored"]
    assert f"dropped a job that the relay has not enqueued: '{forged}'" in caplog.text


def test_without_the_check_the_command_runs(
    awarded_app: Flask, queues: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(OutboxJob, "_is_ours", lambda _: True)
    enqueue(queues, tmp_path / "trace", JSONSerializer)

    worked(awarded_app, queues)

    assert (tmp_path / "trace").exists()


def test_refused_entries_are_a_finding_and_cannot_fill_the_server(valkey: Valkey, queues: redis.Redis) -> None:
    number = queues.connection_pool.connection_kwargs["db"]
    assert list(checked(f"{valkey.url}?db={number}")) == []
    queues.set(refused.KEY, "another type of value")
    for each in range(refused.MOST + 5):
        refused.park(queues, each, "why" * 1_000, {b"x" * 1_000: b"y" * 100_000})

    (finding,) = checked(f"{valkey.url}?db={number}")
    assert finding.name == "queue"
    assert f"{refused.MOST} entries that the relay had not enqueued were refused" in finding.problem
    assert queues.llen(refused.KEY) == refused.MOST
    assert max(len(text) for text in refused.parked(queues)) < 3_000
