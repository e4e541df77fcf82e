"""Inspecting files: each in a process of its own, as the system does it, or quickly in the process of the tests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from grants.outside.inspection import child
from grants.outside.inspection.inspector import inspect
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import Verdict
from workflows.attachments import KINDS

LIMITS = Limits(expanded=16 * 1024**2)
"""The usual limits, but for the size of decompressed content, so that bombs are quickly made and found."""


class Upload(NamedTuple):
    """A file as it arrives."""

    name: str
    data: bytes


def verdict(upload: Upload, place: Path, limits: Limits = LIMITS) -> Verdict:
    """The verdict on one file, of any kind; `place` is a new folder."""
    folder = place / "folder"
    folder.mkdir(parents=True)
    taken = place / "taken"
    taken.write_bytes(upload.data)
    return inspect(taken, upload.name, kinds=KINDS.values(), folder=folder, limits=limits)


def verdicts(uploads: Iterable[Upload], place: Path) -> list[Verdict]:
    """The verdicts on all, in their order."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda pair: verdict(pair[1], place / str(pair[0])), enumerate(uploads)))


def read_here(order: str, folder: Path, seconds: float) -> None:
    """Read a file in this process, which is not confined; takes the place of the process of the inspection."""
    read = json.loads(order)
    (folder / child.ANSWER).write_text(json.dumps(child.answer(read, Limits(**read["limits"]), folder)))
