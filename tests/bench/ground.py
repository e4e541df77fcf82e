"""The environment of a benchmark: its own servers with production settings, and databases to fill."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import config
from config import ROOT, Settings
from grants.cli.init import migrate
from grants.outside.servers import Postgres, Valkey, child, create_database
from tests.bench import processes
from tests.databases import settings_for
from tests.servers_fixture import erase


@dataclass
class Ground:
    """PostgreSQL (with fsync) and Valkey, and the processes started on them. servers: the process ids of those two."""

    postgres: Postgres
    valkey: Valkey
    instance: Path
    servers: list[int] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def database(self, name: str) -> Settings:
        """A fresh, migrated database; returns the settings of an installation on it."""
        create_database(self.postgres.url("postgres", "postgres"), name)
        migrate(self.postgres.url("grants_owner", name))
        return replace(
            settings_for(self.postgres, name, self.instance), redis_url=self.valkey.url, task_count_seconds=60
        )

    def start(self, name: str, command: Sequence[str], settings: Settings) -> subprocess.Popen[bytes]:
        """Start a process with these settings; it ends with the environment."""
        with child.open_log(self.instance / "log" / f"{name}.log") as output:
            process = child.spawn(command, env=config.exported(settings), output=output, cwd=ROOT)
        self.processes.append(process)
        return process

    def log(self, name: str) -> str:
        """The last lines that a process has logged."""
        return (self.instance / "log" / f"{name}.log").read_text(errors="replace")[-2_000:]

    def end(self) -> None:
        """Stop the processes in reverse order."""
        while self.processes:
            child.stop(self.processes.pop(), signal.SIGTERM, seconds=10)


@contextmanager
def ground() -> Iterator[Ground]:
    """Servers in a folder under `instance/`, on the disk used in production; everything is removed at the end."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    (ROOT / "instance").mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=ROOT / "instance", prefix="bench-"))
    postgres, valkey = Postgres(folder), Valkey(folder)
    made = Ground(postgres, valkey, folder)
    try:
        postgres.start()
        valkey.start()
        made.servers = processes.children(os.getpid())
        yield made
    finally:
        made.end()
        for server in (valkey, postgres):
            server.stop()
            erase(server)
        shutil.rmtree(folder)
