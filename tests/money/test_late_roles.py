"""A command refuses what the page would refuse once its rows are held: a role counts with its limits and conflicts.

Each test opens the page first, as the actor that the page has found; then the role changes; then the command runs.
"""

from __future__ import annotations

import pytest

from grants.access import principals
from grants.db import db, transaction
from grants.models import Application, Batch
from grants.services import persons, transitions
from grants.services.refusals import Refused
from grants.services.reviews import conflicts
from tests import world
from tests.money.conftest import Copies
from tests.prepared import Prepare
from workflows.engine.roles import CLOCK, Role

LOST = "You no longer have the role"


@pytest.fixture(scope="session")
def paid(prepare: Prepare) -> str:
    """A batch of one award, prepared by Fay and approved by Fritz; Fox, of finance, is an officer too."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L", "RES"))
        world.apply(made, world.batch(made, world.active(made)), "approve", "fritz", Role.FINANCE)
        with transaction():
            persons.appoint(made.people["fox"], Role.OFFICER, actor=CLOCK)

    return prepare("late_roles", fill)


def declare() -> None:
    """Fox declares a conflict of interest on the application that the batch pays."""
    actor = world.found().actor("fox", Role.OFFICER)
    row = db.session.query(Application).one()
    conflicts.declare_as_staff(row, kinds=["money"], actor=actor, apply=transitions.apply)


def release() -> None:
    """Fox releases the batch."""
    transitions.apply(db.session.query(Batch).one(), "release", actor=world.found().actor("fox", Role.FINANCE))


def step() -> str:
    """The step of the batch."""
    return db.session.query(Batch).one().step


def test_no_batch_is_released_by_a_person_with_a_conflict(copies: Copies, paid: str) -> None:
    with copies(paid) as app, app.app_context():
        with transaction():
            declare()
        with pytest.raises(Refused, match=LOST), transaction():
            release()

        assert step() == "approved"


def test_without_a_conflict_the_batch_is_released(copies: Copies, paid: str) -> None:
    with copies(paid) as app, app.app_context():
        with transaction():
            release()

        assert step() == "released"


def test_without_its_conflicts_the_role_on_a_batch_would_count(
    copies: Copies, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(principals, "_pays_apart", lambda *_: False)
    with copies(paid) as app, app.app_context():
        with transaction():
            declare()
        with transaction():
            release()

        assert step() == "released"
