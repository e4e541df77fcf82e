"""`grants demo` in a private home: it changes no folder outside it, and all its processes end with it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest

from config import ROOT
from grants.cli.up import free_port
from grants.outside.servers import Postgres, Valkey
from tests.servers.test_takeover import soon
from tests.servers_fixture import erase
from tests.story.outcome import CHEAP, COMMAND, running

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]
SECONDS = 90.0
WELCOME, PLAYING = "The demonstration runs at", "Playing the story of one grant"
PARTS = {"up", "gunicorn", "letters", "default", "relay", "cron", "mailbox", "postgres", "valkey"}


@dataclass
class Home:
    """A home that only its owner can enter, with an instance in which the story has been played before."""

    folder: Path
    port: int

    @property
    def instance(self) -> Path:
        """The folder of the demonstration's data."""
        return self.folder / "instance"

    @property
    def output(self) -> Path:
        """The output of the demonstrations of this home, one after the other."""
        return self.folder / "output"

    @property
    def text_found(self) -> str:
        """The same, as text."""
        return self.output.read_text() if self.output.exists() else ""

    @property
    def story(self) -> Path:
        """Evidence that the story was played to its end."""
        return self.instance / "demo" / "story.json"

    def start(self, words: str = WELCOME) -> subprocess.Popen[bytes]:
        """Start it and wait until it prints this text; fails with its actual output."""
        before = self.text_found.count(words)
        given = {"HOME": self.folder, "GRANTS_INSTANCE": self.instance, "GRANTS_PORT": self.port, "GRANTS_DEMO": 1}
        env = os.environ | {name: str(value) for name, value in given.items()} | {"PYTHONUNBUFFERED": "1"} | CHEAP
        with self.output.open("ab") as output:
            demo = subprocess.Popen([*COMMAND, "demo"], cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
        soon(lambda: self.text_found.count(words) > before or demo.poll() is not None, SECONDS)
        if self.text_found.count(words) == before:
            demo.terminate()
            demo.wait()
            pytest.fail(self.text_found)
        return demo

    def healthy(self) -> bool:
        """Whether its web application answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == HTTPStatus.OK
        finally:
            connection.close()

    def left(self) -> list[str]:
        """Process id and command line of each of its processes."""
        return list(running(str(self.instance), Postgres(self.instance / "demo").home.key))


@dataclass(frozen=True)
class Life:
    """Observations of one home in which three demonstrations ran one after another.

    The first was killed while it played the story. The second started immediately afterwards and played it again, until
    its system process was killed. The third found the story played, and was told to stop when it was ready.
    gone: whether the killed one left nothing; begun: whether the story was played again; orphaned: the second's exit
    status, its last line, and processes running after it; at_work, healthy, stopped, left: the third's processes, its
    health, its exit status, and processes running after it; before, after: modes and owners of every parent folder.
    """

    gone: bool
    begun: bool
    orphaned: tuple[int, str, list[str]]
    at_work: list[str]
    healthy: bool
    stopped: int
    left: list[str]
    before: dict[Path, tuple[int, int, int]]
    after: dict[Path, tuple[int, int, int]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home for this file; no process runs in it afterwards."""
    made = Home(tmp_path_factory.mktemp("home"), free_port())
    made.folder.chmod(0o700)
    made.story.parent.mkdir(parents=True)
    yield made
    assert soon(lambda: not made.left())
    for server in (Postgres(made.instance / "demo"), Valkey(made.instance / "demo")):
        erase(server)


@pytest.fixture(scope="module")
def life(home: Home) -> Life:
    """Three demonstrations, one after another; each takes six seconds to start."""
    before = modes(home.instance / "demo")
    first = home.start(PLAYING)
    killed = {*home.left()}
    kill(first)
    second = home.start(PLAYING)
    begun, gone = not home.story.exists(), not killed.intersection(home.left())
    orphaned = deserted(home, second)
    home.story.write_text("{}\n")
    third = home.start()
    at_work, healthy = home.left(), home.healthy()
    stopped = status_after_sigterm(third)
    return Life(gone, begun, orphaned, at_work, healthy, stopped, home.left(), before, modes(home.instance / "demo"))


def deserted(home: Home, demo: subprocess.Popen[bytes]) -> tuple[int, str, list[str]]:
    """Exit status and last line of a demonstration whose system process was killed, and processes still running."""
    (up,) = (int(each.split()[0]) for each in home.left() if each.endswith("grants.cli up"))
    os.kill(up, signal.SIGKILL)
    try:
        return demo.wait(SECONDS), home.text_found.splitlines()[-1], home.left()
    finally:
        demo.kill()


def status_after_sigterm(demo: subprocess.Popen[bytes]) -> int:
    """The exit status."""
    demo.send_signal(signal.SIGTERM)
    return demo.wait(SECONDS)


def kill(demo: subprocess.Popen[bytes]) -> None:
    """Kill it without any time to clean up."""
    demo.kill()
    demo.wait()


def modes(path: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode, owner and group of every parent folder."""
    return {each: (each.stat().st_mode, each.stat().st_uid, each.stat().st_gid) for each in path.parents}


def test_told_to_stop_it_leaves_no_process_and_no_changed_folder(life: Life) -> None:
    assert {part for part in PARTS if not any(part in each for each in life.at_work)} == set()
    assert (life.stopped, life.left) == (0, [])
    assert life.after == life.before


def test_if_killed_it_ends_all_its_processes(life: Life) -> None:
    assert life.gone


def test_after_a_kill_the_next_start_takes_over_at_once(life: Life) -> None:
    assert life.healthy


def test_when_its_system_process_is_killed_it_reports_that_and_ends(home: Home, life: Life) -> None:
    log = home.instance / "demo" / "log" / "up.log"
    text_found = f"Error: `grants up` was ended by SIGKILL, so all processes were stopped. Its log is {log}."

    assert life.orphaned == (1, text_found, [])


def test_an_interrupted_story_starts_again(life: Life) -> None:
    assert life.begun
