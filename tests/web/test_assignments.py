"""Inviting a reviewer: who can be invited, and the reasons against others."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.access.principals import Principal, load_principal
from grants.db import db, transaction
from grants.models import Application, Assignment, Conflict, Outbox
from grants.queries.reviews import assignments, written
from grants.services import persons
from grants.services.reviews.assignments import assign as assign_reviewer
from tests import world as scene
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.reading import words
from tests.world import SYSTEM, World
from workflows.engine.roles import Role


@pytest.fixture(scope="session")
def ground(prepare: Prepare, in_review: str) -> str:
    """Every test begins with an application in review, and a reviewer for every reason against inviting."""
    return prepare("unfit", begin, in_review)


def begin() -> None:
    """Fill the database."""
    world, row = scene.found(), scene.first()
    with transaction():
        persons.join(world.people["rex"], world.chapters["mg"], actor=SYSTEM)
    with transaction():
        db.session.add(Conflict(application_id=row.id, person_id=world.people["ria"].id, kinds="money"))
        assign_reviewer(application=row, reviewer=world.people["rob"], actor=world.actor("olga", Role.OFFICER))


def principal_of(name: str) -> Principal:
    """A person as they see the application."""
    return load_principal(scene.found().people[name])


@pytest.fixture
def case(app: Flask) -> tuple[World, Application]:
    """The people and the application."""
    with app.app_context():
        return scene.found(), db.session.query(Application).one()


def test_the_list_gives_the_same_reasons_as_the_service(app: Flask, case: tuple[World, Application]) -> None:
    _, row = case

    with app.app_context():
        application = db.session.get_one(Application, row.id)
        for one in assignments.candidates(application, principal_of("olga")):
            reasons = [*assignments.unfit(application, one.person), assignments.invited(application, one.person)]
            assert one.against == tuple(filter(None, reasons))


def test_suitable_reviewers_come_first(app: Flask, case: tuple[World, Application]) -> None:
    world, row = case

    with app.app_context():
        found = assignments.candidates(db.session.get_one(Application, row.id), principal_of("olga"))

    assert next((one.person.id, one.fits) for one in found) == (world.people["ron"].id, True)
    assert sum(one.fits for one in found) == 1


def test_viewing_the_list_changes_nothing(app: Flask, case: tuple[World, Application]) -> None:
    world, row = case

    page = signed_in(app, world.people["olga"]).get(f"/applications/{row.id}/reviewers").page

    assert "Rex (demo) has acted for the applicant." in page.text
    with app.app_context():
        assert db.session.query(Assignment).count() == 1


def test_repeated_clicks_create_one_invitation_and_one_mail(app: Flask, case: tuple[World, Application]) -> None:
    world, row = case
    client = signed_in(app, world.people["olga"])
    page = client.get(f"/applications/{row.id}/reviewers")
    with app.app_context():
        before = db.session.query(Outbox).count()

    for _ in range(2):
        client.submit(page, "/reviewers", reviewer=str(world.people["ron"].id))

    with app.app_context():
        assert db.session.query(Assignment).filter_by(person_id=world.people["ron"].id).count() == 1
        assert db.session.query(Outbox).count() == before + 1


def test_the_history_names_the_person_who_was_invited_and_then_who_invited_them(
    app: Flask, case: tuple[World, Application]
) -> None:
    world, row = case

    page = signed_in(app, world.people["olga"]).get(f"/applications/{row.id}/history")

    assert "Reviewer invited: Rob (demo) · Olga (demo)" in words(page)


@pytest.mark.parametrize("name", ["rex", "ria", "rob"])
def test_an_unsuitable_reviewer_is_refused_with_the_reason(
    app: Flask, case: tuple[World, Application], name: str
) -> None:
    world, row = case
    client = signed_in(app, world.people["olga"])

    answer = client.submit(
        client.get(f"/applications/{row.id}/reviewers"), "/reviewers", reviewer=str(world.people[name].id)
    )

    assert answer.status_code == 409
    assert name.title() in answer.text


def test_a_refused_invitation_is_shown_on_its_page_with_the_choice(app: Flask, case: tuple[World, Application]) -> None:
    world, row = case
    client, rex = signed_in(app, world.people["olga"]), str(world.people["rex"].id)
    path = f"/applications/{row.id}/reviewers"

    answer = client.submit(client.get(path), "/reviewers", reviewer=rex)
    again = client.submit(answer, "/reviewers", reviewer=str(world.people["ron"].id))

    assert (answer.status_code, answer.page.h1) == (409, client.get(path).page.h1)
    assert "This is not possible now:" in answer.page.text
    assert again.status_code == 302


@pytest.mark.parametrize("chosen", ["", "999", "x"])
def test_an_empty_or_unknown_reviewer_cannot_be_invited(
    app: Flask, case: tuple[World, Application], chosen: str
) -> None:
    world, row = case
    client = signed_in(app, world.people["olga"])

    answer = client.submit(client.get(f"/applications/{row.id}/reviewers"), "/reviewers", reviewer=chosen)

    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["pia", "uma", "rex", "mg1"])
def test_only_officers_invite_reviewers(app: Flask, case: tuple[World, Application], name: str) -> None:
    world, row = case

    assert signed_in(app, world.people[name]).get(f"/applications/{row.id}/reviewers").status_code == 403


def test_the_officer_sees_the_same_warning_as_the_reviewer(app: Flask, case: tuple[World, Application]) -> None:
    world, row = case
    with app.app_context():
        (one,) = [
            c for c in assignments.candidates(db.session.get_one(Application, row.id), principal_of("olga")) if c.fits
        ]
        asked = db.session.query(Assignment).one()
        assert written.looked_up(asked).domain
        assert [doubt.text for doubt in one.doubts] == ["%(name)s shares an email domain with the applicant."]

    page = words(signed_in(app, world.people["olga"]).get(f"/applications/{row.id}/reviewers"))

    assert f"{one.person.name} shares an email domain with the applicant." in page
    assert "None found" not in page
