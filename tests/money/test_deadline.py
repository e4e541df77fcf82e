"""The deadline is compared with the database's clock at the time when the request came in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Call
from grants.services import transitions
from grants.services.refusals import Refused
from tests.databases import advance
from tests.money.conftest import Copies
from tests.world import found
from workflows.engine.roles import Actor, Role

pytestmark = pytest.mark.sweep


def submit(app: Flask, *, after: timedelta) -> Application:
    """Submit the draft so long after the deadline (before it, when negative)."""
    with app.app_context():
        made = found()
        actor = Actor(
            person=made.people["bo1"].id, role=Role.APPLICANT, on_behalf_of=made.chapters["bo"].id, via="test"
        )
        row = db.session.get_one(Application, 2)
        closes = db.session.query(Call).one().closes_at
        assert closes is not None
        with transaction():
            transitions.apply(row, "submit", actor=actor, arrived_at=closes + after)
        return row


def test_at_the_deadline_it_is_in_time(copies: Copies, due: str) -> None:
    with copies(due) as app:
        assert submit(app, after=timedelta(microseconds=-1)).step == "checks"


def test_long_after_the_deadline_it_is_late(copies: Copies, due: str) -> None:
    with copies(due) as app, pytest.raises(Refused, match="closed"):
        submit(app, after=timedelta(days=1))


def test_a_request_received_in_time_counts_however_long_it_waits(copies: Copies, due: str) -> None:
    with copies(due) as app:
        with app.app_context():
            arrived = now()
        advance(app.extensions["settings"], 60 * 86_400)

        with app.app_context():
            row, made = db.session.get_one(Application, 2), found()
            with transaction():
                transitions.apply(
                    row, "submit", actor=made.actor("bo1", Role.APPLICANT, made.chapters["bo"]), arrived_at=arrived
                )

            assert row.submitted_at == arrived


def test_the_clock_of_the_database_decides(copies: Copies, due: str) -> None:
    with copies(due) as app:
        advance(app.extensions["settings"], 60 * 86_400)

        with app.app_context():
            row, made = db.session.get_one(Application, 2), found()
            with pytest.raises(Refused, match="closed"), transaction():
                transitions.apply(row, "submit", actor=made.actor("bo1", Role.APPLICANT, made.chapters["bo"]))
