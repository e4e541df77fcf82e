"""Whichever process is killed, and at whatever point, exactly one letter is printed."""

from __future__ import annotations

import signal
import time
from datetime import timedelta

import pytest
from redis import Redis

from tests.jobs.installation import ONE, Installation
from tests.jobs.killed import ENDLESS, POINTS, RELAYING, WITHOUT_AGAIN

pytestmark = pytest.mark.system

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_once_prints_one_letter(installation: Installation, point: str) -> None:
    installation.wish(point)

    document, row = installation.order()

    assert installation.done(row), installation.log("worker")
    assert installation.until(lambda: not (installation.points / point).exists())
    assert installation.outcome(document, row) == ONE


@pytest.mark.parametrize("point", ["after the claim", "after the file is stored"])
def test_a_worker_killed_with_its_parent_prints_one_letter(installation: Installation, point: str) -> None:
    parent = installation.processes["worker"].pid
    installation.wish(point, "both")

    document, row = installation.order()

    assert installation.done(row), installation.log("worker")
    assert installation.processes["worker"].pid != parent
    assert installation.outcome(document, row) == ONE


def test_an_orphan_that_comes_too_late_prints_nothing(installation: Installation) -> None:
    installation.wish("after the claim", "parent")

    document, row = installation.order()

    assert installation.done(row), installation.log("worker")
    (installation.points / "go on").touch()
    taken_over = f"outbox row {row} was taken over by another worker"
    assert installation.until(lambda: taken_over in installation.log("worker")), installation.log("worker")
    assert installation.outcome(document, row) == ONE


def test_a_letter_that_never_finishes_is_given_up_with_its_reason(installation: Installation) -> None:
    installation.wish(ENDLESS)

    _, endless = installation.order()

    assert installation.until(lambda: installation.row(endless).dead_at is not None), installation.log("worker")
    (installation.points / ENDLESS).unlink()
    document, row = installation.order()
    assert installation.done(row)
    assert (installation.row(endless).attempts, installation.row(endless).problem) == (
        2,
        "It took longer than 60 seconds.",
    )
    assert installation.outcome(document, row) == ONE


def test_a_relay_killed_between_queue_and_commit_loses_nothing(installation: Installation) -> None:
    relay = installation.processes["relay"].pid
    installation.wish(RELAYING)

    document, row = installation.order()

    assert installation.done(row), installation.log("relay")
    assert installation.until(lambda: installation.processes["relay"].pid != relay)
    assert installation.outcome(document, row) == ONE


def test_an_emptied_queue_is_filled_again(installation: Installation) -> None:
    installation.kill("worker")
    ordered = [installation.order() for _ in range(3)]
    assert installation.until(lambda: installation.queued() > 0)

    with Redis.from_url(installation.valkey.url) as connection:
        connection.flushall()
    installation.start("worker")

    assert installation.done(*(row for _, row in ordered)), installation.log("relay")
    assert [installation.outcome(*one) for one in ordered] == [ONE] * 3


def test_a_killed_queue_server_loses_nothing(installation: Installation) -> None:
    ordered = [installation.order() for _ in range(2)]

    server = installation.valkey._server  # noqa: SLF001 - to kill it behind its back is the point
    assert server is not None
    server.send_signal(signal.SIGKILL)
    server.wait()
    ordered.append(installation.order())
    installation.valkey.stop()
    installation.valkey.start()

    assert installation.done(*(row for _, row in ordered)), installation.log("worker")
    assert [installation.outcome(*one) for one in ordered] == [ONE] * 3


def test_without_a_second_enqueuing_an_emptied_queue_loses_a_letter(installation: Installation) -> None:
    installation.wish(WITHOUT_AGAIN)
    installation.kill("worker")
    _, row = installation.order()
    assert installation.until(lambda: installation.row(row).next_at - installation.row(row).created_at > HOUR / 2)

    with Redis.from_url(installation.valkey.url) as connection:
        connection.flushall()
        installation.start("worker")
        assert installation.until(installation.listening)
    time.sleep(2)

    assert (installation.row(row).attempts, installation.row(row).done_at) == (0, None)
    (installation.points / WITHOUT_AGAIN).unlink()
    installation.settle()
