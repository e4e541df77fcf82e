"""Counts of applications stop at a thousand, in the list of applications and in that of calls."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.access.principals import load_principal
from grants.queries import calls
from grants.queries.applications import listing as listed
from grants.queries.applications.listing import Filters
from grants.web.applications import listing as page
from tests import world as scene
from tests.browser import signed_in
from tests.world import World

pytestmark = pytest.mark.ground("submitted")


@pytest.fixture
def world(app: Flask) -> World:
    """People, chapters, open calls and an application."""
    with app.app_context():
        return scene.found()


def test_counts_stop_at_a_thousand(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "CAPPED", 1)
    with app.app_context():
        for _ in range(3):
            scene.in_review(world)

        assert listed.counts(load_principal(world.people["olga"]), Filters())["review"] == 2


def test_the_number_of_a_call_stops_at_a_thousand(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (listed, calls, page):
        monkeypatch.setattr(module, "CAPPED", 1)
    with app.app_context():
        for _ in range(3):
            scene.in_review(world)
        sent = {one.sent for one in calls.listing(load_principal(world.people["olga"]))}

    assert 2 in sent
    assert "1+" in signed_in(app, world.people["olga"]).get("/office/calls").page.text
