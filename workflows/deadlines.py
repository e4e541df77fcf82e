"""Due dates of a grant's reports, the time limits of both sides after an award, and those of an application's steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.forms.completeness import add_months
from workflows.programme import ReportSchedule

SIGNING_DAYS = 14
"""Days that the grantee has to sign after the award. Used by the award letter and the inbox."""
RETURN_DAYS = 30
"""Days that the grantee has to return unspent funds after the approval of the last report."""
ANSWER_DAYS = 7
"""Days that the Foundation has to answer a message of an applicant. Used by both sides' pages and the inbox."""
READING_DAYS = 21
"""Days that the Foundation has to review a report. Used by both inboxes and the page of the report."""


VERIFYING_DAYS = 3
"""Working days that the Foundation has to verify an organisation that registered itself."""
SATURDAY = 5


def working_days_after(day: date, number: int) -> date:
    """The last of so many working days, Monday to Friday, that follow the day."""
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < SATURDAY
    return day


def working_days_between(first: date, last: date) -> int:
    """The number of working days after the first day, up to and including the last."""
    days = (last - first).days
    return sum((first + timedelta(days=number)).weekday() < SATURDAY for number in range(1, days + 1))


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


HOUR = timedelta(hours=1)
UNITS = {"hours": HOUR, "days": timedelta(days=1)}
"""The units of time limits. The clock of a call sets a limit as `<step>_<unit>`; the first unit that is set holds."""
LIMITED_AS = {"checks": "decision", "panel": "decision"}
"""Steps of the Foundation without a time limit of their own, and the step whose limit holds for them."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """The time that a step may take: a number of days, or of hours."""

    number: int
    hours: bool = False

    @property
    def span(self) -> timedelta:
        """The limit as a duration."""
        return timedelta(hours=self.number) if self.hours else timedelta(days=self.number)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """How far a time limit has run.

    number: the present day or hour, of which the first is 1. limit: None if there is none. late: days or hours since it
    ended. A day is the last one until the due date is over.
    """

    number: int
    limit: TimeLimit | None
    late: int = 0


REVIEW_LIMIT = TimeLimit(21)
"""The time for a review in a call that sets no limit."""
INVITED_LIMIT = TimeLimit(30)
"""The time to write the next stage in a call that sets no limit."""


def own_limit(clock: Mapping[str, int], step: str) -> TimeLimit | None:
    """The time limit that the clock of a call sets for this step itself; None if it sets none."""
    for unit in UNITS:
        if number := clock.get(f"{step}_{unit}"):
            return TimeLimit(number, hours=unit == "hours")
    return None


def time_limit(clock: Mapping[str, int], step: str) -> TimeLimit | None:
    """The time limit of a step by the clock of its call; None if the call sets none."""
    return own_limit(clock, step) or own_limit(clock, LIMITED_AS.get(step, ""))


def ends_at(clock: Mapping[str, int], step: str, began: datetime) -> datetime | None:
    """The instant at which the time limit of a step ends that began at `began`; None if the call sets none."""
    limit = time_limit(clock, step)
    return began + limit.span if limit else None


def elapsed(began: datetime, at: datetime, limit: TimeLimit | None) -> Elapsed:
    """Which day or hour of its limit it is at the instant `at`."""
    if limit and limit.hours:
        number = (at - began) // HOUR + 1
        return Elapsed(number, limit, max(0, number - limit.number))
    days = (at.date() - began.date()).days
    if limit is None:
        return Elapsed(days + 1, None)
    late = max(0, days - limit.number)
    return Elapsed(limit.number + late if days >= limit.number else days + 1, limit, late)
