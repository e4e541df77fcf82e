"""Who is on an applicant's side moves no money of its call, and sets nobody's role there: through the pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Appointment, Call
from grants.queries.applications import involvements
from grants.queries.cases.calls import envelope_left
from grants.services import persons
from tests import world as w
from tests.browser import Answer, browser, named
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

RIVAL = "You have acted for an applicant to this call, so another person must do this."
COVERED = "You have acted for an applicant to a call that this role covers, so another person must do this."
APPLIED = "You have acted for an applicant to BTN-L round"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A call in which the Malagasy chapter has applied, for which Ada and Fay act, and a call in which it has not."""
    return prepare("applying_administrators", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L", "BTN-S"))
    for name in ("ada", "fay"):
        with transaction():
            persons.join(world.people[name], world.chapters["mg"], actor=w.SYSTEM)
    with transaction():
        persons.appoint(world.people["rex"], Role.OFFICER, call_id=world.calls["BTN-L"].id, actor=w.SYSTEM)
    w.submitted(world)


def call_of(code: str) -> Call:
    """The call of this programme."""
    return db.session.query(Call).filter_by(programme=code).one()


# Finance


def allocate(app: Flask, code: str, way: str) -> Answer:
    """Fay adds money to the envelope of a call, or takes it back, with the form of the page before she applied."""
    fay = browser(app, "fay")
    form = fay.get("/funds/1").page.form("/funds/1/envelope")
    with app.app_context():
        call = call_of(code).id
    return fay.post(form.action, data={**form.fields, "call": str(call), "way": way, "amount": "1,000.00"})


def left(app: Flask) -> list[Decimal]:
    """What is left in the envelopes."""
    with app.app_context():
        return [envelope_left(call_of(code)) for code in ("BTN-L", "BTN-S")]


@pytest.mark.parametrize("way", ["aside", "back"])
def test_finance_on_an_applicants_side_moves_no_money_of_the_call(app: Flask, way: str) -> None:
    before, page = left(app), browser(app, "fay").get("/funds/1").page
    answer = allocate(app, "BTN-L", way)

    assert (answer.status_code, RIVAL in answer.page.text) == (409, True)
    assert APPLIED in page.text
    with app.app_context():
        own, other = (str(call_of(code).id) for code in ("BTN-L", "BTN-S"))
    form = page.form("/envelope")
    shown = {*form.fields.get("call", []), *form.offered.get("call", [])}
    assert (own in shown, other in shown) == (False, True)
    assert left(app) == before
    assert allocate(app, "BTN-S", way).status_code == 302


@pytest.mark.parametrize("way", ["aside", "back"])
def test_without_the_second_look_they_would_move_it(app: Flask, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(involvements, "of_rows", lambda *_: involvements.NOBODY)
    before = left(app)

    assert allocate(app, "BTN-L", way).status_code == 302
    assert left(app) == [before[0] + (1_000 if way == "aside" else -1_000), before[1]]


# Administrators


def appoint(app: Flask, scope: str, role: Role = Role.OFFICER) -> Answer:
    """Ada gives Ron a role."""
    ada = browser(app, "ada")
    with app.app_context():
        path = f"/people/{named('ron').id}"
    return ada.give_role(path, role=str(role), scope=scope)


def dismiss(app: Flask) -> Answer:
    """Ada ends the role of the officer of the call, with a form that her page does not show."""
    ada = browser(app, "ada")
    with app.app_context():
        role = db.session.query(Appointment.id).filter_by(person_id=named("rex").id, role=str(Role.OFFICER)).scalar()
    token = ada.get("/account").page.form("/sign-out").fields["csrf_token"]
    return ada.post(f"/appointments/{role}/end", data={"csrf_token": token, "confirmed": "yes"})


def officers(app: Flask) -> int:
    """How many people are officers."""
    with app.app_context():
        return db.session.query(Appointment).filter_by(role=str(Role.OFFICER), ended_at=None).count()


def scopes(app: Flask) -> dict[str, str]:
    """The scopes that cover the call, and one that does not."""
    with app.app_context():
        return {"call": f"call:{call_of('BTN-L').id}", "programme": "programme:BTN-L", "everything": "everything"}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("scope", ["call", "programme", "everything"])
def test_an_administrator_on_an_applicants_side_gives_no_role_in_the_call(app: Flask, scope: str, role: Role) -> None:
    before, answer = officers(app), appoint(app, scopes(app)[scope], role)

    assert (answer.status_code, COVERED in answer.page.text) == (409, True)
    assert officers(app) == before


def test_they_give_roles_that_do_not_cover_the_call(app: Flask) -> None:
    before = officers(app)

    assert appoint(app, "programme:BTN-S").status_code == 302
    assert officers(app) == before + 1


def test_they_end_no_role_in_the_call(app: Flask) -> None:
    with app.app_context():
        path = f"/people/{named('rex').id}"
    before, page, answer = officers(app), browser(app, "ada").get(path).page, dismiss(app)

    assert APPLIED in page.text
    assert [form.action for form in page.forms if form.action.endswith("/end")] == []
    assert (answer.status_code, COVERED in answer.page.text) == (409, True)
    assert officers(app) == before


def test_without_the_record_they_would_set_the_roles(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(involvements, "competing", lambda _: [])
    before = officers(app)

    assert (appoint(app, scopes(app)["call"]).status_code, officers(app)) == (302, before + 1)
    assert (dismiss(app).status_code, officers(app)) == (302, before)


def finish(step: str) -> None:
    """The deadline of the call is over, and its application is at this step."""
    with transaction() as session:
        session.get_one(Call, call_of("BTN-L").id).closes_at = now() - timedelta(hours=1)
        w.recorded()
    if step == "withdrawn":
        world = w.found()
        row = db.session.query(Application).one()
        w.apply(world, row, "withdraw", "mg1", Role.APPLICANT, reason="")


@pytest.mark.parametrize(("step", "status"), [("checks", 409), ("withdrawn", 302)])
def test_a_call_matters_until_nothing_is_at_stake(app: Flask, step: str, status: int) -> None:
    """So a person who once applied is no longer kept from administering, and nobody is locked out for good."""
    with app.app_context():
        finish(step)

    assert appoint(app, "everything").status_code == status


def test_nobody_sets_their_own_roles(app: Flask) -> None:
    ada = browser(app, "ada")
    with app.app_context():
        path = f"/people/{named('ada').id}"
    page = ada.get(path)
    sent = {"csrf_token": page.page.form("/sign-out").fields["csrf_token"], "role": "officer"}
    answer = ada.post(path, data=sent | {"scope": "programme:BTN-S"})

    assert [form.action for form in page.page.forms if form.action == path or form.action.endswith("/end")] == []

    assert (answer.status_code, "You cannot change your own roles." in answer.page.text) == (409, True)
