"""What a page offered is asked again once the rows are held: the applicant who gets more time, the fund of a call.

Each test opens the page first, as the actor that the page has found; then the choice is lost; then the command runs.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from grants.db import db, now, transaction
from grants.models import Application, Appointment, Call, Fund, MoreTime
from grants.queries import calls as offered
from grants.services import calls, locking, persons, transitions
from grants.services.authority import LOST
from grants.services.money import funds
from grants.services.reviews import conflicts
from tests import world
from tests.money.conftest import Copies
from tests.money.losing import Losses, attempted
from tests.prepared import Prepare
from workflows.engine.roles import CLOCK, Role


@pytest.fixture(scope="session")
def choosing(prepare: Prepare) -> str:
    """An application in review and a draft of one applicant; Lia is an officer of BTN-L and in finance for RES."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L", "RES"))
        world.in_review(made)
        world.draft(made)
        with transaction():
            made.people["lia"] = world.person("lia")
            persons.appoint(made.people["lia"], Role.OFFICER, programme="BTN-L", actor=CLOCK)
            persons.appoint(made.people["lia"], Role.FINANCE, programme="RES", actor=CLOCK)
        with transaction():
            fay, olga = made.actor("fay", Role.FINANCE), made.actor("olga", Role.OFFICER)
            locking.hold(shared=[made.people["fay"], made.people["olga"]])
            fund = funds.receive(title="Other", year=2026, currency="USD", amount=Decimal(100), source="", actor=fay)
            calls.set_up(programme="RES", title="Other", fund=fund, opens_at=now(), closes_at=None, actor=olga)

    return prepare("late_choices", fill)


def declare() -> None:
    """Olga declares a conflict of interest in the application that is in review."""
    row = db.session.query(Application).filter_by(step="review").one()
    olga = world.found().actor("olga", Role.OFFICER)
    conflicts.declare_as_staff(row, kinds=["money"], actor=olga, apply=transitions.apply)


def give_time() -> None:
    """Olga gives the applicant more time for the draft."""
    made, row = world.found(), db.session.query(Application).filter_by(step="draft").one()
    until, olga = row.call.closes_at, made.actor("olga", Role.OFFICER)
    assert until is not None
    later = until + timedelta(days=9)
    calls.give_time(row.call, organisation=row.organisation, until=later, reason=world.WHY, actor=olga)


def leave() -> None:
    """Lia is no longer in finance, so that she sees the funds of her own programme only."""
    lia = world.found().people["lia"]
    held = db.session.query(Appointment).filter_by(person_id=lia.id, role="finance").one()
    persons.dismiss(held, actor=CLOCK, apply=transitions.apply)


def set_up() -> None:
    """Lia sets up a call of her programme with the fund that only finance showed her."""
    fund = db.session.query(Fund).filter_by(title="Other").one()
    lia = world.found().actor("lia", Role.OFFICER)
    calls.set_up(programme="BTN-L", title="Next", fund=fund, opens_at=now(), closes_at=None, actor=lia)


def state() -> tuple[int, int]:
    """How many calls there are, and how often more time was given."""
    return db.session.query(Call).count(), db.session.query(MoreTime).count()


LOSSES: Losses = {
    "a conflict with the applicant": (declare, give_time),
    "the fund is not offered": (leave, set_up),
}
"""How a person loses what the page offered them, and what they still try."""


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_no_longer_offered_is_refused(copies: Copies, choosing: str, loss: str) -> None:
    reason, changed = attempted(copies, choosing, state, *LOSSES[loss])

    assert (reason, changed) == (str(LOST), False)


@pytest.mark.parametrize("loss", LOSSES)
def test_while_it_is_offered_it_is_done(copies: Copies, choosing: str, loss: str) -> None:
    _, act = LOSSES[loss]

    assert attempted(copies, choosing, state, act) == ("", True)


@pytest.mark.parametrize("loss", LOSSES)
def test_without_the_second_look_it_would_be_done(
    copies: Copies, choosing: str, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(calls, "_of_applicant", lambda *_: [])
    monkeypatch.setattr(offered, "funds", lambda _: db.session.query(Fund).all())

    assert attempted(copies, choosing, state, *LOSSES[loss]) == ("", True)
