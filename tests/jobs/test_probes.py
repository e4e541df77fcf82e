"""What the page of service health reads of the queue, the workers, the virus scanner and the disks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from gevent import monkey
from redis import Redis

import reports
from grants.jobs import relay, worker
from grants.jobs.program import queue
from grants.outside import greenlets, probes
from grants.outside.probes import Silent
from grants.services.outbox import QUEUES
from grants.web.alarms.thresholds import THRESHOLDS, Component


def address(connection: Redis) -> str:
    """The URL of a connection of the tests."""
    given = connection.connection_pool.connection_kwargs
    return f"unix://:{given['password']}@{given['path']}?db={given['db']}"


@contextmanager
def listening(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server that handles one connection; yields its port."""

    def accept(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            serve(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_registered_worker_is_read_with_its_heartbeat_and_its_queue(
    awarded_app: Flask, queues: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "warm", lambda: None)
    made = worker.prepare(awarded_app, "letters", queues)
    made.register_birth()  # type: ignore[no-untyped-call]
    queue("letters", queues).enqueue_call("grants.jobs.processing.work", args=([1],))

    found = probes.queue_server(address(queues), QUEUES)

    assert [(len(one.heartbeats), one.waiting) for one in found.queues.values()] == [(1, 1), (0, 0)]
    assert found.queues["letters"].heartbeats[0] < 5
    assert found.memory > 0


def test_a_server_that_does_not_listen_is_silent_at_once() -> None:
    begun = time.monotonic()

    with pytest.raises(Silent, match="ConnectionError"):
        probes.queue_server("redis://127.0.0.1:1/0", QUEUES)

    assert time.monotonic() - begun < 1


def test_a_server_that_listens_and_says_nothing_is_silent_after_a_second() -> None:
    with listening(lambda _: time.sleep(2)) as port:
        begun = time.monotonic()
        with pytest.raises(Silent, match="TimeoutError"):
            probes.queue_server(f"redis://127.0.0.1:{port}/0", QUEUES)
        took = time.monotonic() - begun

    assert took < 1.8


@pytest.mark.parametrize("beat", ["", "yesterday", "2026-13-45T00:00:00Z", b"\xff\xfe"])
def test_a_heartbeat_that_cannot_be_read_is_silence(queues: Redis, beat: str | bytes) -> None:
    queues.sadd("rq:workers:letters", "rq:worker:one")
    queues.hset("rq:worker:one", "last_heartbeat", beat)

    with pytest.raises(Silent):
        probes.queue_server(address(queues), QUEUES)


def test_a_key_of_another_type_is_silence(queues: Redis) -> None:
    queues.set("rq:queue:letters", "a text")

    with pytest.raises(Silent, match="ResponseError"):
        probes.queue_server(address(queues), QUEUES)


@pytest.mark.parametrize(("reply", "answers"), [(b"PONG\0", True), (b"UNKNOWN COMMAND\0", False), (b"", False)])
def test_only_a_scanner_that_answers_pong_answers(reply: bytes, answers: bool) -> None:  # noqa: FBT001 - of the table
    def serve(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(reply)

    with listening(serve) as port:
        if answers:
            assert probes.scanner(f"tcp://127.0.0.1:{port}") < 1
            return
        with pytest.raises(Silent):
            probes.scanner(f"tcp://127.0.0.1:{port}")


def test_the_disk_of_a_folder_that_does_not_exist_yet_is_that_of_the_folder_above(tmp_path: Path) -> None:
    assert probes.disk(tmp_path / "files" / "later").size == probes.disk(tmp_path).size


def test_only_a_store_of_this_machine_has_a_folder(tmp_path: Path) -> None:
    assert probes.local_folder(f"file://{tmp_path}") == tmp_path
    assert probes.local_folder("memory://bucket") is None


def test_a_disk_that_does_not_answer_holds_one_thread_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pages that each held a thread would leave none for passwords."""
    begun = list[None]()
    end = threading.Event()

    def hang(_: Path) -> probes.Disk:
        begun.append(None)
        end.wait(10)
        return probes.Disk(0, 1)

    monkeypatch.setattr(monkey, "is_module_patched", lambda _: True)
    monkeypatch.setattr(probes, "_disk", hang)
    monkeypatch.setattr(probes, "SECONDS", 0.1)
    try:
        for _ in range(3):
            with pytest.raises(Silent, match="TimeoutError"):
                probes.disk(tmp_path)
        assert len(begun) == 1

        monkeypatch.setattr(probes, "_promptly", lambda _, measure: greenlets.aside_at_most(0.1, measure))
        for _ in range(3):  # without the guard
            with pytest.raises(Silent, match="TimeoutError"):
                probes.disk(tmp_path)
        assert len(begun) == 4
    finally:
        end.set()


def test_a_full_queue_is_an_alarm() -> None:
    assert {THRESHOLDS[one].at for one in (Component.LETTERS_QUEUE, Component.DEFAULT_QUEUE)} == {relay.FULL}
