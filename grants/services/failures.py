"""Failures of the clock: recorded, so that people see them, and parked, so that the rest of the work goes on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from grants.db import GRANTS_NOW, db
from grants.models import ClockFailure

PAUSE = timedelta(minutes=1)
DOUBLINGS = 8
"""The pause before the next attempt doubles this often, up to four hours."""


def record(task: str, application: int | None, problem: str) -> None:
    """Record a failed attempt and set when the next one is due."""
    fresh = insert(ClockFailure).values(
        task=task, application_id=application, problem=problem, next_at=GRANTS_NOW + PAUSE
    )
    longer = PAUSE * func.power(2, func.least(ClockFailure.tries, DOUBLINGS))
    values = {
        "problem": fresh.excluded.problem,
        "tries": ClockFailure.tries + 1,
        "at": GRANTS_NOW,
        "next_at": GRANTS_NOW + longer,
    }
    db.session.execute(fresh.on_conflict_do_update(index_elements=["task", "application_id"], set_=values))


def clear(task: str, application: int | None) -> None:
    """The task succeeded: nothing of it failed any longer."""
    same = ClockFailure.application_id.is_not_distinct_from(application)
    db.session.execute(delete(ClockFailure).where(ClockFailure.task == task, same))


def forget(due: Collection[tuple[int, str]]) -> None:
    """Forget the failures about applications that would be tried again now but are no longer due.

    due: (application id, task) of what is due now.
    """
    waited = select(ClockFailure).where(ClockFailure.application_id.is_not(None), ClockFailure.next_at <= GRANTS_NOW)
    gone = [row.id for row in db.session.scalars(waited) if (row.application_id, row.task) not in due]
    if gone:
        db.session.execute(delete(ClockFailure).where(ClockFailure.id.in_(gone)))


def tries(task: str) -> int:
    """How often a task about no application has failed since it last succeeded."""
    wanted = select(ClockFailure.tries).where(ClockFailure.task == task, ClockFailure.application_id.is_(None))
    return db.session.scalar(wanted) or 0


def forget_named(prefix: str, there: Collection[str]) -> None:
    """Forget the failures of tasks whose keys begin with the prefix and are gone. there: those that are not."""
    failed = select(ClockFailure).where(ClockFailure.task.startswith(prefix, autoescape=True))
    if gone := [row.id for row in db.session.scalars(failed) if row.task not in there]:
        db.session.execute(delete(ClockFailure).where(ClockFailure.id.in_(gone)))
