"""Numbers and dates that cannot be parsed, on the page that checks a draft before submission."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from tests.web.writing import form_of, started

pytestmark = [pytest.mark.ground("small_draft"), pytest.mark.sweep]


def test_a_text_without_spaces_is_as_long_as_it_is(app: Flask) -> None:
    """4,100 characters of Chinese are no single word."""
    client, id = started(app)

    client.post(f"/applications/{id}/write", data=form_of(client, id) | {"summary": "\u4e2d" * 4_100})

    page = client.get(f"/applications/{id}/send").text
    assert "you entered 2734." in unescape(page)
    assert "<b data-words>2734</b>" in client.get(f"/applications/{id}/write").text


@pytest.mark.parametrize(
    ("typed", "reported"),
    [
        ({"months": "a year"}, ["Enter a whole number of months from 1 to 12."]),
        (
            {"starts_on": "soon", "title": "🎉" * 301},
            [
                "Enter a date for “First day of the project”, such as 2027-03-01.",
                "Remove these characters from “Title”, because they cannot be printed in our letters: 🎉",
                "Enter 300 characters or fewer in “Title”: you entered 301.",
            ],
        ),
        (
            {"activities-0-start": "soon", "activities-0-end": "later"},
            [
                f"Enter a date under “{cell}” in line 1 of “Activities and dates”, such as 2027-03-01."
                for cell in ("Starts", "Ends")
            ],
        ),
        (
            {"indicators-0-target": "many", "budget-0-quantity": "ten"},
            [
                "Enter the target of indicator 1 as a number.",
                "Enter the quantity in line 1 of the budget as a number, such as 2 or 12.50.",
            ],
        ),
        (
            {"budget-0-what": "", "budget-0-quantity": "ten"},
            [
                "Enter the quantity in line 1 of the budget as a number, such as 2 or 12.50.",
                "Enter the item in line 1 of the budget.",
            ],
        ),
    ],
)
def test_an_invalid_value_is_reported_once(app: Flask, typed: dict[str, str], reported: list[str]) -> None:
    client, id = started(app)
    client.post(f"/applications/{id}/write", data=form_of(client, id) | typed)

    summary = client.get(f"/applications/{id}/send").text.partition('<div class="summary"')[2].partition("</div>")[0]

    listed = [unescape(item) for item in re.findall("<li><a [^>]*>(.*?)</a>", summary)]
    assert listed == reported
    assert f"You cannot submit yet: {len(listed)} item" in summary
