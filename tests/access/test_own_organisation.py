"""A person who acts for an organisation has no other role on its applications, whatever their appointments are."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.access.principals import load_principal, roles_on
from grants.access.visibility import visible
from grants.db import Side, db, transaction
from grants.models import Application, Assignment, Award, Batch, Instalment
from grants.services import persons, transitions
from grants.services.refusals import Refused
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import named, signed_in
from tests.prepared import Prepare
from workflows.engine.roles import Actor, Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A paid grant and an application in review, of a chapter with an officer and a finance officer."""
    return prepare("own", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    w.batch(world, w.active(world))
    w.in_review(world)
    for name in ("olga", "fay", "pia"):
        with transaction():
            persons.join(world.people[name], world.chapters["mg"], actor=w.SYSTEM)


@pytest.mark.parametrize("name", ["olga", "fay", "pia"])
def test_their_only_role_is_applicant(app: Flask, name: str) -> None:
    with app.app_context():
        principal, row = load_principal(named(name)), db.session.query(Award).one()

        assert roles_on(row, principal) == {Role.APPLICANT}


def test_an_officer_of_an_organisation_without_applications_keeps_the_role(app: Flask) -> None:
    """Counter-test: the membership is what removes the role."""
    with app.app_context():
        assert Role.OFFICER in roles_on(db.session.query(Award).one(), load_principal(named("omar")))


@pytest.mark.parametrize(
    ("name", "model", "side"),
    [("olga", Application, Side.OFFICE), ("pia", Application, Side.OFFICE), ("fay", Instalment, Side.FINANCE)],
)
def test_they_see_only_the_applicants_side(
    app: Flask, name: str, model: type[Application | Instalment], side: Side
) -> None:
    with app.app_context():
        principal = load_principal(named(name))

        assert db.session.query(model).filter(visible(model, principal, (side,))).all() == []
        assert db.session.query(model).filter(visible(model, principal, (Side.APPLICANT,))).all() != []


def test_a_batch_with_a_payment_to_their_organisation_is_hidden(app: Flask) -> None:
    with app.app_context():
        batches = [
            db.session.query(Batch).filter(visible(Batch, load_principal(named(name)))).count()
            for name in ("fay", "fox")
        ]

    assert batches == [0, 1]


def test_staff_pages_are_closed_to_them(app: Flask) -> None:
    with app.app_context():
        id = db.session.query(Application.id).filter_by(step="review").scalar()
        olga, omar = named("olga"), named("omar")
        db.session.remove()

    for address in (f"/applications/{id}/reviews", f"/applications/{id}/reviewers"):
        assert signed_in(app, omar).get(address).status_code == 200, address
        assert signed_in(app, olga).get(address).status_code == 403, address


def test_a_reviewer_who_joins_the_applicant_can_no_longer_read_the_application(app: Flask) -> None:
    with app.app_context():
        row = db.session.query(Application).filter_by(step="review").one()
        rex, olga = named("rex"), named("omar")
        with transaction():
            asked = assignments.assign(application=row, reviewer=rex, actor=Actor(person=olga.id, role=Role.OFFICER))
        with transaction():
            persons.join(rex, row.organisation, actor=w.SYSTEM)

        with pytest.raises(Refused, match="is not available at the step"), transaction():
            transitions.apply(asked, "clear", actor=Actor(person=rex.id, role=Role.REVIEWER), answers={"none": True})
        assert db.session.query(Assignment.step).filter_by(id=asked.id).scalar() == "conflicted"
