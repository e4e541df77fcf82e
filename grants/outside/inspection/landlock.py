"""Landlock: a Linux process limits for good which files it may open, and that it connects to and signals nothing.

Any user may use it; distributions of 2022 and later have it. The numbers and layouts are those of `linux/landlock.h`,
equal on all processors; the version of the kernel's interface says which rights it knows.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
BENEATH = 1
READ = 0b1101
"""Execute, read a file, list a folder: also what loading a library takes."""
OF_FILES = 0b1100_0000_0000_0111
"""Rights that a file has, and not only a folder: execute, write, read, truncate, control a device."""
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version knows; later ones know as many as the last."""
CONNECTIONS, SCOPES = 0b11, 0b11
"""Bind and connect by TCP; sockets without a file, and signals to processes outside."""
WITH_CONNECTIONS, WITH_SCOPES = 4, 6
READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")
"""What Python and its libraries read, beside the folders where they are installed."""


class Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`."""

    _fields_ = (("files", ctypes.c_uint64), ("connections", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The version of the interface; zero or less if the kernel has none, or has it switched off."""
    if sys.platform != "linux":
        return 0
    return int(ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, 0, ASK_VERSION))


def restrict(readable: Iterable[Path], writable: Path) -> bool:
    """Let this process read only beneath these paths, and write only beneath one; False if the kernel cannot.

    The process must have given up gaining privileges before. Raises OSError if the kernel refuses what it offers.
    """
    if (known := version()) < 1:
        return False
    rights = (1 << RIGHTS.get(known, 16)) - 1
    ruleset = _call(CREATE_RULESET, ctypes.byref(_ruleset(known, rights)), ctypes.sizeof(Ruleset), 0)
    for path in (*readable, *map(Path, READABLE)):
        if path.exists():
            _allow(ruleset, path, READ & rights)
    _allow(ruleset, writable, rights)
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return True


def _ruleset(known: int, rights: int) -> Ruleset:
    return Ruleset(rights, CONNECTIONS if known >= WITH_CONNECTIONS else 0, SCOPES if known >= WITH_SCOPES else 0)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        given = rights if path.is_dir() else rights & OF_FILES
        _call(ADD_RULE, ruleset, BENEATH, ctypes.byref(Beneath(given, folder)), 0)
    finally:
        os.close(folder)


def _call(number: int, *arguments: object) -> int:
    found = int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return found
