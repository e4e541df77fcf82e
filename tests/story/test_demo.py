"""`grants demo` in a private home: it changes no folder that is not its own, and whatever ends it ends everything."""

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
from tests.story.told import COMMAND, running

pytestmark = pytest.mark.timeout(400)
SECONDS = 90.0
WELCOME, PLAYING = "The demonstration runs at", "Playing the story of one grant"
PARTS = {"up", "gunicorn", "letters", "default", "relay", "cron", "mailbox", "postgres", "valkey"}


@dataclass
class Home:
    """A home that only its owner may enter, with an instance in which the story has been played before."""

    folder: Path
    port: int

    @property
    def instance(self) -> Path:
        """Where the demonstration keeps its things."""
        return self.folder / "instance"

    @property
    def output(self) -> Path:
        """What the demonstrations of this home have said, one after the other."""
        return self.folder / "output"

    @property
    def said(self) -> str:
        """The same, as text."""
        return self.output.read_text() if self.output.exists() else ""

    @property
    def story(self) -> Path:
        """What shows that the story was played to its end."""
        return self.instance / "demo" / "story.json"

    def start(self, words: str = WELCOME) -> subprocess.Popen[bytes]:
        """Start it and wait until it says these words; fails with what it says instead."""
        before = self.said.count(words)
        given = {"HOME": self.folder, "GRANTS_INSTANCE": self.instance, "GRANTS_PORT": self.port, "GRANTS_DEMO": 1}
        env = os.environ | {name: str(value) for name, value in given.items()} | {"PYTHONUNBUFFERED": "1"}
        with self.output.open("ab") as output:
            demo = subprocess.Popen([*COMMAND, "demo"], cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
        soon(lambda: self.said.count(words) > before or demo.poll() is not None, SECONDS)
        if self.said.count(words) == before:
            demo.terminate()
            demo.wait()
            pytest.fail(self.said)
        return demo

    def healthy(self) -> bool:
        """Whether its web answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == HTTPStatus.OK
        finally:
            connection.close()

    def left(self) -> list[str]:
        """The command lines of all its processes."""
        return list(running(str(self.instance), Postgres(self.instance / "demo").home.key))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home of this file's own; nothing runs in it afterwards."""
    made = Home(tmp_path_factory.mktemp("home"), free_port())
    made.folder.chmod(0o700)
    made.story.parent.mkdir(parents=True)
    made.story.write_text("{}\n")
    yield made
    assert soon(lambda: not made.left())
    for server in (Postgres(made.instance / "demo"), Valkey(made.instance / "demo")):
        erase(server)


def modes(path: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode, owner and group of every folder above."""
    return {each: (each.stat().st_mode, each.stat().st_uid, each.stat().st_gid) for each in path.parents}


def test_told_to_stop_it_leaves_no_process_and_no_changed_folder(home: Home) -> None:
    before = modes(home.instance / "demo")
    demo = home.start()
    at_work = home.left()

    demo.send_signal(signal.SIGTERM)

    assert demo.wait(SECONDS) == 0
    assert {part for part in PARTS if not any(part in each for each in at_work)} == set()
    assert home.left() == []
    assert modes(home.instance / "demo") == before


def test_killed_it_takes_everything_with_it(home: Home) -> None:
    demo = home.start()

    demo.kill()
    demo.wait()

    assert soon(lambda: not home.left(), SECONDS)


def test_after_a_kill_the_next_start_takes_over_at_once(home: Home) -> None:
    killed = home.start()
    killed.kill()
    killed.wait()

    demo = home.start()

    assert home.healthy()
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(SECONDS) == 0
    assert home.left() == []


def test_a_story_that_was_broken_off_begins_again(home: Home) -> None:
    home.story.unlink()
    for _ in range(2):
        demo = home.start(PLAYING)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(SECONDS) == 0

    assert not home.story.exists()
    assert home.left() == []
    home.story.write_text("{}\n")
