"""Steps whose time limit has passed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from grants.db import GRANTS_NOW, db
from grants.models import Application, Call, ClockFailure
from grants.queries import time_limits
from workflows.engine.flow import Flow, Transition
from workflows.programmes import programmes

MOST = 500


def transitions(*, only: int | None = None) -> list[tuple[int, str]]:
    """(application id, transition key) of every timed transition due, oldest first, at most five hundred of each.

    They are candidates: nothing is locked, and the guard of the engine decides when the row is held. Where the time
    limit cannot be read, they fail then, and are reported. Those that failed and are not to be tried again yet are left
    out. only: of this application.
    """
    return [
        (id, transition.key)
        for programme in programmes().values()
        for transition in programme.flow.timed()
        for id in _due(programme.code, programme.flow, transition, only)
    ]


def _due(programme: str, flow: Flow, transition: Transition, only: int | None) -> list[int]:
    limit = str(transition.time_limit)
    is_over = time_limits.ends_at(time_limits.hours(limit), _began(flow, transition)) < GRANTS_NOW
    due = (
        select(Application.id)
        .join(Call)
        .where(Call.programme == programme, Application.step.in_(transition.source))
        .where(or_(is_over, time_limits.unreadable(limit)), ~_parked(transition))
        .order_by(Application.step_at, Application.id)
        .limit(MOST)
    )
    return list(db.session.scalars(due if only is None else due.where(Application.id == only)))


def _parked(transition: Transition) -> ColumnElement[bool]:
    """Whether the transition failed on the application, and the pause before the next attempt has not passed."""
    return exists().where(
        ClockFailure.application_id == Application.id,
        ClockFailure.task == transition.key,
        ClockFailure.next_at > GRANTS_NOW,
    )


def _began(flow: Flow, transition: Transition) -> Any:
    """From when the limit of a transition counts: that of a reminder, from the last one."""
    if transition not in flow.reminders():
        return Application.step_at
    last = time_limits.reminded_at([transition.key], Application.id, Application.step_at)
    return func.coalesce(last.correlate(Application).scalar_subquery(), Application.step_at)
