"""What servers of a test run keep outside its own folders: as root, their data stand under `home.STATE`."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from grants.outside.servers import home


def left_by(base: Path) -> list[Path]:
    """The folders there of the instances inside `base`, which name their instance, whether it still exists or not.

    Another test process, or another run, may remove its own folders meanwhile.
    """
    inside = base.resolve()
    return [origin.parent for origin in sorted(home.STATE.glob(f"*/{home.ORIGIN}")) if _lies_in(origin, inside)]


def _lies_in(origin: Path, inside: Path) -> bool:
    try:
        return Path(origin.read_text("utf-8")).is_relative_to(inside)
    except FileNotFoundError:
        return False


def remove(base: Path) -> None:
    """Remove them; what they hold is of servers that have stopped."""
    for folder in left_by(base):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
