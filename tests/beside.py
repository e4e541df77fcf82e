"""What few tests need beside `world`."""

from __future__ import annotations

from grants.db import db, now, transaction
from grants.models import Award, Call, Report
from grants.services import calls
from tests.world import World
from workflows.engine.roles import Role


def reports_of(award: Award) -> list[Report]:
    """The reports of the award, in order."""
    return db.session.query(Report).filter_by(award_id=award.id).order_by(Report.number).all()


def draft_call(world: World) -> Call:
    """A call in preparation."""
    assert world.fund is not None
    with transaction():
        return calls.set_up(
            programme="BTN-S",
            title="Next round",
            fund=world.fund,
            opens_at=now(),
            closes_at=None,
            actor=world.actor("olga", Role.OFFICER),
        )
