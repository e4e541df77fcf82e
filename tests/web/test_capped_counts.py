"""Counts of applications stop at a thousand, in the list of applications and in that of calls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from grants.access.principals import Principal, load_principal
from grants.queries import calls
from grants.queries.applications import listing as listed
from grants.queries.applications.listing import Filters
from grants.web.applications import listing as page
from tests import world as scene
from tests.browser import signed_in
from tests.world import World

pytestmark = [pytest.mark.ground("submitted"), pytest.mark.sweep]


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


def test_common_words_are_counted_once_and_listed_from_the_newest(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are counted match: the tabs show no numbers, and the pages are those of an exhaustive search."""
    monkeypatch.setattr(listed, "PAGE", 1)
    with app.app_context():
        for _ in range(3):
            scene.in_review(world)
        olga = load_principal(world.people["olga"])
        word = listed.listing(olga, Filters()).rows[0].application.title.split()[0]
        every = pages(olga, Filters(words=word), common=False)
        assert listed.counts(olga, Filters(words=word))["review"] == 3
        monkeypatch.setattr(listed, "CAPPED", 2)
        counts = listed.counts(olga, Filters(words=word))

        assert counts == {"all": 3}
        assert listed.too_many(counts)
        assert pages(olga, Filters(words=word), common=True) == every
        assert len(every) >= 3


def test_a_page_of_common_words_names_no_number_that_was_not_counted(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        for _ in range(3):
            scene.in_review(world)
        olga = load_principal(world.people["olga"])
        word = listed.listing(olga, Filters()).rows[0].application.title.split()[0]
    for module in (listed, page):
        monkeypatch.setattr(module, "CAPPED", 2)
    browser = signed_in(app, world.people["olga"])

    every = browser.get(f"/applications?list=all&words={word}").page.text
    assert "of 2+" in every
    assert "3 shown" in browser.get(f"/applications?list=review&words={word}").page.text


def pages(principal: Principal, filters: Filters, *, common: bool) -> list[int]:
    """The applications of all pages, one after another."""
    found: list[int] = []
    while True:
        one = listed.listing(principal, filters, common=common)
        found += [row.application.id for row in one.rows]
        if not one.after:
            return found
        filters = replace(filters, after=one.after)
