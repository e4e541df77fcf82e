"""Letters through the whole pipeline (queue, database, snapshot, print, store) compared with a loop over WeasyPrint."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from config import ROOT, Settings
from grants.cli.up import COMMAND
from grants.db import db
from grants.jobs import program, relay
from tests.bench import browsers, processes
from tests.bench.figures import Figure
from tests.bench.ground import Ground
from tests.bench.orders import Desk

ROUNDS, LETTERS, PAGES = 8, 40, 4
TEN, ONE, BARE = "ten to a job", "one by one", "bare loop"
PER_JOB = {TEN: relay.PER_JOB, ONE: 1}
LEAST = {TEN: 0.95, ONE: 0.70}
FASTER = 3.0
RESTING_MIB = 200.0
PART = "Award letters in French, one process: the whole way against a bare loop over WeasyPrint"
MEMORY = "Memory of the worker that prints letters"
BROWSER = "The same letters by headless Chromium, one page at a time"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds per letter: wall-clock time, and processor time of all processes involved."""

    wall: float
    cpu: float


@dataclass
class Way:
    """The installation under test.

    worker: its process id; highest: the highest memory of one of its children, in MiB.
    """

    ground: Ground
    desk: Desk
    worker: int
    highest: float = 0.0

    def print(self, per_job: int, count: int = LETTERS) -> Cost:
        """The cost per letter from the first one enqueued to the last one stored, for this many letters."""
        ids = self.desk.order(count)
        before, mine = self._spent(), time.process_time()
        began = self.desk.send(per_job)
        mine = time.process_time() - mine
        processes.until(lambda: self.desk.printed(ids), f"{count} letters", pause=0.5, meanwhile=self.look)
        processes.until(lambda: not self.look(), "The end of the last job")
        spent = self._spent() - before + mine
        return Cost((self.desk.received(ids) - began).total_seconds() / count, spent / count)

    def look(self) -> list[int]:
        """The current child of the worker, if any; records its memory."""
        found = processes.children(self.worker)
        self.highest = max([self.highest, *(processes.resident(pid, "VmHWM") for pid in found)])
        return found

    def _spent(self) -> float:
        return processes.cpu_seconds(self.worker, *self.ground.servers)


@dataclass
class Bare:
    """The baseline loop in its own process."""

    loop: subprocess.Popen[str]

    def print(self) -> Cost:
        """The cost per letter in one round over all letters."""
        found = self._ask()
        return Cost(found["wall"] / LETTERS, found["cpu"] / LETTERS)

    def begin(self, letters: list[str]) -> None:
        """Send it the letters and wait until it is warm."""
        self._ask(json.dumps(letters))

    def _ask(self, line: str = "") -> dict[str, float]:
        assert self.loop.stdin is not None
        assert self.loop.stdout is not None
        self.loop.stdin.write(line + "\n")
        self.loop.stdin.flush()
        answer: dict[str, float] = json.loads(self.loop.stdout.readline())
        return answer


@contextmanager
def bare() -> Iterator[Bare]:
    """A baseline loop that ends with the block."""
    command = [sys.executable, "-m", "tests.bench.bare"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loop:
        yield Bare(loop)


def measure(ground: Ground, name: str) -> list[Figure]:
    """Measure letters, memory and browsers in a database of this name; the ratios are medians over all rounds."""
    settings = ground.database(name)
    app = program.build(settings)
    with program.connect(settings) as connection:
        desk = Desk(app, connection)
        desk.furnish()
        worker = ground.start(name, [*COMMAND, "worker", "letters"], settings)
        way = Way(ground, desk, worker.pid)
        try:
            return _measure(way, settings)
        finally:
            ground.end()
            with app.app_context():
                db.engine.dispose()


def _measure(way: Way, settings: Settings) -> list[Figure]:
    way.print(relay.PER_JOB, relay.PER_JOB)
    rest = processes.resident(way.worker)
    ids = way.desk.order(LETTERS)
    letters = way.desk.html(ids)
    way.desk.send(relay.PER_JOB)
    with bare() as loop:
        loop.begin(letters)
        processes.until(lambda: way.desk.printed(ids) and not way.look(), "The first letters")
        rounds = list(_rounds(way, loop))
    ours = median(each[TEN].wall for each in rounds)
    grown = processes.resident(way.worker) - rest
    return [*_ratios(rounds), *_memory(rest, grown, way.highest), *_browser(letters[:PAGES], settings.instance, ours)]


def _rounds(way: Way, loop: Bare) -> Iterator[dict[str, Cost]]:
    """The cost per letter of each method, in turn.

    The baseline is the mean of one run before and one after, because machines drift.
    """
    before = loop.print()
    for _ in range(ROUNDS):
        found = {kind: way.print(few) for kind, few in PER_JOB.items()}
        after = loop.print()
        yield {BARE: Cost((before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2), **found}
        before = after


def _ratios(rounds: list[dict[str, Cost]]) -> Iterator[Figure]:
    for kind in PER_JOB:
        for what in ("wall", "cpu"):
            named = {"wall": "by the clock", "cpu": "by processor seconds"}[what]
            ratio = median(getattr(each[BARE], what) / getattr(each[kind], what) for each in rounds)
            yield Figure(PART, f"speed {kind}, {named}", ratio, "of bare", least=LEAST[kind])
    for kind in (BARE, *PER_JOB):
        yield Figure(PART, f"one letter, {kind}", median(each[kind].wall for each in rounds) * 1_000, "ms")
        yield Figure(PART, f"one letter, {kind}, processor", median(each[kind].cpu for each in rounds) * 1_000, "ms")


def _memory(rest: float, grown: float, highest: float) -> Iterator[Figure]:
    yield Figure(MEMORY, "at rest, warmed up", rest, "MiB", most=RESTING_MIB)
    yield Figure(MEMORY, f"grown after {LETTERS * ROUNDS * len(PER_JOB)} letters", max(grown, 0.0), "MiB", most=10.0)
    yield Figure(MEMORY, "its child at most", highest, "MiB")


def _browser(letters: list[str], folder: Path, ours: float) -> Iterator[Figure]:
    program = browsers.chromium()
    if program is None:
        return
    files = [browsers.page(html, folder / f"letter-{number}.html") for number, html in enumerate(letters)]
    started = [browsers.started_for_each(program, files) for _ in range(3)]
    kept = [browsers.kept_open(program, files * 3) for _ in range(3)]
    yield Figure(BROWSER, "a browser for each page: slower", median(started) / ours, "times", least=FASTER)
    yield Figure(BROWSER, "one browser kept open: slower", median(kept) / ours, "times")
