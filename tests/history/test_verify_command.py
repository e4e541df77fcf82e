"""The output of `grants verify`."""

from __future__ import annotations

import subprocess
import sys

from flask import Flask

import config
from config import ROOT
from tests.history.conftest import Forge
from tests.history.proof import seal_all


def verify(app: Flask) -> subprocess.CompletedProcess[str]:
    """Run the command against the test's database with the read-only role."""
    settings = app.extensions["settings"]
    command = [sys.executable, "-m", "grants.cli", "verify"]
    return subprocess.run(
        command, cwd=ROOT, env=config.exported(settings), capture_output=True, text=True, check=False, timeout=60
    )


def test_an_intact_history_verifies(app: Flask) -> None:
    seal_all(app)

    done = verify(app)

    assert (done.returncode, done.stdout) == (0, "No differences found in history, steps, ledger and documents.\n"), (
        done.stderr
    )


def test_a_finding_is_printed_and_the_command_fails(app: Flask, forge: Forge) -> None:
    forge("UPDATE application SET step = 'active' WHERE id = 1; UPDATE award SET amount = 1 WHERE id = 1")

    done = verify(app)

    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "- application 1 is at step active; its history says agreement."
    assert done.stderr == "Error: Differences found: 4.\n"
