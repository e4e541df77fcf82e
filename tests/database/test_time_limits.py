"""Whether a time limit is one of hours or of days is decided alike in Python and in SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import JSONB

from grants.db import db, transaction
from grants.models import Application, Call
from grants.queries import time_limits
from tests.world import recorded
from workflows.deadlines import ends_at, time_limit

HOUR = timedelta(hours=1)


@pytest.mark.ground("submitted")
@pytest.mark.parametrize("step", ["question", "triage", "review", "decision"])
@pytest.mark.parametrize(("days", "hours"), [(None, None), (5, None), (None, 6), (5, 6), (5, 0), (0, 0)])
def test_a_limit_is_the_same_in_python_and_in_sql(app: Flask, step: str, days: int | None, hours: int | None) -> None:
    clock = {f"{step}_{unit}": number for unit, number in (("days", days), ("hours", hours)) if number is not None}
    with app.app_context():
        with transaction():
            call = db.session.query(Call).one()
            call.rules = call.rules | {"clock": clock}
            recorded()
        row = db.session.get_one(Application, 1)
        limit = time_limit(clock, step)
        stored = literal(clock, JSONB)

        found = db.session.execute(
            select(
                time_limits.hours(step),
                time_limits.in_hours(step, stored),
                time_limits.ends_at(time_limits.hours(step)),
            )
            .select_from(Application)
            .join(Call)
        ).one()

    assert tuple(found) == (
        limit and limit.span / HOUR,
        limit.number if limit and limit.hours else None,
        ends_at(clock, step, row.step_at),
    )
