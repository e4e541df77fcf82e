"""The output of `grants verify`."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

import config
from config import ROOT, Settings
from grants.cli import main
from grants.jobs.sealing import evidence
from grants.outside import signing
from grants.services.integrity.sealing import seals
from grants.services.integrity.verifying import verification
from tests.history.conftest import Forge
from tests.history.proof import add_event, anchored, seal_all, sealed
from tests.history.test_checkpoints import CUT, UNSEEN

pytestmark = pytest.mark.sweep

NONE = "No differences found in schema, history, checkpoints, steps, submissions, ledger or documents.\n"
ONE, TWO = "1" * 64, "2" * 64
PRINTED = f"""
    INSERT INTO document_file (document_id, outbox_id, sha256, size, pages, made_with)
    VALUES (1, 901, '{ONE}', 1, 1, '{{}}'), (2, 902, '{TWO}', 1, 1, '{{}}')"""
"""Two documents with files that nobody stored."""


def program(settings: Settings) -> subprocess.CompletedProcess[str]:
    """Run the command against the test's database with the read-only role."""
    command = [sys.executable, "-m", "grants.cli", "verify"]
    return subprocess.run(
        command, cwd=ROOT, env=config.exported(settings), capture_output=True, text=True, check=False, timeout=60
    )


def verify(settings: Settings) -> subprocess.CompletedProcess[str]:
    """The same in this process, which does not have to load everything anew."""
    done = CliRunner().invoke(main, ["verify"], env=config.exported(settings))
    return subprocess.CompletedProcess(["verify"], done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def settings(app: Flask, tmp_path: Path) -> Settings:
    """The settings of the application, which keeps anchors."""
    anchored(app, tmp_path / "audit")
    found: Settings = app.extensions["settings"]
    return found


def elsewhere(settings: Settings, instance: Path, *public_keys: str) -> Settings:
    """The settings of another host, which has these public keys and no secret of this one."""
    return replace(
        settings,
        instance=instance,
        files_url=settings.files,
        redis_url="redis://127.0.0.1:9",
        owner_database_url="",
        seal_database_url="",
        seal_public_keys=public_keys,
    )


def test_an_intact_history_verifies(app: Flask, settings: Settings) -> None:
    seal_all(app)

    done = program(settings)

    assert (done.returncode, done.stdout) == (0, NONE), done.stderr


def test_without_anchors_it_says_what_it_cannot_find(app: Flask, settings: Settings) -> None:
    seal_all(app)

    done = verify(replace(settings, anchors_url=""))

    assert (done.returncode, done.stdout) == (0, f"Note: {UNSEEN}\n{NONE}"), done.stderr


def test_a_finding_is_printed_and_the_command_fails(app: Flask, settings: Settings, forge: Forge) -> None:
    forge("UPDATE application SET step = 'active' WHERE id = 1; UPDATE award SET amount = 1 WHERE id = 1")

    done = program(settings)

    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "- application 1 is at step active; its history says agreement."
    assert done.stderr == "Error: Differences found: 8.\n"


def test_another_host_verifies_with_the_public_key_alone(app: Flask, settings: Settings, tmp_path: Path) -> None:
    seal_all(app)
    other = elsewhere(settings, tmp_path / "other", signing.signer(settings).public)

    done = program(other)

    assert (done.returncode, done.stdout) == (0, NONE), done.stderr
    assert not (tmp_path / "other").exists()


def test_without_the_public_key_the_checkpoints_are_findings(app: Flask, settings: Settings, tmp_path: Path) -> None:
    seal_all(app)
    key = signing.Signer("b" * 43)

    done = verify(elsewhere(settings, tmp_path / "other", key.public))

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"- Checkpoints 1 to 1: their key {signing.signer(settings).key_id} is not among the public keys.",
        "- The anchor of checkpoint 1 (epoch 1) is damaged, or no known key has signed it.",
    ]


def test_a_bad_key_is_one_sentence(app: Flask, settings: Settings) -> None:
    done = verify(replace(settings, seal_public_keys=("c2hvcnQ",)))

    assert done.returncode == 1
    assert done.stderr == (
        "Error: A checkpoint key cannot be used: it has 5 bytes instead of 32. Create one with `grants key`.\n"
    )


def test_anchors_that_cannot_be_listed_are_one_finding_among_the_others(
    app: Flask, settings: Settings, tmp_path: Path, forge: Forge
) -> None:
    forge("UPDATE application SET step = 'active' WHERE id = 1; UPDATE balance SET amount = 1")
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "anchors").write_text("not a folder")

    done = verify(replace(settings, anchors_url=f"file://{tmp_path / 'audit' / 'anchors'}"))

    lines = [line[:60] for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert lines[0] == "- application 1 is at step active; its history says agreemen"
    assert "- The anchors cannot be listed (NotADirectoryError: [Errno 2" in lines[1:-1]
    assert done.stderr == f"Error: Differences found: {len(lines)}.\n"


def test_files_that_cannot_be_read_are_findings_among_the_others(app: Flask, settings: Settings, forge: Forge) -> None:
    forge("UPDATE application SET step = 'active' WHERE id = 1;" + PRINTED)
    file = Path(settings.files.removeprefix("file://")) / ONE[:2] / ONE
    file.parent.mkdir(parents=True)
    os.mkfifo(file)

    lines = verify(settings).stdout.splitlines()

    assert lines[0] == "- application 1 is at step active; its history says agreement."
    assert lines[-2].startswith("- Document 1: its file cannot be read (OSError: [Errno 22] ")
    assert lines[-1] == "- Document 2: its file is missing or damaged."


def test_whatever_a_store_raises_the_next_file_is_read(app: Flask, settings: Settings, forge: Forge) -> None:
    forge(PRINTED)

    def stored(sha256: str) -> bool:
        if sha256 == ONE:
            raise PermissionError(13, "Access denied")
        raise OSError("The bucket does not answer")

    with app.app_context():
        found = [str(message) for message in verification.findings(evidence(settings), stored)]

    assert found[-2:] == [
        "Document 1: its file cannot be read (PermissionError: [Errno 13] Access denied).",
        "Document 2: its file cannot be read (OSError: The bucket does not answer).",
    ]


def test_an_anchor_that_cannot_be_read_hides_neither_what_differs_nor_what_is_missing(
    app: Flask, settings: Settings, tmp_path: Path, forge: Forge
) -> None:
    for _ in range(4):
        add_event(app)
        assert sealed(app)
    anchors = tmp_path / "audit" / "anchors"
    forge("UPDATE checkpoint SET digest = 'x' WHERE id <= 2; DELETE FROM checkpoint WHERE id > 2")
    for number in (2, 4):
        (anchors / f"1-{number}.json").unlink()
        (anchors / f"1-{number}.json").mkdir()

    with app.app_context():
        found = [str(message) for message in seals.problems(evidence(settings))]

    reason = f"cannot be read (IsADirectoryError: [Errno 21] Is a directory: '{anchors}"
    assert found[-4:] == [
        f"The anchor of checkpoint 4 (epoch 1) {reason}/1-4.json').",
        CUT.format(3, 3, 1),
        f"The anchor of checkpoint 2 (epoch 1) {reason}/1-2.json').",
        "Checkpoints 1 to 1 of epoch 1 differ from their anchors: they were sealed again.",
    ]
