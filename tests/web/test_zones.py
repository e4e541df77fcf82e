"""The present differences of time zones from UTC, which are worked out once for each quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from grants.web.persons import zones

CHANGE = datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
"""Lord Howe Island moves its clocks on by half an hour: the only change that is not at the beginning of an hour."""


@pytest.mark.parametrize(
    ("before", "shown"),
    [(timedelta(minutes=1), "UTC+10:30"), (timedelta(0), "UTC+11"), (-timedelta(hours=9), "UTC+11")],
)
def test_a_difference_is_that_of_the_moment(
    flow_row: Flask, monkeypatch: pytest.MonkeyPatch, before: timedelta, shown: str
) -> None:
    with flow_row.test_request_context():
        monkeypatch.setattr(zones, "current_instant", lambda: CHANGE - timedelta(minutes=20))
        zones.zones("UTC")
        monkeypatch.setattr(zones, "current_instant", lambda: CHANGE - before)

        found = zones.zones("Australia/Lord_Howe")

    assert shown in found["Australia/Lord_Howe"]
    assert found["Africa/Nairobi"] == "Nairobi (UTC+3)"
