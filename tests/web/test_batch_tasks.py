"""The inbox of finance shows the batches that the guards let each person move on, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from grants.access.principals import load_principal, roles_on
from grants.db import db, now, transaction
from grants.models import Batch
from grants.queries import cases
from grants.queries.tasks import conditions, inbox
from grants.services import persons
from grants.services.refusals import Refused
from tests import world as w
from tests.prepared import Prepare
from workflows.engine.roles import Actor, Role
from workflows.flows.payment import BATCH
from workflows.rules.money import a_third_person, signed_impartially

pytestmark = pytest.mark.sweep

WAY = (("approve", "fox"), ("release", "fritz"), ("confirm", "fay"))
FINANCE = ("fay", "fox", "fritz", "pia")


@pytest.fixture(scope="session")
def ground(prepare: Prepare, active: str) -> str:
    """A batch prepared by Fay, with a payment of an award that Pia decided on, who is now in finance."""
    return prepare("batch_tasks", begin, active)


def begin() -> None:
    """Fill the database."""
    made = w.found()
    with transaction():
        persons.appoint(made.people["pia"], Role.FINANCE, actor=w.SYSTEM)
    w.batch(made, w.award_of(w.first()))


def shown(name: str) -> bool:
    """Whether the person has a task about the batch."""
    tasks = inbox.tasks(load_principal(w.found().people[name]))
    return any(task.kind.startswith("batch_") for task in tasks)


def allowed(name: str) -> bool:
    """Whether the guards let the person move the batch on."""
    batch = db.session.query(Batch).one()
    actor = Actor(person=w.found().people[name].id, role=Role.FINANCE)
    keys = [row.key for row in BATCH.offered(batch.step, "", {Role.FINANCE}) if row.weight == "first"]
    return any(not BATCH.objections(key, cases.of(batch, now()), actor) for key in keys)


def test_the_tasks_are_those_that_the_guards_allow(app: Flask) -> None:
    with app.app_context():
        found = {}
        for key, name in WAY:
            step = db.session.query(Batch).one().step
            found[step] = [person for person in FINANCE if shown(person)]
            assert found[step] == [person for person in FINANCE if allowed(person)]
            w.apply(w.found(), db.session.query(Batch).one(), key, name, Role.FINANCE)

        assert found == {"prepared": ["fox", "fritz"], "approved": ["fritz"], "released": list(FINANCE)}
        assert not any(map(shown, FINANCE))


def test_without_the_condition_a_task_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the person who decided on the award is sent to a batch that they cannot approve."""
    monkeypatch.setitem(conditions.CONDITIONS, a_third_person, lambda _: Batch.id.is_not(None))
    with app.app_context():
        assert shown("pia")
        with pytest.raises(Refused):
            w.apply(w.found(), db.session.query(Batch).one(), "approve", "pia", Role.FINANCE)


def test_every_guard_of_a_main_transition_has_a_condition() -> None:
    guards = {guard for row in BATCH.transitions if row.weight == "first" for guard in row.guards}

    assert guards == set(conditions.CONDITIONS)


def cancels(name: str) -> bool:
    """Whether the person is asked to cancel the batch."""
    return any(task.kind == "batch_lost" for task in inbox.tasks(load_principal(w.found().people[name])))


def may_cancel(name: str) -> bool:
    """Whether the guards let the person cancel the batch, and the page shows it to them."""
    batch, person = db.session.query(Batch).one(), w.found().people[name]
    case: Any = cases.of(batch, now())
    actor = Actor(person=person.id, role=Role.FINANCE)
    holds = Role.FINANCE in roles_on(batch, load_principal(person))
    given = replace(case, answers={"reason": w.WHY})
    return holds and bool(signed_impartially(case, actor)) and not BATCH.objections("undo", given, actor)


def leave_sides(name: str) -> None:
    """The person joins the applicant whose grant the batch pays."""
    world = w.found()
    with transaction():
        persons.join(world.people[name], world.chapters["mg"], actor=w.SYSTEM)


@pytest.mark.parametrize("steps", [0, 1], ids=["prepared", "approved"])
def test_a_batch_whose_signatures_no_longer_count_is_to_be_cancelled(app: Flask, steps: int) -> None:
    with app.app_context():
        for key, name in WAY[:steps]:
            w.apply(w.found(), db.session.query(Batch).one(), key, name, Role.FINANCE)
        before = [name for name in FINANCE if cancels(name)]
        leave_sides(WAY[steps - 1][1] if steps else "fay")
        found = [name for name in FINANCE if cancels(name)]

        assert (before, found) == ([], [name for name in FINANCE if may_cancel(name)])
        assert len(found) == 3
        w.apply(w.found(), db.session.query(Batch).one(), "undo", found[0], Role.FINANCE, reason=w.WHY)
        assert not any(map(shown, FINANCE))


def test_without_the_condition_nobody_is_asked_to_cancel_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the batch stays where it is, and nobody has a task about it."""
    monkeypatch.setattr(conditions, "lost_batches", lambda *_: Batch.id.is_(None))
    with app.app_context():
        leave_sides("fay")

        assert not any(map(shown, FINANCE))
        assert may_cancel("fox")
