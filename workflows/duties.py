"""When the reports of a grant fall due, and by when each side does its part after an award."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from workflows.programme import ReportDuty
from workflows.proposal import add_months

SIGN_WITHIN_DAYS = 14
"""The grantee signs within so many days of the award: letter and inbox say the same."""
RETURN_WITHIN_DAYS = 30
"""Money that was not used comes back within so many days of the last report’s approval."""
READ_WITHIN_DAYS = 21
"""We read a report within so many days: both inboxes and the report's page count with it."""


def due_days(duties: Sequence[ReportDuty], starts_on: date, ends_on: date) -> list[date]:
    """The day of each report, in their order.

    A project too short for what counts from its start has those reports spread evenly over its time: one comes in the
    middle, two after a third and two thirds, and none together with the end.
    """
    from_start = [duty for duty in duties if duty.at == "start"]
    told = [add_months(starts_on, duty.months) if duty.months else starts_on for duty in from_start]
    if told and max(told) >= ends_on:
        told = [starts_on + (ends_on - starts_on) * place / (len(told) + 1) for place in range(1, len(told) + 1)]
    after = iter(told)
    return [(next(after) if duty.at == "start" else ends_on) + timedelta(days=duty.days) for duty in duties]
