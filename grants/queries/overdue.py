"""Steps whose time limit has passed."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import GRANTS_NOW, db
from grants.models import Application, Call
from grants.queries import time_limits
from workflows.programmes import programmes

MOST = 500


def transitions() -> list[tuple[int, str]]:
    """(application id, transition key) of every timed transition due, oldest first, at most five hundred of each."""
    found: list[tuple[int, str]] = []
    for programme in programmes().values():
        for transition in programme.flow.timed():
            late = time_limits.ends_at(time_limits.hours(str(transition.time_limit))) < GRANTS_NOW
            due = (
                select(Application.id)
                .join(Call)
                .where(Call.programme == programme.code, Application.step.in_(transition.source), late)
                .order_by(Application.step_at, Application.id)
                .limit(MOST)
            )
            found += [(id, transition.key) for id in db.session.scalars(due)]
    return found
