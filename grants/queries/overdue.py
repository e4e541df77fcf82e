"""Steps whose time limit has passed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from grants.db import GRANTS_NOW, db
from grants.models import Application, Call
from workflows.programmes import programmes

MOST = 500
HOUR = timedelta(hours=1)


def transitions() -> list[tuple[int, str]]:
    """(application id, transition key) of every timed transition due, oldest first, at most five hundred of each."""
    found: list[tuple[int, str]] = []
    for programme in programmes().values():
        for transition in programme.flow.timed():
            hours = Call.rules["clock"][transition.time_limit].as_integer() * (
                24 if str(transition.time_limit).endswith("_days") else 1
            )
            late = Application.step_at + func.make_interval(0, 0, 0, 0, hours) < GRANTS_NOW
            due = (
                select(Application.id)
                .join(Call)
                .where(Call.programme == programme.code, Application.step.in_(transition.source), late)
                .order_by(Application.step_at, Application.id)
                .limit(MOST)
            )
            found += [(id, transition.key) for id in db.session.scalars(due)]
    return found
