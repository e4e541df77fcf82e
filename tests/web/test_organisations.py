"""An organisation's page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests import world as w
from tests.browser import signed_in


@pytest.mark.ground("active")
def test_ones_own_chapter_shows_its_people_and_its_limits(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        client, id = signed_in(app, world.people["mg1"]), world.chapters["mg"].id

    page: Any = client.get(f"/organisations/{id}")

    text = " ".join(page.page.text.split())
    assert "mg2@example.org" in text
    assert "Current grants 1 (maximum 2)" in text.replace("Current grants1", "Current grants 1")
    assert "USD\xa045,000" in page.page.text


@pytest.mark.ground("large")
def test_another_chapter_is_not_found(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        client, id = signed_in(app, world.people["bo1"]), world.chapters["mg"].id

    assert client.get(f"/organisations/{id}").status_code == 404


@pytest.mark.ground("large_draft")
def test_staff_see_the_page_without_the_drafts(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        client, id = signed_in(app, world.people["fay"]), world.chapters["mg"].id

    page: Any = client.get(f"/organisations/{id}")

    assert page.status_code == 200
    assert "/applications/1" not in page.get_data(as_text=True)
