"""The roles whose end date has come."""

from __future__ import annotations

from sqlalchemy import String, cast, func, literal, select

from grants.db import GRANTS_NOW, db
from grants.models import Appointment, ClockFailure
from grants.models.appointments import TODAY
from grants.queries.failures import ROLE

MOST = 200
"""Roles that one tick of the clock ends; the next ones wait for the next tick."""


def over() -> list[int]:
    """The ids of the roles whose end date has come, oldest first, without those that are not to be tried again yet."""
    key = func.concat(literal(ROLE), cast(Appointment.id, String))
    parked = select(ClockFailure.id).where(ClockFailure.task == key, ClockFailure.next_at > GRANTS_NOW).exists()
    due = select(Appointment.id).where(Appointment.ended_at.is_(None), Appointment.ends_on <= TODAY, ~parked)
    return list(db.session.scalars(due.order_by(Appointment.ends_on, Appointment.id).limit(MOST)))


def unended() -> set[str]:
    """The keys of the failures of roles that are still to be ended."""
    failed = select(ClockFailure.task).where(ClockFailure.task.startswith(ROLE, autoescape=True))
    key = func.concat(literal(ROLE), cast(Appointment.id, String))
    return set(db.session.scalars(select(key).where(key.in_(failed), Appointment.ended_at.is_(None))))
