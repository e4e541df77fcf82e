"""What the parts of the service say of themselves: the queue, its workers, disks and web processes.

Every answer is waited for briefly. A part that does not answer raises Silent, so that a page can say so.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from grants.outside import clamd
from grants.outside.greenlets import aside_at_most

if TYPE_CHECKING:
    from redis import Redis

SECONDS = 1.0
"""How long an answer is waited for."""
MOST_WORKERS = 50
"""The most workers of a queue whose heartbeats are read."""


class Silent(Exception):
    """A part of the service does not answer, or answers with something else; the text is the kind of the error."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: how many jobs wait in it, and the seconds since the last heartbeat of each of its workers."""

    waiting: int
    heartbeats: Sequence[float]


@dataclass(frozen=True, slots=True)
class QueueServer:
    """Valkey or Redis: the seconds that its answer took, the bytes that it uses, and the queues by their names."""

    seconds: float
    memory: int
    queues: Mapping[str, Queue]


@dataclass(frozen=True, slots=True)
class Disk:
    """The space of a disk in bytes: for this user, without what is reserved for root."""

    used: int
    free: int

    @property
    def size(self) -> int:
        """Used and free space together."""
        return self.used + self.free


def queue_server(url: str, names: Sequence[str]) -> QueueServer:
    """What the server of the queue says of these queues; raises Silent."""
    import redis  # no other page of a web process uses the queue
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    begun = time.monotonic()
    try:
        with redis.Redis.from_url(
            url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 0)
        ) as connection:
            memory = int(connection.info("memory")["used_memory"])
            took = time.monotonic() - begun
            return QueueServer(took, memory, {name: _queue(connection, name) for name in names})
    except (redis.RedisError, OSError, ValueError, LookupError, TypeError) as error:
        raise Silent(type(error).__name__) from error


def _queue(connection: Redis, name: str) -> Queue:
    """The queue as RQ stores it; `tests/web/test_alarms.py` reads what a worker of RQ has registered."""
    found: Any = connection
    seconds, _ = found.time()
    workers = sorted(found.smembers(f"rq:workers:{name}"))[:MOST_WORKERS]
    beats = [found.hget(worker, "last_heartbeat") for worker in workers]
    return Queue(
        found.llen(f"rq:queue:{name}"),
        sorted(max(seconds - _instant(beat).timestamp(), 0.0) for beat in beats if beat is not None),
    )


def _instant(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).astimezone(UTC)


def scanner(address: str) -> float:
    """The seconds that the virus scanner took to answer; raises Silent."""
    begun = time.monotonic()
    try:
        clamd.ping(address, seconds=SECONDS)
    except (OSError, ValueError) as error:
        raise Silent(type(error).__name__) from error
    return time.monotonic() - begun


def disk(folder: Path) -> Disk:
    """The disk of a folder, or of the nearest one above it that exists; raises Silent."""
    try:
        return _promptly(f"disk {folder}", lambda: _disk(folder))
    except OSError as error:
        raise Silent(type(error).__name__) from error


def _disk(folder: Path) -> Disk:
    there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    usage = shutil.disk_usage(there)
    return Disk(usage.used, usage.free)


def local_folder(url: str) -> Path | None:
    """The folder of a store at this fsspec URL, if it is one of this machine; raises Silent."""
    try:
        files, root = fsspec.core.url_to_fs(url)
    except (OSError, ValueError, ImportError) as error:
        raise Silent(type(error).__name__) from error
    return Path(root) if isinstance(files, LocalFileSystem) else None


def web_processes() -> int | None:
    """How many processes gunicorn has started beside this one, which it counts too; None where that is not known."""
    parent = os.getppid()
    try:
        return len(Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
    except OSError:
        return None


_measuring: set[str] = set()
"""What a thread waits for. A disk that does not answer holds one thread of the process, and not one for each page."""


def _promptly(name: str, measure: Callable[[], Disk]) -> Disk:
    """The measured value; raises TimeoutError after SECONDS, and at once while an earlier one is still waited for."""
    if name in _measuring:
        raise TimeoutError
    _measuring.add(name)

    def measured() -> Disk:
        try:
            return measure()
        finally:
            _measuring.discard(name)

    found: Disk = aside_at_most(SECONDS, measured)
    return found
