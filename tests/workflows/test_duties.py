"""Due dates of reports are in order and never on the same day, however short the project is."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.deadlines import due_days
from workflows.forms.completeness import add_months
from workflows.programme import ReportSchedule
from workflows.programmes import programmes

START = date(2026, 1, 1)
INTERIM = ReportSchedule(title="Interim", kind="interim", at="start", months=6)
SECOND = ReportSchedule(title="Second", kind="interim", at="start", months=12)
FINAL = ReportSchedule(title="Final", kind="final")


def test_a_long_project_reports_on_the_days_set_by_its_call() -> None:
    assert due_days([INTERIM, FINAL], START, date(2026, 12, 31)) == [date(2026, 7, 30), date(2027, 1, 30)]


def test_a_project_that_ends_before_its_interim_report_submits_it_halfway() -> None:
    assert due_days([INTERIM, FINAL], START, date(2026, 4, 30)) == [date(2026, 3, 31), date(2026, 5, 30)]


def test_of_two_interim_reports_the_first_is_due_after_a_third() -> None:
    days = due_days([INTERIM, SECOND, FINAL], START, date(2026, 10, 1))

    assert days == [date(2026, 5, 2), date(2026, 8, 1), date(2026, 10, 31)]


@pytest.mark.parametrize("code", sorted(programmes()))
def test_two_reports_are_never_due_on_the_same_day(code: str) -> None:
    rules = programmes()[code].rules

    for months in range(1, rules.months_most + 1):
        days = due_days(rules.reports, START, add_months(START, months))

        assert days == sorted(set(days)), months
