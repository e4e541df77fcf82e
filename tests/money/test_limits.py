"""An organisation holds at most as many grants as the call allows, whatever two approvers do at the same instant."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, Award
from grants.services.refusals import Refused
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, together
from tests.money.test_races import award, unlock_all

pytestmark = pytest.mark.sweep


def grants(app: Flask, chapter: int) -> tuple[int, list[object]]:
    """Award one application of the chapter, then the other two at once; returns how many grants it then holds."""
    first = 1001 + 3 * chapter
    assert together(app, [award(first)]) == [DONE]
    outcomes = together(app, [award(first + 1), award(first + 2)])
    with app.app_context():
        held = db.session.query(Award).join(Application).filter(Application.organisation_id == 1001 + chapter)
        return held.count(), outcomes


def test_two_approvers_at_once_award_no_more_than_is_allowed(copies: Copies, nearly_full: str) -> None:
    with copies(nearly_full) as app:
        for chapter in range(min(ROUNDS, 33)):
            held, outcomes = grants(app, chapter)

            assert held == 2
            (refused,) = (one for one in outcomes if one != DONE)
            assert isinstance(refused, Refused)
            assert "the limit is 2" in str(refused)


def test_without_the_lock_a_chapter_would_hold_three_grants(
    copies: Copies, nearly_full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock_all(monkeypatch)
    with copies(nearly_full) as app:
        assert any(grants(app, chapter)[0] == 3 for chapter in range(min(ROUNDS, 30)))
