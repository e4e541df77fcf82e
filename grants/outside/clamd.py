"""The virus scanner clamd, where one is configured: a file is sent over its socket, and it answers with a line.

A scanner that is down, slow, or answers anything but its two verdicts says nothing about the file: the file waits.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

PIECE = 128 * 1024
LONGEST = 4096
FOUND = re.compile(r"stream: (?P<virus>.{1,200}) FOUND")


class Answer(StrEnum):
    """What the scanner says about a file."""

    CLEAN = "clean"
    FOUND = "found"
    WAITING = "waiting"


class Scan(NamedTuple):
    """The answer, with the name of the virus, or for the log why the file waits."""

    answer: Answer
    detail: str = ""


def scan(path: Path, address: str, *, seconds: float = 60.0) -> Scan:
    """Ask the scanner at `unix:///path` or `tcp://host:port` about a file, for at most so many seconds."""
    until = time.monotonic() + seconds
    try:
        with _connected(address, seconds) as connection:
            _send(connection, path, until)
            return _read(_line(connection, until))
    except (OSError, ValueError) as error:
        return Scan(Answer.WAITING, f"{type(error).__name__}: {error}")


def ping(address: str, *, seconds: float) -> None:
    """Ask the scanner whether it is there; raises OSError if it does not answer in time, or with something else."""
    until = time.monotonic() + seconds
    with _connected(address, seconds) as connection:
        connection.sendall(b"zPING\0")
        if (line := _line(connection, until)) != "PONG":
            raise ConnectionError(f"no PONG: {line!r}")


def _connected(address: str, seconds: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname, parts.port), timeout=seconds)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, path: Path, until: float) -> None:
    """Send the file in pieces, each after its length; a piece of length zero is the end."""
    connection.sendall(b"zINSTREAM\0")
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            _wait(connection, until)
            connection.sendall(struct.pack(">I", len(piece)) + piece)
    connection.sendall(struct.pack(">I", 0))


def _line(connection: socket.socket, until: float) -> str:
    """The answer, which ends with a zero; raises OSError if the connection ends before."""
    line = b""
    while not line.endswith(b"\0"):
        _wait(connection, until)
        piece = connection.recv(LONGEST)
        if not piece or len(line) > LONGEST:
            raise ConnectionError(f"no whole answer: {line!r}")
        line += piece
    return line[:-1].decode("utf-8", "replace")


def _wait(connection: socket.socket, until: float) -> None:
    """Let the next step take what is left of the time; raises TimeoutError if nothing is."""
    if (left := until - time.monotonic()) <= 0:
        raise TimeoutError("out of time")
    connection.settimeout(left)


def _read(line: str) -> Scan:
    if line == "stream: OK":
        return Scan(Answer.CLEAN)
    found = FOUND.fullmatch(line)
    return Scan(Answer.FOUND, found["virus"]) if found else Scan(Answer.WAITING, line)
