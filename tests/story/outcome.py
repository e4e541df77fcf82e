"""One run of `grants story` as a process, and its results: output, files, running processes, and errors found."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from config import ROOT
from grants.outside.servers import Postgres, Valkey
from tests.servers_fixture import erase

COMMAND = (sys.executable, "-m", "grants.cli")
SECONDS = 300
CHEAP = {"GRANTS_ARGON2_TIME": "1", "GRANTS_ARGON2_KIB": "8"}
"""Fast password hashing, because the story signs in forty times."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished command."""

    status: int
    text_found: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of the story.

    folder: of the two documents and story.json; left: the command lines of processes that still ran; numbers: files
    with process ids.
    """

    folder: Path
    story: Run
    verified: Run
    left: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """The content of story.json."""
        found: dict[str, Any] = json.loads((self.folder / "story.json").read_text("utf-8"))
        return found

    def document(self, name: str) -> bytes:
        """One of the two documents."""
        return (self.folder / name).read_bytes()


def run(instance: Path) -> Outcome:
    """Play the story in an empty instance folder, verify the result, and remove the data of its servers."""
    folder = instance / "story"
    servers = Postgres(folder / "system"), Valkey(folder / "system")
    try:
        story = grants("story", GRANTS_INSTANCE=str(instance), GRANTS_DEMO="1", **CHEAP)
        left = tuple(running(str(instance), servers[0].home.key))
        numbers = tuple(path.name for path in (folder / "system" / "running").glob("*.pid"))
        verified = grants("verify", GRANTS_INSTANCE=str(folder / "system"), GRANTS_DEMO="1")
    finally:
        for server in servers:
            erase(server)
    return Outcome(folder, story, verified, left, numbers)


def kept(outcome: Outcome) -> str:
    """The run as JSON, for the other test processes."""
    return json.dumps(asdict(outcome) | {"folder": str(outcome.folder)})


def read(text: str) -> Outcome:
    """The run read from its JSON."""
    found = json.loads(text)
    return Outcome(
        Path(found["folder"]),
        Run(**found["story"]),
        Run(**found["verified"]),
        tuple(found["left"]),
        tuple(found["numbers"]),
    )


def grants(command: str, **settings: str) -> Run:
    """Run one of our commands with these settings and no others."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")} | settings
    done = subprocess.run(
        [*COMMAND, command],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return Run(done.returncode, done.stdout)


def running(*marks: str) -> Iterator[str]:
    """Process id and command line of the living processes with one of the marks in command line or environment.

    Reads /proc, so that it finds no process on systems without it; processes of other users stay hidden.
    """
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command, env = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
            if any(mark.encode() in command + env for mark in marks):
                yield f"{process.name} {command.replace(bytes(1), b' ').decode(errors='replace')}".strip()
