"""The time of the verification grows with history, not with its square."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg.types.json import Jsonb

from config import Settings
from grants.db import db, now
from grants.jobs.sealing import evidence
from grants.models import Checkpoint
from grants.outside import signing
from grants.outside.servers.postgres import plain
from grants.services.integrity.history import FIRST
from grants.services.integrity.sealing import checkpoints, seals
from grants.services.integrity.sealing.checkpoints import Statement
from tests.history.conftest import Forge
from tests.history.proof import anchored
from tests.money.racing import ROUNDS

CHECKPOINTS = 10_000 if ROUNDS > 10 else 200
SECONDS = 10
EVENTS = """
    INSERT INTO history (subject, subject_id, number, at, role, via, key, about, about_id, said, previous, hash,
        xact, stamp)
    SELECT 'many', n / 100, n % 100, now(), 'clock', 'test', 'test', 'system', 1, '{{}}', repeat('0', 64),
        encode(sha256(n::text::bytea), 'hex'), n, n::text FROM generate_series(1, {0}) n
"""


@pytest.fixture
def many(app: Flask, forge: Forge, tmp_path: Path) -> int:
    """Ten events and an anchor for each of many checkpoints; returns how many checkpoints there are."""
    forge("DELETE FROM history; " + EVENTS.format(10 * CHECKPOINTS))
    place = anchored(app, tmp_path / "audit")
    place.mkdir(parents=True)
    with app.app_context():
        events = db.session.execute(db.text("SELECT id, hash FROM history ORDER BY id")).all()
        rows = list(created(app, [(row.id, row.hash) for row in events]))
        db.session.rollback()
    for row in rows:
        (place / f"1-{row.id}.json").write_bytes(checkpoints.anchor(row))
    stored(app, rows)
    return CHECKPOINTS


def created(app: Flask, events: list[tuple[int, str]]) -> list[Checkpoint]:
    """A checkpoint for every ten events, not stored."""
    signer = signing.signer(app.extensions["settings"])
    at, previous, rows = now(), FIRST, []
    for number in range(CHECKPOINTS):
        chunk = events[10 * number : 10 * number + 10]
        row = Checkpoint(
            id=number + 1,
            version=2,
            epoch=1,
            at=at,
            up_to=chunk[-1][0],
            gaps=[],
            events=10,
            previous=previous,
            key_id=signer.key_id,
        )
        row.digest = previous = Statement.of(row).digest_of(hash for _, hash in chunk)
        row.seal = signer.sign(Statement.of(row).signed)
        rows.append(row)
    return rows


def stored(app: Flask, rows: list[Checkpoint]) -> None:
    """Store the checkpoints as the sealer's role."""
    columns = "id, version, epoch, at, up_to, gaps, events, previous, digest, key_id, seal"
    command = f"COPY checkpoint ({columns}) FROM STDIN".encode()
    with (
        psycopg.connect(plain(app.extensions["settings"].seal_database_url)) as connection,
        connection.cursor().copy(command) as copy,
    ):
        for row in rows:
            values = [getattr(row, name) for name in columns.split(", ")]
            copy.write_row([Jsonb(value) if isinstance(value, list) else value for value in values])


def problems(app: Flask) -> list[str]:
    """The findings of the checkpoints alone, as outside a demonstration."""
    with app.app_context():
        settings = replace(app.extensions["settings"], demo=False)
        return [str(message) for message in seals.problems(evidence(settings))]


def test_every_checkpoint_is_verified_in_time(app: Flask, many: int) -> None:
    began = time.perf_counter()

    assert problems(app) == []

    assert many < 10_000 or time.perf_counter() - began < SECONDS


def test_a_missing_checkpoint_among_many_is_named(app: Flask, forge: Forge, many: int) -> None:
    forge("DELETE FROM checkpoint WHERE id = 100")

    assert problems(app)[0] == "Checkpoint 100 is missing."


def test_the_first_checkpoint_that_differs_from_its_anchor_is_named(app: Flask, many: int) -> None:
    sign_others(app, 101)

    assert problems(app) == [f"Checkpoints 101 to {many} of epoch 1 differ from their anchors: they were sealed again."]


def sign_others(app: Flask, first: int) -> None:
    """Sign another digest in the anchors from this number on, as if their checkpoints had been other ones."""
    settings: Settings = app.extensions["settings"]
    signer, place = signing.signer(settings), Path(settings.anchors_url.removeprefix("file://")) / "anchors"
    with app.app_context():
        for row in db.session.query(Checkpoint).filter(Checkpoint.id >= first):
            row.digest = "f" * 64
            row.seal = signer.sign(Statement.of(row).signed)
            (place / f"1-{row.id}.json").write_bytes(checkpoints.anchor(row))
        db.session.rollback()
