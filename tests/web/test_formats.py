"""Dates in words, as pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask, g

from grants.web.site import formats


@pytest.mark.parametrize(
    ("on", "form", "text"),
    [
        (date(2026, 11, 30), "short", "30 Nov"),
        (date(2025, 9, 12), "short", "12 Sep 2025"),
        (date(2027, 2, 7), "short", "7 Feb 2027"),
        (date(2026, 11, 30), "week", "Mon 30 Nov"),
        (date(2027, 1, 10), "week", "Sun 10 Jan 2027"),
        (date(2026, 11, 30), "year", "30 Nov 2026"),
        (date(2027, 1, 10), "long", "10 January 2027"),
    ],
)
def test_a_short_date_has_its_year_unless_it_is_this_one(flow_row: Flask, on: date, form: str, text: str) -> None:
    with flow_row.test_request_context():
        g.now = datetime(2026, 11, 28, 20, tzinfo=UTC)

        assert formats.day(on, form).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize("form", formats.DAYS)
def test_a_short_date_and_a_time_do_not_break(flow_row: Flask, form: str) -> None:
    with flow_row.test_request_context():
        g.now = datetime(2026, 11, 28, 20, tzinfo=UTC)

        assert " " not in formats.day(date(2025, 9, 12), form)
        assert formats.instant(g.now).split(" ") == [
            "Sat\N{NO-BREAK SPACE}28\N{NO-BREAK SPACE}Nov,",
            "20:00\N{NO-BREAK SPACE}UTC",
        ]


@pytest.mark.parametrize(
    ("value", "places", "text"), [(3, None, "3"), (3, 1, "3.0"), (11 / 3, 1, "3.7"), (None, 1, "–")]
)
def test_means_have_one_decimal_each(flow_row: Flask, value: float | None, places: int | None, text: str) -> None:
    with flow_row.test_request_context():
        assert formats.number(value, places) == text
