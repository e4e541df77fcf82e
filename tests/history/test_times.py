"""The time of an event fits the clock, the event that it follows, and the checkpoints around it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.services.integrity.verifying import times
from tests import world
from tests.history import proof
from tests.history.conftest import Forge
from tests.history.proof import add_event, rebuilt, seal_all

pytestmark = pytest.mark.sweep

FUTURE = "its time is in the future."
LAST = "WHERE id = (SELECT max(id) FROM history WHERE subject = 'person' AND subject_id = 1)"


def found(app: Flask, *, movable: bool = False) -> list[str]:
    """The findings of this check, as outside a demonstration."""
    with app.app_context():
        findings = [str(message).partition(": ")[2] for message in times.problems(movable=movable)]
        db.session.remove()
    return findings


@pytest.mark.parametrize(
    ("moved", "finding"),
    [
        ("at + interval '1 hour'", ["its time is in the future."]),
        ("at - interval '5 minutes'", ["its time is earlier than that of the event before it."]),
        ("at - interval '1 second'", []),
    ],
)
def test_the_time_of_an_event_that_was_moved_is_found(app: Flask, forge: Forge, moved: str, finding: list[str]) -> None:
    add_event(app)
    add_event(app)
    assert found(app) == []

    forge(f"UPDATE history SET at = {moved} {LAST}")
    forge(rebuilt(app, "person", 1))

    assert found(app) == finding
    assert found(app, movable=True) == []


def test_without_the_check_of_times_nothing_else_finds_it(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the chain fits, and the event is not sealed for less than ten minutes."""
    monkeypatch.setattr(times, "problems", lambda **_: iter(()))
    add_event(app)
    forge(f"UPDATE history SET at = at - interval '5 minutes' {LAST}")
    forge(rebuilt(app, "person", 1))

    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)

    assert proof.found(app) == []


AFTER = "its time is later than that of checkpoint 2, which includes it."
UNSEALED = "No checkpoint covers the history since"
LACKED = "its time is well before that of checkpoint 1, which does not include it."


def begin_chain(app: Flask) -> str:
    """Add a person, whose chain has one event. Returns SQL for it."""
    with app.app_context():
        with transaction():
            id = world.person("zoe").id
        db.session.remove()
    return f"{rebuilt(app, 'person', id)}; UPDATE history SET at = {{0}} WHERE subject = 'person' AND subject_id = {id}"


def moved(app: Flask, forge: Forge, at: str, *, before: bool, after: bool) -> list[str]:
    """What is found of an event of another time. before, after: whether there are checkpoints without and with it.

    That it has no checkpoint yet is found too, once the server of the tests has run for ten minutes.
    """
    if before:
        seal_all(app)
    change = begin_chain(app)
    forge(change.format(at))
    forge(rebuilt(app, "person", int(change.rpartition(" ")[2])))
    if after:
        seal_all(app)
    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)
    findings = [finding for finding in proof.found(app) if after or not finding.startswith(UNSEALED)]
    return [finding.partition(": ")[2] for finding in findings]


@pytest.mark.parametrize(
    ("at", "before", "after", "finding"),
    [
        ("at - interval '2 hours'", "sealed", "sealed", [LACKED]),
        ("at - interval '2 hours'", "sealed", "", [LACKED]),
        ("at - interval '2 hours'", "", "sealed", []),
        ("at - interval '9 minutes'", "sealed", "sealed", []),
        ("at + interval '2 hours'", "sealed", "sealed", [FUTURE, AFTER]),
        ("at + interval '2 hours'", "sealed", "", [FUTURE]),
        ("at + interval '2 seconds'", "sealed", "sealed", []),
    ],
)
def test_a_time_that_does_not_fit_the_checkpoints_is_found(  # noqa: PLR0917 - the columns of the table
    app: Flask, forge: Forge, at: str, before: str, after: str, finding: list[str]
) -> None:
    assert moved(app, forge, at, before=bool(before), after=bool(after)) == finding


@pytest.mark.parametrize("at", ["at - interval '2 hours'", "at + interval '2 hours'"])
def test_without_the_comparison_with_checkpoints_it_is_not(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Counter-test: once the time is past, nothing else compares the first event of a chain."""
    monkeypatch.setattr(times.Limits, "problem", lambda *_: None)
    monkeypatch.setattr(times, "FUTURE", times.FUTURE.replace("WHERE", "WHERE false AND"))

    assert moved(app, forge, at, before=True, after=True) == []


def test_checkpoints_without_a_valid_seal_accuse_no_event(app: Flask, forge: Forge) -> None:
    seal_all(app)
    add_event(app)
    seal_all(app)
    forge("UPDATE checkpoint SET at = at + CASE id WHEN 1 THEN 1 ELSE -1 END * interval '3 days'")
    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)

    findings = proof.found(app)

    assert {finding.partition(": ")[2] for finding in findings if finding.startswith("Checkpoint")} == {
        "its seal is invalid.",
        "the history that it covers has changed since it was sealed.",
    }
    assert [finding for finding in findings if finding.startswith("History")] == []
