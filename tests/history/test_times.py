"""The time of an event lies neither in the future nor before the event that it follows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from grants.db import db
from grants.services.integrity import times
from tests.history import proof
from tests.history.conftest import Forge
from tests.history.proof import add_event, rebuilt

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
        ("at + interval '1 hour'", ["its time lies in the future."]),
        ("at - interval '5 minutes'", ["its time lies before the event that it follows."]),
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
