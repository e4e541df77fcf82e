"""A worker and a relay as real processes on their own database; the test is their supervisor."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from redis import Redis
from rq import Worker
from sqlalchemy import update

import config
from config import ROOT, Settings
from grants.db import GRANTS_NOW, db, transaction
from grants.jobs import program
from grants.jobs.sealing import evidence
from grants.models import Award, DocumentFile, Outbox
from grants.outside.servers import Valkey, child
from grants.outside.storage import Storage
from grants.services import letters, locking
from grants.services.integrity.verifying import verification
from tests.world import found, recorded

SECONDS = 30.0
COMMANDS = {"worker": ("worker", "letters"), "relay": ("relay",)}


@dataclass
class Installation:
    """The running processes. `points` is the folder in which a test requests that a process dies."""

    app: Flask
    valkey: Valkey
    points: Path
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: COMMANDS)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings of the processes."""
        found: Settings = self.app.extensions["settings"]
        return found

    def start(self, name: str) -> None:
        """Start the worker or the relay."""
        command = [sys.executable, "-m", "tests.jobs.killed", str(self.points), *self.commands[name]]
        with child.open_log(self.points / f"{name}.log") as output:
            self.processes[name] = child.spawn(command, env=config.exported(self.settings), output=output, cwd=ROOT)

    def kill(self, name: str) -> None:
        """Send SIGKILL; the process stays dead until it is started again."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def supervise(self) -> None:
        """Restart processes that have died."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def wish(self, point: str, principal: str = "me") -> None:
        """Request that the process that reaches the point dies: me, both, or parent."""
        (self.points / point).write_text(principal)

    def order(self) -> tuple[int, int]:
        """Order one more letter; returns (document, outbox row)."""
        with self.app.app_context(), transaction():
            locking.hold(locking.Chain("system", 1))
            document = letters.award_letter(db.session.query(Award).one(), signed_by=found().people["pia"])
            recorded()
            row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
            assert row is not None
            return document.id, row.id

    def row(self, id: int) -> Outbox:
        """The current state of the outbox row."""
        with self.app.app_context():
            return db.session.get_one(Outbox, id)

    def queued(self) -> int:
        """The number of waiting jobs."""
        with Redis.from_url(self.valkey.url) as connection:
            return program.queue("letters", connection).count

    def listening(self) -> bool:
        """Whether a worker waits for jobs."""
        with Redis.from_url(self.valkey.url) as connection:
            return Worker.count(connection) > 0

    def until(self, true: Callable[[], bool], seconds: float = SECONDS) -> bool:
        """Wait, restarting dead processes, until the condition is true."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                return False
            self.supervise()
            time.sleep(0.05)
        return True

    def done(self, *ids: int, seconds: float = SECONDS) -> bool:
        """Wait until these rows are done."""
        return self.until(lambda: all(self.row(id).done_at for id in ids), seconds)

    def log(self, name: str) -> str:
        """The log of a process."""
        return (self.points / f"{name}.log").read_text(errors="replace")

    def outcome(self, document: int, id: int) -> dict[str, object]:
        """The result of one ordered letter, to be compared with `ONE`."""
        with self.app.app_context():
            storage, held = Storage(self.settings.files), evidence(self.settings)
            files = db.session.query(DocumentFile).filter_by(document_id=document).all()
            return {
                "files": len(files),
                "stored whole": [len(storage.get(file.sha256)) == file.size for file in files],
                "of this row": [file.outbox_id == id for file in files],
                "dead": db.session.get_one(Outbox, id).dead_at is not None,
                "findings": [str(message) for message in verification.findings(held, storage.exists)],
            }

    def settle(self) -> None:
        """Leave no work, as if everything ordered before the test had been given up."""
        with self.app.app_context(), transaction():
            db.session.execute(
                update(Outbox).where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None)).values(dead_at=GRANTS_NOW)
            )

    def stop(self) -> None:
        """Stop everything that runs."""
        for process in self.processes.values():
            child.stop(process, seconds=5)


ONE = {"files": 1, "stored whole": [True], "of this row": [True], "dead": False, "findings": []}
"""Exactly one letter."""


@contextmanager
def running(
    app: Flask, valkey: Valkey, points: Path, commands: Mapping[str, tuple[str, ...]] = COMMANDS
) -> Iterator[Installation]:
    """A worker and a relay with no work."""
    made = Installation(app, valkey, points, commands)
    made.settle()
    for name in commands:
        made.start(name)
    try:
        assert made.until(made.listening), made.log("worker")
        yield made
    finally:
        made.stop()
