"""Keep servers and processes running, and stop them in an order that loses no work.

honcho was tried and does not fit: it ends all processes when one ends, gives them five seconds, and its children
survive it if it is killed.
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
    """An embedded server or a child process."""

    @property
    def name(self) -> str:
        """The name in the output."""

    @property
    def running(self) -> bool:
        """Whether it is running."""

    def start(self) -> None:
        """Start it and wait until it can be used."""

    def stop(self) -> None:
        """Stop it; does nothing if it has ended."""


@dataclass
class Watch:
    """State of a service: how often it ended soon after its start, and when to start it again."""

    service: Service
    failures: int = 0
    started_at: float = 0.0
    again_at: float | None = None


@dataclass
class Supervisor:
    """Starts servers one after the other, then stages of processes; stops them in reverse order.

    The processes of a stage are told to stop together. say: takes a name and a line of output.
    between: called when the servers are running, before the first process starts.
    """

    servers: Sequence[Service]
    stages: Sequence[Sequence[Process]]
    log: Callable[[str, str], None]
    between: Callable[[], None] = lambda: None
    _stopping: bool = False
    _watched: list[Watch] = field(default_factory=list)

    def run(self) -> None:
        """Start everything and keep it running until SIGTERM, SIGINT or SIGHUP; raises Unstartable."""
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
            self.log("system", f"{service.name} started")

    def _mend(self) -> None:
        """Restart services that have ended, after a pause that grows with each failure."""
        for watch in self._watched:
            now = time.monotonic()
            if watch.service.running:
                continue
            if watch.again_at is None:
                steady = now - watch.started_at > STEADY_SECONDS
                watch.failures = 0 if steady else watch.failures
                watch.again_at = now + PAUSES[min(watch.failures, len(PAUSES) - 1)]
                watch.failures += 1
                self.log("system", f"{watch.service.name} has ended; restart in {watch.again_at - now:.1f} s")
            elif now >= watch.again_at:
                self._start_again(watch)

    def _start_again(self, watch: Watch) -> None:
        watch.again_at = None
        watch.started_at = time.monotonic()
        try:
            watch.service.stop()
            watch.service.start()
        except Unstartable as error:
            self.log("system", str(error))

    def _show(self) -> None:
        for watch in self._watched:
            if isinstance(watch.service, Process):
                for line in watch.service.lines():
                    self.log(watch.service.name, line)

    def _end(self) -> None:
        for stage in reversed(self.stages):
            for process in stage:
                process.tell()
            for process in stage:
                process.stop()
        self._show()
        for server in reversed(self.servers):
            server.stop()
        self.log("system", "all servers and processes have stopped")
