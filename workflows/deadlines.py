"""Due dates of a grant's reports, and the time limits of both sides after an award."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from workflows.forms.completeness import add_months
from workflows.programme import ReportSchedule

SIGNING_DAYS = 14
"""Days that the grantee has to sign after the award. Used by the award letter and the inbox."""
RETURN_DAYS = 30
"""Days that the grantee has to return unspent funds after the approval of the last report."""
READING_DAYS = 21
"""Days that the Foundation has to review a report. Used by both inboxes and the page of the report."""


def due_days(schedules: Sequence[ReportSchedule], starts_on: date, ends_on: date) -> list[date]:
    """The due date of each report, in the order of `duties`.

    When the project is too short for the reports that are counted from its start, these are spread evenly over its
    duration: one report falls in the middle, two fall after one third and two thirds, and none falls on the last day.
    """
    from_start = [schedule for schedule in schedules if schedule.at == "start"]
    reported = [add_months(starts_on, schedule.months) if schedule.months else starts_on for schedule in from_start]
    if reported and max(reported) >= ends_on:
        reported = [
            starts_on + (ends_on - starts_on) * place / (len(reported) + 1) for place in range(1, len(reported) + 1)
        ]
    after = iter(reported)
    return [
        (next(after) if schedule.at == "start" else ends_on) + timedelta(days=schedule.days) for schedule in schedules
    ]
