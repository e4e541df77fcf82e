"""The virus scanner: clean only if it says so; down, slow, full or unclear means that the file waits."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grants.outside import clamd
from grants.outside.clamd import Answer, Scan
from tests import machine

EVIL = b"this is the virus of the tests"


@contextmanager
def scanner(reply: bytes, *, reads: bool = True, seconds: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """A scanner on a socket of this machine that answers every file alike; yields its address and what it was sent."""
    sent = list[bytes]()

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            if reads:
                sent.append(received(connection))
            time.sleep(seconds)
            connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}", sent
        thread.join()


def received(connection: socket.socket) -> bytes:
    """The file that a client sends by the protocol of clamd."""
    with connection.makefile("rb") as stream:
        assert stream.read(10) == b"zINSTREAM\0"
        pieces = []
        while length := struct.unpack(">I", stream.read(4))[0]:
            pieces.append(stream.read(length))
    return b"".join(pieces)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"a" * 300_000)
    return path


@pytest.mark.parametrize(
    ("reply", "scan"),
    [
        (b"stream: OK\0", Scan(Answer.CLEAN)),
        (b"stream: Eicar-Test-Signature FOUND\0", Scan(Answer.FOUND, "Eicar-Test-Signature")),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan(Answer.WAITING, "INSTREAM size limit exceeded. ERROR")),
        (b"stream: OK\nstream: a FOUND\0", Scan(Answer.WAITING, "stream: OK\nstream: a FOUND")),
        (b"stream: OK", Scan(Answer.WAITING, "ConnectionError: no whole answer: b'stream: OK'")),
        (b"", Scan(Answer.WAITING, "ConnectionError: no whole answer: b''")),
        (b"\0", Scan(Answer.WAITING, "")),
        (b"x" * 100_000 + b"\0", Scan(Answer.WAITING)),
    ],
)
def test_only_its_two_verdicts_count(reply: bytes, scan: Scan, file: Path) -> None:
    with scanner(reply) as (address, sent):
        answer = clamd.scan(file, address)

    assert answer.answer is scan.answer
    assert answer.detail.startswith(scan.detail)
    assert sent == [file.read_bytes()]


def test_a_scanner_that_is_down_lets_the_file_wait(file: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

    assert clamd.scan(file, address).answer is Answer.WAITING
    assert clamd.scan(file, f"unix://{tmp_path}/none").answer is Answer.WAITING
    assert clamd.scan(file, "nonsense").answer is Answer.WAITING


def test_a_slow_scanner_lets_the_file_wait(file: Path) -> None:
    with scanner(b"stream: OK\0", seconds=0.5) as (address, _):
        assert clamd.scan(file, address, seconds=0.2).answer is Answer.WAITING


def test_a_scanner_that_reads_nothing_lets_the_file_wait(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(20_000_000))

    with scanner(b"", reads=False, seconds=0.5) as (address, _):
        assert clamd.scan(large, address, seconds=0.2).answer is Answer.WAITING


def test_without_the_verdict_in_its_own_words_an_error_would_be_clean(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: a client that only looks for a found virus takes every failure for a clean file."""
    monkeypatch.setattr(clamd, "_read", lambda line: Scan(Answer.FOUND if "FOUND" in line else Answer.CLEAN))

    with scanner(b"INSTREAM size limit exceeded. ERROR\0") as (address, _):
        assert clamd.scan(file, address).answer is Answer.CLEAN


@pytest.fixture
def real(tmp_path: Path) -> Iterator[str]:
    """The address of a clamd with one signature of our own."""
    program = machine.clamd()
    signatures = tmp_path / "signatures"
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"Grants.Test:0:*:{EVIL.hex()}\n")
    place = tmp_path / "clamd.sock"
    settings = tmp_path / "clamd.conf"
    settings.write_text(
        f"LocalSocket {place}\nDatabaseDirectory {signatures}\nForeground yes\nTemporaryDirectory {tmp_path}\n"
    )
    tmp_path.chmod(0o755)
    process = subprocess.Popen([program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not place.exists() and time.monotonic() < until:
        time.sleep(0.05)
    yield f"unix://{place}"
    process.terminate()
    process.wait(20)


def test_the_real_scanner_answers_in_these_words(real: str, file: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.write_bytes(b"before " + EVIL + b" after")

    assert clamd.scan(file, real) == Scan(Answer.CLEAN)
    assert clamd.scan(evil, real) == Scan(Answer.FOUND, "Grants.Test.UNOFFICIAL")
