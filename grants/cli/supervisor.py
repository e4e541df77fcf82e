"""Keeps servers and processes running, and stops them in the order that loses nothing.

honcho was tried and does not fit: when one process ends it ends all, it gives them five seconds, and its children
outlive it when it is killed. With those three changed nothing of it was left.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

from grants.cli.process import Process
from grants.outside.servers import Unstartable

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
TICK_SECONDS = 0.2


class Service(Protocol):
    """Something to keep running: an embedded server or a child process."""

    @property
    def name(self) -> str:
        """What it is called in what is shown."""

    @property
    def running(self) -> bool:
        """Whether it runs now."""

    def start(self) -> None:
        """Start it and wait until it is of use."""

    def stop(self) -> None:
        """End it; safe when it has ended."""


@dataclass
class Watch:
    """What is remembered of a service: how often it ended soon after its start, and when it may start again."""

    service: Service
    failures: int = 0
    started_at: float = 0.0
    again_at: float | None = None


@dataclass
class Supervisor:
    """Servers first, one after the other, then stages of processes; stopped in reverse.

    The processes of a stage are told to end together. say: takes a name and a line, of a process or our own.
    between: what is to be done once the servers answer and before the first process starts.
    """

    servers: Sequence[Service]
    stages: Sequence[Sequence[Process]]
    say: Callable[[str, str], None]
    between: Callable[[], None] = lambda: None
    _stopping: bool = False
    _watched: list[Watch] = field(default_factory=list)

    def run(self) -> None:
        """Start everything, keep it running, and stop it when SIGTERM, SIGINT or SIGHUP comes; raises Unstartable."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked)
        try:
            for server in self.servers:
                self._begin(server)
            self.between()
            for process in self._processes:
                self._begin(process)
            while not self._stopping:
                self._mend()
                self._show()
                time.sleep(TICK_SECONDS)
        finally:
            self._end()

    @property
    def _processes(self) -> list[Process]:
        return [process for stage in self.stages for process in stage]

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _begin(self, service: Service) -> None:
        if not self._stopping:
            service.start()
            self._watched.append(Watch(service, started_at=time.monotonic()))
            self.say("system", f"{service.name} started")

    def _mend(self) -> None:
        """Start again what has ended, at once the first time and with longer pauses when it goes on ending."""
        for watch in self._watched:
            now = time.monotonic()
            if watch.service.running:
                continue
            if watch.again_at is None:
                steady = now - watch.started_at > STEADY_SECONDS
                watch.failures = 0 if steady else watch.failures
                watch.again_at = now + PAUSES[min(watch.failures, len(PAUSES) - 1)]
                watch.failures += 1
                self.say("system", f"{watch.service.name} has ended; it starts again in {watch.again_at - now:.1f} s")
            elif now >= watch.again_at:
                self._start_again(watch)

    def _start_again(self, watch: Watch) -> None:
        watch.again_at = None
        watch.started_at = time.monotonic()
        try:
            watch.service.stop()
            watch.service.start()
        except Unstartable as error:
            self.say("system", str(error))

    def _show(self) -> None:
        for watch in self._watched:
            if isinstance(watch.service, Process):
                for line in watch.service.lines():
                    self.say(watch.service.name, line)

    def _end(self) -> None:
        for stage in reversed(self.stages):
            for process in stage:
                process.tell()
            for process in stage:
                process.stop()
        self._show()
        for server in reversed(self.servers):
            server.stop()
        self.say("system", "everything has stopped")
