"""A command refuses what the page would refuse once its rows are held: a role counts with its limits and conflicts.

Each test opens the page first, as the actor that the page has found; then the role changes; then the command runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from grants.access import principals
from grants.db import db, transaction
from grants.models import Application, Appointment, Assignment, Batch, Event, Fund
from grants.services import authority, persons, transitions
from grants.services.money import funds
from grants.services.refusals import Refused
from grants.services.reviews import conflicts
from grants.services.reviews.assignments import assign
from tests import world
from tests.money.conftest import Copies
from tests.prepared import Prepare
from workflows.engine.roles import CLOCK, Actor, Role

pytestmark = pytest.mark.sweep

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


@pytest.fixture(scope="session")
def staffed(prepare: Prepare) -> str:
    """Lia is an administrator and in finance, for everything; Zed has no role."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L", "RES"))
        with transaction():
            for name in ("lia", "zed"):
                made.people[name] = world.person(name)
            for role in (Role.ADMINISTRATOR, Role.FINANCE):
                persons.appoint(made.people["lia"], role, actor=CLOCK)

    return prepare("late_limits", fill)


def limit() -> None:
    """Lia holds her roles for one programme only from now on."""
    lia = world.found().people["lia"]
    for held in db.session.query(Appointment).filter_by(person_id=lia.id, ended_at=None).all():
        persons.dismiss(held, actor=CLOCK, apply=transitions.apply)
        persons.appoint(lia, Role(held.role), programme="RES", actor=CLOCK)


def appoint() -> None:
    """Lia appoints Zed as an approver of everything."""
    persons.appoint(world.found().people["zed"], Role.APPROVER, actor=lia(Role.ADMINISTRATOR))


def dismiss() -> None:
    """Lia ends the role of Pia, an approver of everything."""
    pia = world.found().people["pia"]
    held = db.session.query(Appointment).filter_by(person_id=pia.id, ended_at=None).one()
    persons.dismiss(held, actor=lia(Role.ADMINISTRATOR), apply=transitions.apply)


def receive() -> None:
    """Lia books the first contribution to a fund."""
    donor, actor = "A donor", lia(Role.FINANCE)
    funds.receive(title="New", year=2027, currency="USD", amount=Decimal(100), source=donor, actor=actor)


def add() -> None:
    """Lia books another contribution to a fund that feeds a call of her programme."""
    funds.add(db.session.query(Fund).one(), amount=Decimal(100), source="A donor", actor=lia(Role.FINANCE))


def lia(role: Role) -> Actor:
    """Lia in this role."""
    return world.found().actor("lia", role)


UNLIMITED = {"appoint": appoint, "dismiss": dismiss, "receive": receive, "add": add}
"""What only a role without a limit does."""


@pytest.mark.parametrize("act", UNLIMITED.values(), ids=UNLIMITED)
def test_a_role_that_was_limited_meanwhile_does_not_count(
    copies: Copies, staffed: str, act: Callable[[], None]
) -> None:
    with copies(staffed) as app, app.app_context():
        with transaction():
            limit()
        events = db.session.query(Event).count()
        with pytest.raises(Refused, match=LOST), transaction():
            act()

        assert db.session.query(Event).count() == events


@pytest.mark.parametrize("act", UNLIMITED.values(), ids=UNLIMITED)
def test_a_role_without_a_limit_counts(copies: Copies, staffed: str, act: Callable[[], None]) -> None:
    with copies(staffed) as app, app.app_context():
        events = db.session.query(Event).count()
        with transaction():
            act()

        assert db.session.query(Event).count() == events + 1


@pytest.mark.parametrize("act", UNLIMITED.values(), ids=UNLIMITED)
def test_if_limits_were_not_asked_the_limited_role_would_count(
    copies: Copies, staffed: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(authority, "covers_place", lambda *_, **__: True)
    monkeypatch.setattr(principals, "_limited", lambda _, roles, *__: frozenset(roles))
    with copies(staffed) as app, app.app_context():
        with transaction():
            limit()
        events = db.session.query(Event).count()
        with transaction():
            act()

        assert db.session.query(Event).count() == events + 1


@pytest.fixture(scope="session")
def invited(prepare: Prepare) -> str:
    """Rex reviews an application of one programme and reviews another too; Lia administers only the latter."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L", "RES"))
        row = world.in_review(made)
        with transaction():
            assign(application=row, reviewer=made.people["rex"], actor=made.actor("olga", Role.OFFICER))
        with transaction():
            made.people["lia"] = world.person("lia")
            persons.appoint(made.people["lia"], Role.ADMINISTRATOR, programme="RES", actor=CLOCK)
            persons.appoint(made.people["rex"], Role.REVIEWER, programme="RES", actor=CLOCK)

    return prepare("late_invitations", fill)


def test_a_limited_administrator_ends_a_role_of_a_reviewer_of_another_programme(copies: Copies, invited: str) -> None:
    with copies(invited) as app, app.app_context():
        held = db.session.query(Appointment).filter_by(programme="RES", role="reviewer").one()
        with transaction():
            persons.dismiss(held, actor=lia(Role.ADMINISTRATOR), apply=transitions.apply)

        assert held.ended_at is not None


def test_if_the_invitations_were_asked_too_the_role_would_not_end(
    copies: Copies, invited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the assignment belongs to the other programme."""
    real = authority.confirm

    def wide(actor: Actor, rows: Sequence[Any], **asked: Any) -> None:
        real(actor, [*rows, *db.session.query(Assignment)], **asked)

    monkeypatch.setattr(authority, "confirm", wide)
    with copies(invited) as app, app.app_context():
        held = db.session.query(Appointment).filter_by(programme="RES", role="reviewer").one()
        with pytest.raises(Refused, match=LOST), transaction():
            persons.dismiss(held, actor=lia(Role.ADMINISTRATOR), apply=transitions.apply)
