"""What the pages of an application say of other applications: only what the reader sees of those."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import true

from grants.access.principals import load_principal
from grants.db import db, transaction
from grants.models import Application, Award, Person
from grants.queries import organisations
from grants.queries.reviews import assignments
from grants.services import persons, transitions
from grants.services.reviews import conflicts
from grants.services.reviews.assignments import assign
from tests import world as w
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.reading import words
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A chapter with a grant of BTN-L and an application for BTN-S; Ron has an open review in each programme."""
    return prepare("other_grants", begin)


def begin() -> None:
    """Fill the database: Lim is an officer of one call, and Omar has a conflict of interest on the grant."""
    made = w.build(programmes=("BTN-S", "BTN-L"))
    award = w.active(made, amount=7_777)
    row, other = w.in_review(made, "BTN-S", amount=4_000), w.in_review(made, chapter="bo")
    with transaction():
        made.people["lim"] = w.person("lim")
        persons.appoint(made.people["lim"], Role.OFFICER, call_id=made.calls["BTN-S"].id, actor=w.SYSTEM)
    for application in (row, other):
        with transaction():
            assign(application=application, reviewer=made.people["ron"], actor=made.actor("olga", Role.OFFICER))
    with transaction():
        conflicts.declare_as_staff(
            award.application, kinds=["money"], actor=made.actor("omar", Role.OFFICER), apply=transitions.apply
        )


def page(app: Flask, name: str, address: str) -> str:
    """A page about the application for BTN-S, as this person reads it."""
    with app.app_context():
        id = db.session.query(Application).filter_by(asked=4_000).one().id
        person = db.session.query(Person).filter_by(email=f"{name}@example.org").one()
    return words(signed_in(app, person).get(address.format(id=id))).replace("\xa0", " ")


@pytest.mark.parametrize("name", ["lim", "omar"])
def test_grants_that_the_reader_does_not_see_are_not_counted(app: Flask, name: str) -> None:
    shown = page(app, name, "/applications/{id}")

    assert "Current grants that you can see None" in shown
    assert "7,777" not in shown


def test_who_sees_the_grant_reads_its_amount(app: Flask) -> None:
    assert "Current grants 1 active, USD 7,777.00" in page(app, "olga", "/applications/{id}")


def test_without_visibility_the_hidden_grant_is_shown(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organisations, "visible", lambda *_: true())

    assert "1 active, USD 7,777.00" in page(app, "lim", "/applications/{id}")


def test_the_limit_is_not_computed_without_a_grant_that_is_hidden(app: Flask) -> None:
    with app.app_context():
        id = db.session.query(Award).one().application.organisation_id

    olga, omar = (page(app, name, f"/organisations/{id}") for name in ("olga", "omar"))

    assert ("Remaining limit" in olga, "Remaining limit" in omar) == (True, False)
    assert "Current grants that you can see 0" in omar


def load(app: Flask, name: str) -> int:
    """The number of Ron's open reviews that this officer is shown before inviting him."""
    with app.app_context():
        made, row = w.found(), db.session.query(Application).filter_by(asked=4_000).one()
        found = assignments.candidates(row, load_principal(made.people[name]))
        return next(one.load for one in found if one.person.id == made.people["ron"].id)


@pytest.mark.parametrize(("name", "open_"), [("olga", 2), ("lim", 1)])
def test_open_reviews_are_counted_where_the_officer_sees_the_application(app: Flask, name: str, open_: int) -> None:
    assert load(app, name) == open_


def test_without_visibility_reviews_of_another_call_are_counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignments, "visible", lambda *_: true())

    assert load(app, "lim") == 2


def test_open_reviews_are_counted_up_to_a_limit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Ron (demo) 2 " in page(app, "olga", "/applications/{id}/reviewers")
    monkeypatch.setattr(assignments, "MOST_OPEN", 1)

    assert "Ron (demo) 1+ " in page(app, "olga", "/applications/{id}/reviewers")
