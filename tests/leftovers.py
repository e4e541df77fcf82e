"""What servers of a test run keep outside its own folders: as root, their data stand under `home.STATE`."""

from __future__ import annotations

import shutil
from pathlib import Path

from grants.outside.servers import home


def left_by(base: Path) -> list[Path]:
    """The folders there of the instances inside `base`, which name their instance, whether it still exists or not."""
    if not home.STATE.is_dir():
        return []
    origins = sorted(home.STATE.glob(f"*/{home.ORIGIN}"))
    return [origin.parent for origin in origins if Path(origin.read_text("utf-8")).is_relative_to(base.resolve())]


def remove(base: Path) -> None:
    """Remove them; what they hold is of servers that have stopped."""
    for folder in left_by(base):
        shutil.rmtree(folder)
