"""The process that reads a file: limited, alone, and ended with all that it started; each end is a sentence."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grants.outside.inspection import child, formats, inspector, landlock, process
from grants.outside.inspection.inspector import inspect
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.process import Ending
from grants.outside.inspection.verdict import Refused, Verdict
from tests.attachments import images, pdfs
from workflows.attachments import PDF, PICTURE, REFUSALS, TEXT, Kind, Reason

pytestmark = pytest.mark.sweep

CONFINED = """
import os, sys
from grants.outside.inspection.limits import Limits, confine
confine(Limits(memory=150 * 1024**2, processor=1, written=1_000_000), os.getppid())
"""
MUCH_MEMORY = "data = bytearray(200 * 1024**2)"
ENDLESS = "while True: pass"
LARGE_FILE = "open('large', 'wb').write(bytes(5_000_000))"
CHILD_THAT_STAYS = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.5); open('left', 'w')"])
"""
RESTRICTED = """
from pathlib import Path
from grants.outside.inspection import landlock
assert landlock.restrict([Path({readable!r})], Path.cwd())
"""
CONNECTS = "import socket; socket.create_connection(('127.0.0.1', {port}), timeout=2)"
SETTINGS = "import os, json; json.dump(dict(os.environ), open('settings', 'w'))"


def run(code: str, folder: Path, seconds: float = 20.0) -> Ending:
    """Run Python without settings, in the folder."""
    return process.run((sys.executable, "-I", "-c", code), "", folder, seconds)


@pytest.mark.parametrize(
    ("code", "ending"),
    [(MUCH_MEMORY, Ending.FAILED), (LARGE_FILE, Ending.FAILED), (ENDLESS, Ending.OVERDUE), ("", Ending.WELL)],
)
def test_a_confined_process_is_stopped_at_its_limits(code: str, ending: Ending, tmp_path: Path) -> None:
    assert run(CONFINED + code, tmp_path) is ending


@pytest.mark.parametrize("code", [MUCH_MEMORY, LARGE_FILE])
def test_without_limits_it_would_take_what_it_wants(code: str, tmp_path: Path) -> None:
    assert run(code, tmp_path) is Ending.WELL


def test_a_process_that_waits_is_stopped_after_its_time(tmp_path: Path) -> None:
    start = time.monotonic()

    assert run("import time; time.sleep(60)", tmp_path, seconds=0.3) is Ending.OVERDUE
    assert time.monotonic() - start < 30


def test_what_a_process_started_ends_with_it(tmp_path: Path) -> None:
    assert run(CHILD_THAT_STAYS, tmp_path) is Ending.WELL
    time.sleep(1)

    assert not (tmp_path / "left").exists()


def test_without_the_end_of_its_group_it_would_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "killpg", lambda *_: None)

    assert run(CHILD_THAT_STAYS, tmp_path) is Ending.WELL
    wait_for(tmp_path / "left")


def wait_for(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert path.exists()


ORPHANED = """
import sys
from pathlib import Path
from grants.outside.inspection import process
process.run((sys.executable, "-I", "-c", {code!r}), "", Path.cwd(), 60)
"""
STAYS = """
import os, time
with open("number", "w") as file:
    file.write(str(os.getpid()))
os.rename("number", "pid")
time.sleep(60)
"""


def outlives(code: str, folder: Path) -> bool:
    """Whether a program outlives the process that runs it, which is killed."""
    with subprocess.Popen([sys.executable, "-c", ORPHANED.format(code=code)], cwd=folder) as runner:
        wait_for(folder / "pid")
        runner.kill()
    started, until = int((folder / "pid").read_text()), time.monotonic() + 1
    while (alive := runs(started)) and time.monotonic() < until:
        time.sleep(0.02)
    if alive:
        os.kill(started, signal.SIGKILL)
    return alive


def runs(pid: int) -> bool:
    """Whether the process is there, and not only its entry, which remains until somebody asks how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
def test_a_confined_process_ends_with_a_killed_parent(tmp_path: Path) -> None:
    assert not outlives(CONFINED + STAYS, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="the test reads /proc")
def test_without_this_tie_it_would_stay(tmp_path: Path) -> None:
    assert outlives(STAYS, tmp_path)


def test_a_process_has_no_settings_and_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANTS_SECRET_KEY", "secret")

    assert run(SETTINGS, tmp_path) is Ending.WELL
    assert "GRANTS_SECRET_KEY" not in json.loads((tmp_path / "settings").read_text())


def leaves_the_network() -> bool:
    done = subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.skipif(not leaves_the_network(), reason="the kernel lets no process leave the network")
def test_a_confined_process_reaches_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = CONNECTS.format(port=server.getsockname()[1])

        assert run(CONFINED + code, tmp_path) is Ending.FAILED
        assert run(code, tmp_path) is Ending.WELL


SECRETS = {
    "reads": "open({secret!r}).read()",
    "lists": "import os; os.listdir({folder!r})",
    "writes": "open({secret!r}, 'w').write('changed')",
    "creates": "open({secret!r} + '.new', 'w')",
    "removes": "import os; os.remove({secret!r})",
    "starts a shell script": "import subprocess; subprocess.run([{secret!r}], check=True)",
}


@pytest.mark.skipif(landlock.version() < 1, reason="the kernel has no Landlock")
@pytest.mark.parametrize("code", SECRETS.values(), ids=SECRETS)
def test_a_restricted_process_reaches_no_file_but_its_own(code: str, tmp_path: Path) -> None:
    """Each attempt succeeds where nothing is restricted."""
    secret, folder, upload = tmp_path / "secret", tmp_path / "folder", tmp_path / "upload"
    folder.mkdir()
    upload.write_text("upload")
    attempt = code.format(secret=str(secret), folder=str(tmp_path))
    own = f"open({str(upload)!r}).read(); open('stored', 'w').write('stored')"
    for restriction, ending in (
        (CONFINED + RESTRICTED.format(readable=str(upload)) + own + "\n", Ending.FAILED),
        ("", Ending.WELL),
    ):
        secret.write_text("#!/bin/sh\n")
        secret.chmod(0o700)

        assert run(restriction + attempt, folder) is ending
        assert secret.exists() or not restriction

    assert (folder / "stored").read_text() == "stored"


@pytest.mark.skipif(landlock.version() < landlock.WITH_SCOPES, reason="this Landlock lets processes signal others")
def test_a_restricted_process_signals_no_other(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        code = f"import os; os.kill({other.pid}, 0)"

        assert run(CONFINED + RESTRICTED.format(readable=str(tmp_path)) + code, tmp_path) is Ending.FAILED
        assert run(code, tmp_path) is Ending.WELL
        other.communicate(b"\n")


def looked_at(data: bytes, name: str, place: Path, kind: Kind, limits: Limits) -> Verdict:
    folder = place / "folder"
    folder.mkdir()
    (place / "taken").write_bytes(data)
    return inspect(place / "taken", name, kinds=[kind], folder=folder, limits=limits)


def replaced(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Run this program in place of the one that reads files."""
    monkeypatch.setattr(inspector, "PROGRAM", (sys.executable, "-I", "-c", code))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.abort()", Reason.CRASHED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.CRASHED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Reason.TOO_MUCH_MEMORY),
        ("raise ValueError", Reason.CRASHED),
        ("", Reason.CRASHED),
        ("import time; time.sleep(60)", Reason.TOO_SLOW),
        ("open('answer.json', 'w').write('{')", Reason.CRASHED),
        ("open('answer.json', 'w').write('[]')", Reason.CRASHED),
        ("open('answer.json', 'w').write('{\"reason\": \"other\"}')", Reason.CRASHED),
    ],
)
def test_every_end_of_the_process_is_a_refusal(
    code: str, reason: Reason, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(monkeypatch, code)

    verdict = looked_at(pdfs.honest(), "a.pdf", tmp_path, PDF, Limits(seconds=1.0))

    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.message.text) == (reason, REFUSALS[reason])


def test_a_fault_of_this_machine_is_not_the_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller tries again later; nobody is advised to save their file anew because our disk is full."""
    replaced(monkeypatch, "import os; os._exit(os.EX_TEMPFAIL)")

    with pytest.raises(OSError, match="cannot inspect files now"):
        looked_at(pdfs.honest(), "a.pdf", tmp_path, PDF, Limits())


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_such_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "reader", lambda _: full)

    with pytest.raises(SystemExit) as ended:
        child.answer({"kind": "pdf", "format": "PDF", "path": "a"}, Limits(), tmp_path)
    assert ended.value.code == os.EX_TEMPFAIL


def test_a_file_that_grows_when_it_is_written_is_refused(tmp_path: Path) -> None:
    verdict = looked_at(("äöü\n" * 600_000).encode("utf-16"), "a.txt", tmp_path, TEXT, Limits(written=2 * 1024**2))

    assert isinstance(verdict, Refused)
    assert str(verdict.message).startswith("The content of this file is larger than 2 MB")


@pytest.mark.parametrize(
    "answer",
    [
        {"reason": "empty", "message": {"text": "Send your password to us.", "values": {}}},
        {"reason": "too_large", "message": {"text": REFUSALS[Reason.TOO_LARGE], "values": {}}},
        {"format": "PDF", "pages": 1, "previews": ["../taken"], "notes": []},
        {"format": "PDF", "pages": 1, "previews": ["/etc/passwd"], "notes": []},
        {"format": "PDF", "pages": 1, "previews": ["linked"], "notes": []},
        {"format": "PDF", "pages": "many", "previews": [], "notes": []},
        {"format": "JPEG", "pages": 1, "previews": [], "notes": []},
    ],
)
def test_an_answer_that_a_hostile_file_wrote_is_not_trusted(
    answer: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that took over the process could answer what it wants."""
    code = "import os; open('stored', 'w').write('a'); os.symlink('/etc/passwd', 'linked'); "
    replaced(monkeypatch, code + f"open('answer.json', 'w').write({json.dumps(answer)!r})")

    verdict = looked_at(pdfs.honest(), "a.pdf", tmp_path, PDF, Limits())

    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.CRASHED


def test_a_picture_that_takes_too_much_memory_is_refused_with_its_sentence(tmp_path: Path) -> None:
    limits = Limits(memory=110 * 1024**2)

    verdict = looked_at(images.large(4_000, 4_000), "map.png", tmp_path, PICTURE, limits)

    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.TOO_MUCH_MEMORY
