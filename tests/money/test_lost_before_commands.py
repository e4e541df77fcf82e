"""Commands that create or settle something ask for the role of the actor as well, after they have locked.

A call, a version of the proposal that came too late and one more attempt of a failed job change no row of their own
that a transition would hold.
"""

from __future__ import annotations

import pytest

from grants.db import db, now, transaction
from grants.models import Application, ApplicationSave, Appointment, Call, Fund, Membership, Outbox
from grants.queries import calls as offered
from grants.queries import failures
from grants.services import authority, calls, locking, outbox, persons, transitions
from grants.services.applications import drafts
from grants.services.authority import LOST
from grants.services.reviews import conflicts
from tests import world
from tests.money.conftest import Copies
from tests.money.losing import Losses, attempted
from tests.prepared import Prepare
from workflows.engine.flow import Notification
from workflows.engine.roles import CLOCK, Actor, Role


@pytest.fixture(scope="session")
def failed(prepare: Prepare) -> str:
    """A mail about an application in review was given up; a draft has a version that came too late."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L",))
        row, draft = world.in_review(made), world.draft(made, chapter="bo")
        with transaction():
            drafts.keep_lost(draft, section="", content={}, version=1, actor=member())
        with transaction():
            text = Notification(Role.APPLICANT, "A mail", "A mail")
            outbox.mail(outbox.Mail([made.people["mg1"]], text, {}, application=row, path="/"))
            db.session.query(Outbox).order_by(Outbox.id.desc()).limit(1).one().dead_at = now()
            db.session.flush()

    return prepare("lost_before_commands", fill)


def member() -> Actor:
    """A member of the applicant with a draft."""
    made = world.found()
    return made.actor("bo1", Role.APPLICANT, made.chapters["bo"])


def officer() -> Actor:
    """Olga, an officer."""
    return world.found().actor("olga", Role.OFFICER)


def at(step: str) -> Application:
    """The application at this step."""
    return db.session.query(Application).filter_by(step=step).one()


def leave() -> None:
    """The member no longer acts for the applicant."""
    person = world.found().people["bo1"]
    locking.hold(person)
    db.session.query(Membership).filter_by(person_id=person.id).one().ended_at = now()
    world.recorded()


def end() -> None:
    """The role of Olga ends."""
    held = db.session.query(Appointment).filter_by(person_id=officer().person, ended_at=None).one()
    persons.dismiss(held, actor=CLOCK, apply=transitions.apply)


def declare() -> None:
    """Olga declares a conflict of interest on the application whose mail failed."""
    conflicts.declare_as_staff(at("review"), kinds=["money"], actor=officer(), apply=transitions.apply)


def set_up() -> None:
    """Olga sets up a call."""
    fund = world.fund_of(world.found())
    calls.set_up(programme="BTN-L", title="Next", fund=fund, opens_at=now(), closes_at=None, actor=officer())


def keep() -> None:
    """A save of the member came too late."""
    drafts.keep_lost(at("draft"), section="", content={}, version=1, actor=member())


def settle() -> None:
    """The member has chosen one of the versions."""
    drafts.settle(db.session.query(ApplicationSave).one(), actor=member())


def retry() -> None:
    """Olga lets the mail be tried once more."""
    outbox.retry(db.session.query(Outbox).filter(Outbox.dead_at.is_not(None)).one().id, actor=officer())


def state() -> tuple[int, int, int, int]:
    """How many calls, kept versions, settled versions and failed jobs there are."""
    settled = db.session.query(ApplicationSave).filter(ApplicationSave.settled_at.is_not(None))
    dead = db.session.query(Outbox).filter(Outbox.dead_at.is_not(None))
    return db.session.query(Call).count(), db.session.query(ApplicationSave).count(), settled.count(), dead.count()


LOSSES: Losses = {
    "a call is set up": (end, set_up),
    "a version is kept": (leave, keep),
    "a version is settled": (leave, settle),
    "a job is tried again": (end, retry),
    "a job of a hidden application is tried again": (declare, retry),
}
"""How a person loses a role, and what they still try."""


@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_role_creates_and_settles_nothing(copies: Copies, failed: str, loss: str) -> None:
    reason, changed = attempted(copies, failed, state, *LOSSES[loss])

    assert (reason, changed) == (str(LOST), False)


@pytest.mark.parametrize("loss", LOSSES)
def test_while_the_role_is_held_each_succeeds(copies: Copies, failed: str, loss: str) -> None:
    _, act = LOSSES[loss]

    assert attempted(copies, failed, state, act) == ("", True)


@pytest.mark.parametrize("loss", LOSSES)
def test_without_the_second_look_each_would_succeed(
    copies: Copies, failed: str, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(authority, "confirm", lambda *_, **__: None)
    monkeypatch.setattr(failures, "listed", lambda *_, **__: ([1], None))
    monkeypatch.setattr(offered, "funds", lambda _: db.session.query(Fund).all())

    assert attempted(copies, failed, state, *LOSSES[loss]) == ("", True)
