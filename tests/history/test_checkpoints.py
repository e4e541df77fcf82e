"""A superuser deletes, changes or replaces checkpoints, and verification reports it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from grants.db import db
from grants.jobs.sealing import NotSealed
from grants.models import Checkpoint, Event
from grants.outside.signing import PublicKeys
from grants.services.integrity.sealing.checkpoints import Statement
from tests.history.conftest import Forge
from tests.history.proof import add_event, anchored, found, noted, points, rebuilt, seal_all, sealed
from tests.history.test_tampering import TAMPERINGS

pytestmark = pytest.mark.sweep

MANY = 5
CUT = (
    "Checkpoints {0} to {1} of epoch 1 are missing, but their anchors exist. If a backup was restored, record this "
    "with `grants restored`."
)
ANEW = "Checkpoints {0} to {1} of epoch 1 differ from their anchors: they were sealed again."
RESTORE = """
    UPDATE checkpoint SET epoch = 2, reason = 'x', lost_epoch = 1, lost_number = 9, lost_digest = '' WHERE id = 5"""
UNSEEN = "GRANTS_ANCHORS_URL is not set: checkpoints that were deleted, or deleted and created again, are not found."


@pytest.fixture
def anchors(app: Flask, tmp_path: Path) -> Path:
    """The files of the anchors of five checkpoints."""
    place = anchored(app, tmp_path / "audit")
    seal_all(app)
    for _ in range(MANY - 1):
        add_event(app)
        seal_all(app)
    return place


def forged(app: Flask, forge: Forge) -> None:
    """Rewrite an event and its chain, which only a checkpoint reveals."""
    forge(TAMPERINGS["edit"][0])
    forge(rebuilt(app, "application", 1))


def unanchored(app: Flask) -> None:
    """Keep no anchors from now on."""
    app.extensions["settings"] = replace(app.extensions["settings"], anchors_url="")


def test_untouched_checkpoints_verify(app: Flask, anchors: Path) -> None:
    assert found(app) == []
    assert noted(app) == []
    assert sorted(path.name for path in anchors.iterdir()) == [f"1-{number}.json" for number in range(1, MANY + 1)]


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        ("DELETE FROM checkpoint WHERE id = 3", ["Checkpoint 3 is missing.", CUT.format(3, 3)]),
        ("DELETE FROM checkpoint WHERE id < 3", ["Checkpoints 1 to 2 are missing.", CUT.format(1, 2)]),
        ("DELETE FROM checkpoint WHERE id > 3", [CUT.format(4, 5)]),
        ("DELETE FROM checkpoint", [CUT.format(1, 5)]),
        ("UPDATE checkpoint SET at = at - interval '1 hour' WHERE id = 3", ["Checkpoint 3: its seal is invalid."]),
        ("UPDATE checkpoint SET gaps = '[[1, 2]]' WHERE id = 5", ["Checkpoint 5: its seal is invalid."]),
        ("UPDATE checkpoint SET key_id = 'another' WHERE id = 3", ["their key another is not among the public keys."]),
        ("UPDATE checkpoint SET seal = upper(seal) WHERE id = 3", ["Checkpoint 3: its seal is invalid."]),
        ("UPDATE checkpoint SET seal = seal || ' ' WHERE id = 3", ["Checkpoint 3: its seal is invalid."]),
        ("UPDATE checkpoint SET digest = repeat('0', 64) WHERE id = 3", ["Checkpoint 3: its seal is invalid."]),
        (
            "UPDATE checkpoint SET (digest, seal) = (SELECT digest, seal FROM checkpoint WHERE id = 4) WHERE id = 3",
            ["Checkpoint 3: its seal is invalid."],
        ),
        (RESTORE, ["Checkpoint 5: its seal is invalid.", CUT.format(5, 5)]),
        (
            "UPDATE checkpoint SET version = 1, below = 1, previous = NULL, key_id = NULL WHERE id = 5",
            ["Checkpoint 5: its seal is invalid."],
        ),
    ],
)  # fmt: skip
def test_every_change_of_checkpoints_is_found(
    app: Flask, forge: Forge, anchors: Path, change: str, findings: list[str]
) -> None:
    forge(change)

    reported = found(app)
    assert [finding for finding in findings if not any(finding in one for one in reported)] == []


def test_a_changed_checkpoint_does_not_accuse_the_next(app: Flask, forge: Forge, anchors: Path) -> None:
    forge("UPDATE checkpoint SET at = at - interval '1 hour' WHERE id = 3")

    assert [finding for finding in found(app) if "Checkpoint 4" in finding or "Checkpoint 5" in finding] == []


def test_the_sealer_refuses_where_anchors_go_beyond_the_checkpoints(app: Flask, forge: Forge, anchors: Path) -> None:
    forged(app, forge)
    forge("DELETE FROM checkpoint")

    with pytest.raises(NotSealed, match="The anchors go up to checkpoint 5 of epoch 1"):
        sealed(app)

    assert points(app) == []
    assert found(app) == [CUT.format(1, 5)]


def test_without_anchors_deleted_checkpoints_are_created_again_and_believed(
    app: Flask, forge: Forge, anchors: Path
) -> None:
    """Counter-test: the event is rewritten, and verification passes."""
    unanchored(app)
    forged(app, forge)
    forge("DELETE FROM checkpoint")

    seal_all(app)

    assert (len(points(app)), found(app), noted(app)) == (1, [], [UNSEEN])


def computed_anew(app: Flask, forge: Forge) -> None:
    """Rewrite an event, its chain and the digest of the only checkpoint, whose key the forger does not have."""
    forged(app, forge)
    with app.app_context():
        statement = Statement.of(db.session.query(Checkpoint).one())
        hashes = db.session.scalars(select(Event.hash).order_by(Event.id)).all()
        db.session.rollback()
    forge(f"UPDATE checkpoint SET digest = '{statement.digest_of(hashes)}'")


def test_a_digest_that_was_computed_anew_has_no_valid_seal(app: Flask, forge: Forge) -> None:
    seal_all(app)
    computed_anew(app, forge)

    assert found(app) == ["Checkpoint 1: its seal is invalid."]


def test_without_the_signature_the_rewritten_history_would_be_believed(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_all(app)
    computed_anew(app, forge)
    monkeypatch.setattr(PublicKeys, "valid", lambda *_: True)

    assert found(app) == []


def test_checkpoints_sealed_anew_differ_from_their_anchors(app: Flask, forge: Forge, anchors: Path) -> None:
    settings = app.extensions["settings"]
    unanchored(app)
    forged(app, forge)
    forge("DELETE FROM checkpoint WHERE id > 2; UPDATE checkpoint SET id = id")
    for _ in range(MANY):
        add_event(app)
        seal_all(app)
    app.extensions["settings"] = settings

    assert ANEW.format(3, 5) in found(app)
    with pytest.raises(NotSealed, match="Checkpoint 5 of epoch 1 differs from its anchor"):
        sealed(app)


def test_the_sealer_does_not_continue_from_a_forged_checkpoint(app: Flask, forge: Forge, anchors: Path) -> None:
    add_event(app)
    forge("UPDATE checkpoint SET events = events + 1 WHERE id = 5")

    with pytest.raises(NotSealed, match="The seal of checkpoint 5 is invalid"):
        sealed(app)


@pytest.mark.parametrize(("checkpoints", "seconds"), [(0, 90_000), (1, 690)])
def test_events_that_nothing_seals_are_found(app: Flask, forge: Forge, checkpoints: int, seconds: int) -> None:
    """After ten minutes; after a day where no sealer was ever set up."""
    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)
    if checkpoints:
        seal_all(app)
        add_event(app)
    assert found(app) == []
    moved = "The clock of the database is offset by {} seconds."
    forge(f"UPDATE clock_offset SET seconds = {seconds // 2}")
    assert found(app) == [moved.format(seconds // 2)]
    forge(f"UPDATE clock_offset SET seconds = {seconds}")

    assert [finding[:39] for finding in found(app)] == [
        moved.format(seconds)[:39],
        "No checkpoint covers the history since ",
    ]
    seal_all(app)
    assert found(app) == [moved.format(seconds)]


def test_an_anchor_that_nobody_signed_is_not_taken_for_a_checkpoint(app: Flask, anchors: Path) -> None:
    (anchors / "9-1.json").write_text("{}")

    assert found(app) == ["The anchor of checkpoint 1 (epoch 9) is damaged, or no known key has signed it."]


def test_a_missing_newest_anchor_is_written_first(app: Flask, anchors: Path) -> None:
    content = (anchors / "1-5.json").read_bytes()
    (anchors / "1-5.json").unlink()

    assert sealed(app) is None

    assert (anchors / "1-5.json").read_bytes() == content


def test_nothing_is_sealed_while_the_anchors_cannot_be_written(app: Flask, anchors: Path) -> None:
    add_event(app)
    anchors.rename(anchors.with_name("away"))
    anchors.write_text("not a folder")

    with pytest.raises((OSError, NotSealed)):
        sealed(app)

    assert len(points(app)) == MANY


def test_an_anchor_is_never_replaced(app: Flask, anchors: Path) -> None:
    add_event(app)
    (anchors / "1-6.json").write_text("{}")

    with pytest.raises(NotSealed, match="The anchors go up to checkpoint 6"):
        sealed(app)

    assert (anchors / "1-6.json").read_text() == "{}"


@pytest.mark.parametrize("content", ["{}", "", '{"version": 2}', "[]"])
def test_a_damaged_anchor_is_found(app: Flask, anchors: Path, content: str) -> None:
    (anchors / "1-5.json").write_text(content)

    assert found(app) == ["The anchor of checkpoint 5 (epoch 1) is damaged, or no known key has signed it."]


def test_an_anchor_under_another_name_is_found(app: Flask, anchors: Path) -> None:
    (anchors / "1-5.json").write_bytes((anchors / "1-4.json").read_bytes())

    assert found(app) == ["The anchor of checkpoint 5 (epoch 1) is damaged, or no known key has signed it."]
