"""A role counts at the moment when a command holds its rows, not when the page was opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Appointment, Batch, Check, Event, Recommendation
from grants.services import authority, persons, transitions
from grants.services.applications import checks
from grants.services.refusals import Refused
from grants.services.reviews import conflicts
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, together
from tests.prepared import Prepare
from workflows.engine.roles import CLOCK, Role

pytestmark = pytest.mark.sweep

REASON = "They answered every question of the reviewers in writing."
LOST = "You no longer have the role"


@pytest.fixture(scope="session")
def on_panel(prepare: Prepare) -> str:
    """An application waits for its recommendation; another for its checks, and the batch of a third for its release."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L", "BTN-S"))
        award = world.active(made)
        world.apply(made, world.batch(made, award), "approve", "fox", Role.FINANCE)
        row = world.in_review(made, chapter="bo")
        world.review(made, row)
        world.apply(made, row, "to_panel", "olga", Role.OFFICER)
        world.submitted(made, "BTN-S", amount=4_000)
        with transaction():
            persons.appoint(made.people["olga"], Role.ADMINISTRATOR, actor=CLOCK)

    return prepare("authority", fill)


def at(step: str) -> Application:
    """The application at this step."""
    return db.session.query(Application).filter_by(step=step).one()


def held(name: str, role: Role) -> Appointment:
    """The current appointment of a person."""
    person = world.found().people[name]
    return db.session.query(Appointment).filter_by(person_id=person.id, role=str(role), ended_at=None).one()


def end(name: str, role: Role, by: str = "ada") -> None:
    """An administrator ends the role."""
    actor = world.found().actor(by, Role.ADMINISTRATOR)
    persons.dismiss(held(name, role), actor=actor, apply=transitions.apply)


def narrow() -> None:
    """Omar is an officer of another programme from now on."""
    end("omar", Role.OFFICER)
    persons.appoint(world.found().people["omar"], Role.OFFICER, programme="BTN-L", actor=CLOCK)


def conflict() -> None:
    """Omar declares a conflict of interest."""
    actor = world.found().actor("omar", Role.OFFICER)
    conflicts.declare_as_staff(at("panel"), kinds=["money"], actor=actor, apply=transitions.apply)


def release() -> None:
    """Fritz releases the batch."""
    actor = world.found().actor("fritz", Role.FINANCE)
    transitions.apply(db.session.query(Batch).one(), "release", actor=actor)


def recommend() -> None:
    """Omar recommends an award."""
    actor, answers = world.found().actor("omar", Role.OFFICER), {"kind": "award", "amount": at("panel").asked}
    transitions.apply(at("panel"), "recommend", actor=actor, answers=answers | {"feedback": REASON})


def check() -> None:
    """Omar records a result."""
    row, actor = at("checks"), world.found().actor("omar", Role.OFFICER)
    checks.give(row, submission=1, key=row.call.data.checks[0][0], verdict="passed", note="", actor=actor)


LOSSES: dict[str, tuple[Callable[[], None], Callable[[], None], Callable[[], int]]] = {
    "the role ended": (
        lambda: end("fritz", Role.FINANCE),
        release,
        lambda: db.session.query(Batch).filter_by(step="released").count(),
    ),
    "a conflict was declared": (conflict, recommend, lambda: db.session.query(Recommendation).count()),
    "the scope is another": (narrow, check, lambda: db.session.query(Check).filter_by(verdict="passed").count()),
}
"""How a person loses a role on a row; what they still try; how often it has succeeded."""


@pytest.mark.parametrize("loss", LOSSES)
def test_what_a_page_offered_is_refused_when_the_role_is_lost(copies: Copies, on_panel: str, loss: str) -> None:
    lose, act, done = LOSSES[loss]
    with copies(on_panel) as app, app.app_context():
        before = done()
        with transaction():
            lose()
        with pytest.raises(Refused, match=LOST), transaction():
            act()

        assert done() == before


@pytest.mark.parametrize("loss", LOSSES)
def test_while_the_role_is_held_the_same_succeeds(copies: Copies, on_panel: str, loss: str) -> None:
    _, act, done = LOSSES[loss]
    with copies(on_panel) as app, app.app_context():
        before = done()
        with transaction():
            act()

        assert done() == before + 1


def newest(app: Flask) -> dict[str, int]:
    """The id of the newest event of each key."""
    with app.app_context():
        return {event.key: event.id for event in db.session.query(Event).order_by(Event.id)}


def racing(app: Flask, *acts: Callable[[], None]) -> list[object]:
    """Do all of this at the same instant."""
    return together(app, [lambda act=act: act for act in acts])  # type: ignore[misc]


def released_too_late(app: Flask) -> bool:
    """Whether Fritz has released a batch after his role had ended."""
    outcomes = racing(app, release, lambda: end("fritz", Role.FINANCE))
    keys = newest(app)
    assert outcomes[1] == DONE
    return keys.get("release", 0) > keys["dismiss"]


def test_no_batch_is_released_after_the_role_has_ended(copies: Copies, on_panel: str) -> None:
    for _ in range(ROUNDS):
        with copies(on_panel) as app:
            assert not released_too_late(app)


def administrators(app: Flask) -> int:
    """Two administrators end each other's role at the same instant; how many are left."""
    racing(app, lambda: end("olga", Role.ADMINISTRATOR, "ada"), lambda: end("ada", Role.ADMINISTRATOR, "olga"))
    with app.app_context():
        return db.session.query(Appointment).filter_by(role="administrator", ended_at=None).count()


def test_two_administrators_do_not_end_each_other(copies: Copies, on_panel: str) -> None:
    for _ in range(ROUNDS):
        with copies(on_panel) as app:
            assert administrators(app) == 1


def test_without_the_second_look_nobody_would_be_left(
    copies: Copies, on_panel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: each of them was an administrator when the page was opened."""
    monkeypatch.setattr(authority, "confirm", lambda *_, **__: None)
    with copies(on_panel) as app:
        assert administrators(app) == 0


@pytest.mark.parametrize("loss", ["the role ended", "a conflict was declared"])
def test_without_the_second_look_the_lost_role_would_count(
    copies: Copies, on_panel: str, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the batch is released, and the recommendation given."""
    lose, act, done = LOSSES[loss]
    with copies(on_panel) as app, app.app_context():
        before = done()
        with transaction():
            lose()
        monkeypatch.setattr(authority, "confirm", lambda *_, **__: None)
        with transaction():
            act()

        assert done() == before + 1
