"""What each component of the service measures now. Servers and disks outside the database are asked here only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from config import Settings
from grants.db import now
from grants.outside import probes
from grants.outside.probes import Queue, QueueServer, Silent
from grants.queries import alarms
from grants.queries.alarms import Work
from grants.services import outbox
from grants.services.integrity.sealing import checkpoints, watch
from grants.web.alarms.thresholds import THRESHOLDS, Component, duration, space
from workflows.engine.message import Message

NOTHING = Message("Nothing is waiting.")


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured of a component.

    value: in the unit of its threshold; None where there is none. silent: it gave no answer, which is an alarm too.
    day: what is known of the last 24 hours.
    """

    component: Component
    value: float | None
    detail: Message
    silent: bool = False
    day: Message | None = None

    @property
    def is_alarm(self) -> bool:
        """Whether somebody must act."""
        return self.silent or (self.value is not None and self.value >= THRESHOLDS[self.component].at)

    @property
    def is_known(self) -> bool:
        """Whether anything was measured."""
        return self.silent or self.value is not None


def measure(settings: Settings, *, gunicorn: bool) -> list[Measurement]:
    """All measurements, in the order of the page. gunicorn: whether this process is one of a web server's."""
    return [
        web(settings, gunicorn=gunicorn),
        database(),
        *queues(settings),
        relay(),
        clock(),
        *work(),
        sealer(),
        *disks(settings),
        *scanner(settings),
    ]


def web(settings: Settings, *, gunicorn: bool) -> Measurement:
    """The web processes of this host."""
    running = probes.web_processes() if gunicorn else None
    if running is None:
        return Measurement(Component.WEB, None, Message("The number of processes on this host is not known."))
    detail = Message("%(running)s of %(of)s run on this host", running=running, of=settings.web_processes)
    return Measurement(Component.WEB, max(settings.web_processes - running, 0), detail)


def database() -> Measurement:
    """The connections and the size of the database."""
    found = alarms.database()
    detail = Message(
        "%(used)s of %(most)s connections; %(size)s of data",
        used=found.connections,
        most=found.most,
        size=space(found.size),
    )
    return Measurement(Component.DATABASE, 100 * found.connections / found.most, detail)


QUEUES = {
    outbox.LETTERS: (Component.LETTERS_WORKER, Component.LETTERS_QUEUE),
    outbox.DEFAULT: (Component.DEFAULT_WORKER, Component.DEFAULT_QUEUE),
}


def queues(settings: Settings) -> Iterator[Measurement]:
    """The queue server, its workers and its queues; without the server, nothing is known of the others."""
    try:
        found = probes.queue_server(settings.redis_url, outbox.QUEUES)
    except Silent as reason:
        unknown = Message("The queue server is not responding.")
        yield Measurement(Component.QUEUE_SERVER, None, _no_answer(reason), silent=True)
        for component in (one for pair in QUEUES.values() for one in pair):
            yield Measurement(component, None, unknown)
        return
    yield _server(found)
    for name, (worker, queue) in QUEUES.items():
        yield _worker(worker, found.queues[name])
        waiting = found.queues[name].waiting
        yield Measurement(queue, waiting, Message("Waiting for the worker") if waiting else NOTHING)


def _server(found: QueueServer) -> Measurement:
    detail = Message("Responding; %(size)s in memory", size=space(found.memory))
    return Measurement(Component.QUEUE_SERVER, 1_000 * found.seconds, detail)


def _worker(component: Component, queue: Queue) -> Measurement:
    if not queue.heartbeats:
        return Measurement(component, None, Message("No worker is registered."), silent=True)
    detail = Message.counted("%(n)s worker", "%(n)s workers", n=len(queue.heartbeats))
    return Measurement(component, queue.heartbeats[0], detail)


def relay() -> Measurement:
    """How long the oldest due row has waited for the relay, which looks for one every second."""
    since = outbox.due_since()
    detail = NOTHING if since is None else Message("The oldest job was due at %(at)s.", at=since)
    return Measurement(Component.RELAY, _age(since), detail)


def clock() -> Measurement:
    """When periodic work last ran."""
    found = alarms.clock()
    if found.at is None:
        return Measurement(Component.CLOCK, None, Message("It has not run yet."), silent=True)
    failed = Message.counted(
        "%(n)s task has failed and will be retried", "%(n)s tasks have failed and will be retried", n=found.failures
    )
    ran = Message("Last run at %(at)s", at=found.at)
    detail = Message("%(ran)s; %(failed)s", ran=ran, failed=failed) if found.failures else ran
    return Measurement(Component.CLOCK, _age(found.at), detail)


KINDS: dict[str, tuple[Component, Callable[[int], Message]]] = {
    "mail": (
        Component.MAILS,
        lambda n: Message.counted("%(n)s email processed", "%(n)s emails processed", n=n),
    ),
    "document": (
        Component.DOCUMENTS,
        lambda n: Message.counted("%(n)s document created", "%(n)s documents created", n=n),
    ),
    "inspection": (
        Component.UPLOADS,
        lambda n: Message.counted("%(n)s file checked", "%(n)s files checked", n=n),
    ),
}
"""The component of each kind of row in the outbox, and what was done."""


def work() -> Iterator[Measurement]:
    """What waits in the outbox, by kind, and what was given up."""
    found = alarms.work()
    for kind, (component, done) in KINDS.items():
        yield _waiting(component, found.get(kind, Work()), done)
    number = sum(one.given_up for one in found.values())
    detail = Message("Given up after several attempts") if number else Message("No job has been given up.")
    yield Measurement(Component.GIVEN_UP, number, detail)


def _waiting(component: Component, found: Work, done: Callable[[int], Message]) -> Measurement:
    detail = NOTHING
    if found.oldest is not None:
        n = found.waiting
        detail = Message.counted(
            "%(n)s waiting since %(at)s", "%(n)s waiting, the oldest since %(at)s", n=n, at=found.oldest
        )
    day = done(found.done)
    if found.longest is not None:
        day = Message("%(done)s; longest wait %(time)s", done=day, time=duration(found.longest.total_seconds()))
    return Measurement(component, _age(found.oldest), detail, day=day)


def sealer() -> Measurement:
    """How long the oldest event without a checkpoint could have been sealed."""
    last = checkpoints.newest()
    if last is None:
        return Measurement(Component.SEALER, None, Message("There is no checkpoint yet."))
    waiting = watch.waiting_since(last)
    detail = Message("Checkpoint %(id)s of %(at)s is the newest", id=last.id, at=last.at)
    return Measurement(Component.SEALER, _age(waiting.sealer_since if waiting else None), detail)


def disks(settings: Settings) -> Iterator[Measurement]:
    """The disks of the data folder and, where it has a place of its own, of the stored files."""
    yield _disk(Component.DATA_DISK, lambda: probes.disk(settings.instance))
    if settings.files_url:
        try:
            folder = probes.local_folder(settings.files)
        except Silent as reason:
            yield Measurement(Component.FILES_DISK, None, _no_answer(reason), silent=True)
            return
        if folder is None:
            remote = Message("The files are kept in an object store, which has no size limit.")
            yield Measurement(Component.FILES_DISK, None, remote)
        else:
            yield _disk(Component.FILES_DISK, lambda: probes.disk(folder))


def _disk(component: Component, ask: Callable[[], probes.Disk]) -> Measurement:
    try:
        found = ask()
    except Silent as reason:
        return Measurement(component, None, _no_answer(reason), silent=True)
    detail = Message("%(free)s of %(size)s free", free=space(found.free), size=space(found.size))
    return Measurement(component, 100 * found.used / max(found.size, 1), detail)


def scanner(settings: Settings) -> Iterator[Measurement]:
    """The virus scanner, where one is set."""
    if settings.clamd_address:
        try:
            seconds = probes.scanner(settings.clamd_address)
            yield Measurement(Component.SCANNER, 1_000 * seconds, Message("Responding"))
        except Silent as reason:
            yield Measurement(Component.SCANNER, None, _no_answer(reason), silent=True)


def _age(since: datetime | None) -> float:
    """The seconds since then; nothing that waits has waited for none."""
    return 0.0 if since is None else max((now() - since).total_seconds(), 0.0)


def _no_answer(reason: Silent) -> Message:
    return Message("Not responding (%(reason)s)", reason=str(reason))
