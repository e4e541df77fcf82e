"""The pages on which an administrator merges an organisation that was entered twice, and undoes it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import transaction
from grants.services import organisations, transitions
from grants.services.organisations import Named
from tests.browser import Answer, browser
from tests.web.test_duplicates import DUPLICATE, KEPT, WHY, ada, row, twice

pytestmark = pytest.mark.ground("twice")
__all__ = ["twice"]


def confirmed(app: Flask, id: int, kept: int, **fields: Any) -> Answer:
    """An administrator compares two entries and sends the form."""
    client = browser(app, "ada")
    fields = {"reason": WHY, "confirmed": "y"} | fields
    return client.submit(client.get(f"/organisations/{id}/merge?kept={kept}"), "/merge", **fields)


def test_both_pages_say_it_and_lead_to_each_other(app: Flask) -> None:
    assert confirmed(app, DUPLICATE, KEPT).status_code == 302

    client = browser(app, "ada")
    duplicate, kept = (client.get(f"/organisations/{id}").page for id in (DUPLICATE, KEPT))
    assert "This entry is a duplicate" in duplicate.text
    assert "Merged entries" in kept.text
    assert f"Reason: {WHY}" in kept.text
    member = browser(app, "bo1").get(f"/organisations/{DUPLICATE}").page
    assert "This entry is a duplicate" in member.text
    assert WHY not in member.text


def test_a_merge_without_a_reason_keeps_what_was_typed(app: Flask) -> None:
    answer = confirmed(app, DUPLICATE, KEPT, confirmed="", reason="Same number")

    assert answer.status_code == 422
    assert "Same number" in answer.get_data(as_text=True)


def test_an_outdated_comparison_is_refused(app: Flask) -> None:
    client = browser(app, "ada")
    page = client.get(f"/organisations/{DUPLICATE}/merge?kept={KEPT}")
    with app.app_context(), transaction():
        organisations.correct(
            row(KEPT), Named("Other", "chapter", "MG", "fr"), None, actor=ada(), version=1, apply=transitions.apply
        )

    answer = client.submit(page, "/merge", reason=WHY, confirmed="y")

    assert answer.status_code == 409
    assert WHY in answer.get_data(as_text=True)


def test_the_merge_is_undone_on_its_page(app: Flask) -> None:
    confirmed(app, DUPLICATE, KEPT)
    client = browser(app, "ada")

    answer = client.submit(client.get(f"/organisations/{DUPLICATE}/separate"), "/separate", reason="They are two.")

    assert answer.status_code == 302
    assert client.get(f"/organisations/{DUPLICATE}/separate").status_code == 404


def test_entries_that_may_be_the_same_are_offered(app: Flask) -> None:
    client = browser(app, "ada")

    page = client.get(f"/organisations/{DUPLICATE}/merge")

    assert "Choose the entry to keep" in page.page.text
    assert "Chapter MG" in client.get(f"/organisations/{DUPLICATE}/merge?words=MG").page.text
