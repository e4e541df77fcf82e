"""The machine on which the figures were measured."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psycopg

from grants.outside.servers.postgres import plain
from tests.bench.ground import Ground

PACKAGES = ("weasyprint", "sqlalchemy", "flask", "rq", "gunicorn")


def facts(ground: Ground) -> dict[str, str]:
    """Cores, processor, memory, operating system and versions, as text."""
    with psycopg.connect(plain(ground.postgres.url("postgres", "postgres"))) as connection:
        found = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')"
        ).fetchone()
    assert found is not None
    server, fsync, commit = found
    return {
        "cores": str(os.cpu_count()),
        "processor": _line("/proc/cpuinfo", "model name"),
        "memory": _line("/proc/meminfo", "MemTotal"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": f"{server}, fsync {fsync}, synchronous_commit {commit}",
        **{name: version(name) for name in PACKAGES},
    }


def _line(path: str, name: str) -> str:
    """The value of the first line with that name."""
    lines = Path(path).read_text().splitlines() if Path(path).exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")
