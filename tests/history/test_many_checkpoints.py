"""The time of the verification grows with history, not with its square."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from sqlalchemy import insert

from grants.db import db, now, transaction
from grants.models import Checkpoint
from grants.services.integrity import checkpoints
from grants.services.integrity.history import FIRST
from tests.history.conftest import Forge
from tests.history.proof import key
from tests.money.racing import ROUNDS

CHECKPOINTS = 10_000 if ROUNDS > 10 else 200
EVENTS = """
    INSERT INTO history (subject, subject_id, number, at, role, via, key, about, about_id, said, previous, hash,
        xact, stamp)
    SELECT 'many', n / 100, n %% 100, now(), 'clock', 'test', 'test', 'system', 1, '{{}}', '',
        encode(sha256(n::text::bytea), 'hex'), n, n::text FROM generate_series(1, {0}) n
"""


@pytest.fixture
def many(app: Flask, forge: Forge) -> int:
    """Ten events for each of many checkpoints; returns how many checkpoints there are."""
    forge("DELETE FROM history; " + EVENTS.format(10 * CHECKPOINTS).replace("%%", "%"))
    with app.app_context(), transaction():
        events = db.session.execute(db.text("SELECT id, hash FROM history ORDER BY id")).all()
        previous, rows = FIRST, []
        for number in range(CHECKPOINTS):
            chunk = events[10 * number : 10 * number + 10]
            digest = checkpoints.digest_of(previous, [hash for _, hash in chunk])
            point = Checkpoint(at=now(), up_to=chunk[-1][0], below=10 * number + 11, events=10, digest=digest)
            values = {"id": number + 1, "at": point.at, "up_to": point.up_to, "below": point.below, "events": 10}
            rows.append({**values, "digest": digest, "seal": checkpoints.seal_of(key(app), point)})
            previous = digest
        db.session.execute(insert(Checkpoint), rows)
    return CHECKPOINTS


def test_every_checkpoint_is_checked_in_time(app: Flask, many: int) -> None:
    began = time.perf_counter()
    with app.app_context():
        assert list(checkpoints.problems(key(app))) == []

    assert many < 10_000 or time.perf_counter() - began < 10


def test_a_missing_checkpoint_among_many_is_named(app: Flask, forge: Forge, many: int) -> None:
    forge("DELETE FROM checkpoint WHERE id = 100")

    with app.app_context():
        assert str(next(checkpoints.problems(key(app)))) == "Checkpoint 100 is missing."
