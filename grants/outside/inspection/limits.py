"""What the inspection of one file may use, and what a file may consist of."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from dataclasses import dataclass

MEBIBYTE = 1024**2
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the process (bytes and seconds), and of what a file may hold.

    expanded: bytes of all parts of a package or archive, or of all streams of a PDF, once they are decompressed;
    parts: members of a package or archive; objects: of a PDF; previews: pages shown as pictures.
    """

    memory: int = 1024 * MEBIBYTE
    processor: int = 30
    seconds: float = 60.0
    written: int = 300 * MEBIBYTE
    files: int = 64
    expanded: int = 250 * MEBIBYTE
    parts: int = 5_000
    pages: int = 1_000
    objects: int = 300_000
    pixels: int = 64_000_000
    previews: int = 3


USUAL = Limits()


def confine(limits: Limits, parent: int) -> None:
    """Limit this process for good: memory, processor, files, processes, privileges, and the network where possible.

    It is killed when its parent ends. A process of root may still start others, which end with its process group.
    """
    _tie(parent)
    for kind, most, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, limits.processor, limits.processor + 5),
        (resource.RLIMIT_FSIZE, limits.written, limits.written),
        (resource.RLIMIT_NOFILE, limits.files, limits.files),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_AS, limits.memory, limits.memory),
    ):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is in force; macOS has no limit of memory
            resource.setrlimit(kind, (most, hard))


def _tie(parent: int) -> None:
    """On Linux: end with the parent, gain no privileges, and see no network if the kernel lets users leave it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "unshare"):
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)  # a change of rights would undo it
    if os.getppid() != parent:
        os._exit(1)
