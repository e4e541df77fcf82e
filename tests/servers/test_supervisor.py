"""What `grants up` guarantees about its processes, tested with small processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import ROOT
from grants.outside.servers import child
from tests.servers.test_takeover import soon

pytestmark = pytest.mark.system

NAMES = ("mailbox", "letters", "web")
Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start a supervisor in this test's folder and wait until its processes report that they have started."""
    begun: list[subprocess.Popen[str]] = []

    def start(*untied: str, patience: str = "20") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.servers.supervised", str(tmp_path), patience, *untied]
        before = {name: text_found(tmp_path, name).count("begun") for name in NAMES}
        with (tmp_path / "output").open("a") as output:
            begun.append(subprocess.Popen(command, cwd=ROOT, stdout=output, text=True))
        assert soon(lambda: all(text_found(tmp_path, name).count("begun") > before[name] for name in NAMES))
        return begun[-1]

    yield start
    for each in begun:
        each.terminate()
        each.communicate()


def text_found(folder: Path, name: str) -> str:
    """The log of a process, or the output of the supervisor itself."""
    path = folder / "output" if name == "supervisor" else folder / "log" / f"{name}.log"
    return path.read_text() if path.exists() else ""


def pid(folder: Path, name: str) -> int:
    """The current process id."""
    path = folder / "running" / f"{name}.pid"
    return int((path.read_text() if path.exists() else "") or 0)


def lives(number: int) -> bool:
    """Whether a Python process with that id runs; a zombie does not count."""
    return child.runs(number, "-c")


def test_a_killed_process_is_restarted_and_the_others_continue(run: Run, tmp_path: Path) -> None:
    run()
    before = {name: pid(tmp_path, name) for name in NAMES}

    os.kill(before["web"], signal.SIGKILL)

    assert soon(lambda: pid(tmp_path, "web") != before["web"] and lives(pid(tmp_path, "web")))
    assert {name: pid(tmp_path, name) for name in NAMES if name != "web"} == {
        name: before[name] for name in NAMES if name != "web"
    }


def test_a_process_that_keeps_ending_is_restarted_after_longer_pauses(run: Run, tmp_path: Path) -> None:
    run()

    assert soon(lambda: "broken has ended; restart in 2.0 s" in text_found(tmp_path, "supervisor"))

    pauses = [
        line.split("restart in ")[1] for line in text_found(tmp_path, "supervisor").splitlines() if "restart in" in line
    ]
    assert pauses[:3] == ["0.5 s", "1.0 s", "2.0 s"]


def test_output_is_shown_with_the_name_of_its_process(run: Run, tmp_path: Path) -> None:
    run()

    assert soon(lambda: "broken   | short of memory" in text_found(tmp_path, "supervisor"))


def test_a_letter_in_progress_is_finished_before_the_end(run: Run, tmp_path: Path) -> None:
    run().terminate()

    assert soon(lambda: "all servers and processes have stopped" in text_found(tmp_path, "supervisor"))
    assert text_found(tmp_path, "letters") == "begun\nthe letter is done\n"


def test_without_patience_the_letter_is_lost(run: Run, tmp_path: Path) -> None:
    """Counter-test: without the wait the letter is not finished."""
    run(patience="0.1").terminate()

    assert soon(lambda: "all servers and processes have stopped" in text_found(tmp_path, "supervisor"))
    assert text_found(tmp_path, "letters") == "begun\n"


def test_the_first_stage_is_stopped_last(run: Run, tmp_path: Path) -> None:
    run().terminate()

    assert soon(lambda: "all servers and processes have stopped" in text_found(tmp_path, "supervisor"))
    ended = {name: (tmp_path / "log" / f"{name}.log").stat().st_mtime for name in ("mailbox", "letters")}
    assert ended["mailbox"] > ended["letters"] + 0.5


def test_all_processes_die_with_a_killed_supervisor(run: Run, tmp_path: Path) -> None:
    supervisor = run()
    numbers = [pid(tmp_path, name) for name in NAMES]

    supervisor.kill()

    assert soon(lambda: not any(lives(number) for number in numbers))


def test_untied_processes_survive_until_the_next_start(run: Run, tmp_path: Path) -> None:
    """Counter-test: without PR_SET_PDEATHSIG they survive, and the next start still takes over."""
    supervisor = run("untied")
    numbers = [pid(tmp_path, name) for name in NAMES]
    supervisor.kill()
    supervisor.wait()
    assert not soon(lambda: not all(lives(number) for number in numbers), seconds=1.0)

    run()

    assert not any(lives(number) for number in numbers)
    assert all(lives(pid(tmp_path, name)) for name in NAMES)


def test_a_full_log_is_rotated_once(run: Run, tmp_path: Path) -> None:
    run()
    log = tmp_path / "log" / "web.log"

    with log.open("a") as more:
        more.write(("x" * 99 + "\n") * 110_000)

    assert soon(lambda: log.with_name("web.log.1").exists() and log.stat().st_size == 0)
