"""Time limits of steps, and the count of their days and hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workflows.deadlines import Elapsed, TimeLimit, elapsed, time_limit

BEGAN = datetime(2026, 11, 17, 9, tzinfo=UTC)
DAYS, HOURS = TimeLimit(14), TimeLimit(12, hours=True)


@pytest.mark.parametrize(
    ("clock", "step", "limit"),
    [
        ({"decision_days": 14}, "decision", DAYS),
        ({"decision_days": 14}, "checks", DAYS),
        ({"decision_days": 14}, "panel", DAYS),
        ({"decision_days": 14, "checks_days": 5}, "checks", TimeLimit(5)),
        ({"triage_hours": 12}, "triage", HOURS),
        ({"decision_days": 14}, "review", None),
        ({}, "checks", None),
    ],
)
def test_a_step_of_ours_without_its_own_limit_has_that_of_the_decision(
    clock: dict[str, int], step: str, limit: TimeLimit | None
) -> None:
    assert time_limit(clock, step) == limit


@pytest.mark.parametrize(("days", "number", "late"), [(0, 1, 0), (11, 12, 0), (13, 14, 0), (14, 14, 0), (16, 16, 2)])
def test_days_are_counted_from_one_and_late_only_after_the_due_date(days: int, number: int, late: int) -> None:
    assert elapsed(BEGAN, BEGAN + timedelta(days=days), DAYS) == Elapsed(number, DAYS, late)


@pytest.mark.parametrize(("minutes", "number", "late"), [(1, 1, 0), (60, 2, 0), (719, 12, 0), (721, 13, 1)])
def test_hours_are_counted_from_one(minutes: int, number: int, late: int) -> None:
    assert elapsed(BEGAN, BEGAN + timedelta(minutes=minutes), HOURS) == Elapsed(number, HOURS, late)


def test_days_without_a_limit_are_counted_too() -> None:
    assert elapsed(BEGAN, BEGAN + timedelta(days=3), None) == Elapsed(4, None)
