"""The staff's list of applications, and the page of one application."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from grants.access.principals import load_principal
from grants.db import db, now, transaction
from grants.models import Application, Conflict, Event, Person
from grants.queries.applications import listing as listed
from grants.queries.applications.listing import PAGE, Filters
from tests import world as scene
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from tests.web.reading import statements
from tests.world import World
from workflows.engine.roles import Role
from workflows.programmes import programmes

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def two_calls(prepare: Prepare) -> str:
    """Two open calls and no application."""
    return prepare("two_calls", lambda: scene.build(programmes=("BTN-L", "BTN-S")))


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two open calls and an application in review, unless a test requests otherwise."""
    return prepare("two_calls_in_review", lambda: scene.in_review(scene.build(programmes=("BTN-L", "BTN-S"))))


@pytest.fixture
def world(app: Flask) -> World:
    """People, chapters and two open calls."""
    with app.app_context():
        return scene.found()


def first() -> Application:
    """The application created before each test."""
    return db.session.get_one(Application, 1)


def titled(row: Application, title: str) -> Application:
    """A copy of the application under another title."""
    with transaction():
        db.session.get_one(Application, row.id).title = title
        scene.recorded()
    return row


def test_the_list_shows_status_and_holder_of_each_application(app: Flask, world: World) -> None:
    page = signed_in(app, world.people["olga"]).get("/applications").page

    assert "In review" in page.text
    assert "Invite reviewers" in page.text


@pytest.mark.ground("two_calls")
def test_an_applicant_sees_their_own_list_instead(app: Flask, world: World) -> None:
    with app.app_context():
        scene.in_review(world, chapter="bo")

    page = signed_in(app, world.people["mg1"]).get("/applications").page

    assert "fibre title" not in page.text


@pytest.mark.parametrize("words", ["café", "CAFE", "Chapter MG", "btn-2026"])
def test_search_ignores_case_and_accents(app: Flask, world: World, words: str) -> None:
    with app.app_context():
        titled(first(), "Café Réseau")

    page = signed_in(app, world.people["olga"]).get("/applications", query_string={"words": words}).page

    assert "Café Réseau" in page.text


@pytest.mark.parametrize("words", ["100%", "_", "no such words"])
def test_search_words_are_not_patterns(app: Flask, world: World, words: str) -> None:
    with app.app_context():
        titled(first(), "Café Réseau")

    page = signed_in(app, world.people["olga"]).get("/applications", query_string={"words": words}).page

    assert "Café Réseau" not in page.text
    assert "No matches" in page.text


def test_a_list_can_be_filtered_by_call_and_step(app: Flask, world: World) -> None:
    with app.app_context():
        titled(first(), "Large one")
        titled(scene.in_review(world, code="BTN-S", amount=4_000), "Small one")
        small = world.calls["BTN-S"].id

    client = signed_in(app, world.people["olga"])

    assert "Large one" not in client.get(f"/applications?call={small}&list=review").page.text
    assert "Small one" in client.get(f"/applications?call={small}&list=review").page.text
    assert "Small one" not in client.get(f"/applications?call={small}&list=decision").page.text


@pytest.mark.parametrize(
    "query", ["call=x", "call=99999", "region=Nowhere", "after=rubbish", "before=1_2", "list=none"]
)
def test_an_invalid_address_still_shows_the_list(app: Flask, world: World, query: str) -> None:
    response = signed_in(app, world.people["olga"]).get(f"/applications?{query}")

    assert response.status_code == 200
    assert "fibre title" in response.page.text


@pytest.fixture(scope="session")
def many(prepare: Prepare) -> str:
    """More applications than fit on a page of the list, submitted one minute apart in the order of their numbers."""

    def fill() -> None:
        world = scene.build(programmes=("BTN-L", "BTN-S"))
        for number in range(MANY):
            row = scene.submitted(world)
            with transaction():
                row.submitted_at = now() + timedelta(minutes=number)
                scene.recorded()

    return prepare("many", fill)


MANY = PAGE + 3
NEWEST_FIRST = list(range(MANY, 0, -1))


@pytest.mark.ground("many")
def test_pages_follow_each_other_without_gaps_or_duplicates_in_both_directions(app: Flask, world: World) -> None:
    with app.app_context():
        principal = load_principal(world.people["olga"])

        first = listed.listing(principal, Filters())
        second = listed.listing(principal, Filters(after=first.after))
        back = listed.listing(principal, Filters(before=second.before))

    assert [one.application.id for one in (*first.rows, *second.rows)] == NEWEST_FIRST
    assert (first.before, second.after) == ("", "")
    assert [one.application.id for one in back.rows] == [one.application.id for one in first.rows]


def test_every_step_is_in_one_list() -> None:
    reached = {
        step
        for programme in programmes().values()
        for transition in programme.flow.transitions
        for step in (*programme.flow.starts, *transition.source, transition.target)
    }

    assert reached - set(listed.STEPS) == set()
    assert len(listed.STEPS) == len(set(listed.STEPS))


def test_words_that_match_everything_change_no_count(app: Flask, world: World) -> None:
    with app.app_context():
        titled(scene.awarded(world, chapter="bo").application, "Nothing that is in the other title")
        principal = load_principal(world.people["olga"])

        counted = [listed.counts(principal, Filters(words=words)) for words in ("", "btn", "fibre")]

    assert [(found["review"], found["agreement"], found["all"]) for found in counted] == [
        (1, 1, 2),
        (1, 1, 2),
        (1, 0, 1),
    ]
    assert counted[0] == counted[1]


@pytest.mark.ground("many")
def test_search_results_are_paged_in_the_order_of_the_list(app: Flask, world: World) -> None:
    with app.app_context():
        principal = load_principal(world.people["olga"])

        first = listed.listing(principal, Filters(words="btn"))
        second = listed.listing(principal, Filters(words="btn", after=first.after))
        back = listed.listing(principal, Filters(words="btn", before=second.before))

    assert [one.application.id for one in (*first.rows, *second.rows)] == NEWEST_FIRST
    assert [one.application.id for one in back.rows] == [one.application.id for one in first.rows]


@pytest.mark.parametrize("path", ["/applications", "/inbox", "/inbox?list=under_way"])
def test_a_longer_list_needs_no_more_queries(app: Flask, world: World, path: str) -> None:
    with app.app_context():
        for _ in range(3):
            scene.in_review(world, chapter="bo")
        scene.review(world, first())
    client = signed_in(app, world.people["olga"])
    client.get(path)

    with statements(app) as asked:
        client.get(path)

    assert len(asked) <= 12, asked


def test_the_page_of_an_application_shows_actions_and_what_is_missing(app: Flask, world: World) -> None:
    page = signed_in(app, world.people["olga"]).get("/applications/1").page

    assert "Not yet" in page.text
    assert "3 reviews are required; 0 submitted so far." in page.text
    assert "/applications/1/reviewers" in page.links.values()


def test_an_auditor_can_read_but_not_act(app: Flask, world: World) -> None:
    page = signed_in(app, world.people["uma"]).get("/applications/1").page

    assert "Nothing for you to do here." in page.text
    assert "/applications/1/reviewers" not in page.links.values()


@pytest.mark.parametrize("part", ["proposal", "budget", "documents", "history"])
def test_every_part_has_its_page(app: Flask, world: World, part: str) -> None:
    assert signed_in(app, world.people["olga"]).get(f"/applications/1/{part}").status_code == 200


def test_a_decision_shows_its_summary(app: Flask, world: World) -> None:
    with app.app_context():
        row = first()
        scene.review(world, row)
        scene.apply(world, row, "to_panel", "olga", Role.OFFICER)
        scene.apply(
            world,
            row,
            "recommend",
            "omar",
            Role.OFFICER,
            kind="award",
            amount=Decimal(8_000),
            conditions="",
            feedback="",
        )

    page = signed_in(app, world.people["pia"]).get(f"/applications/{row.id}").page

    assert "Award USD\N{NO-BREAK SPACE}8,000.00 · Omar (demo)" in page.text
    assert "80.0 out of 100" in page.text


def conflicted(world: World, row: Application, name: str) -> None:
    """A member of staff has a conflict in this case."""
    with transaction():
        db.session.add(Conflict(application_id=row.id, person_id=world.people[name].id, kinds="person"))
        scene.recorded()


@pytest.mark.parametrize("path", ["", "/proposal", "/budget", "/documents", "/history", "/reviews", "/reviewers"])
def test_a_conflict_hides_the_case_from_an_officer(app: Flask, world: World, path: str) -> None:
    with app.app_context():
        row = first()
        conflicted(world, row, "olga")

    assert signed_in(app, world.people["olga"]).get(f"/applications/{row.id}{path}").status_code == 404
    assert signed_in(app, world.people["omar"]).get(f"/applications/{row.id}{path}").status_code == 200


def test_a_conflict_hides_the_case_from_lists_and_counts(app: Flask, world: World) -> None:
    with app.app_context():
        row = first()
        conflicted(world, row, "olga")
        before, after = load_principal(world.people["omar"]), load_principal(world.people["olga"])

        assert listed.counts(before, Filters())["review"] == 1
        assert listed.counts(after, Filters())["review"] == 0
        assert listed.listing(after, Filters()).rows == ()


def test_an_overdue_step_is_shown_as_overdue(app: Flask, world: World, settings: Settings) -> None:
    advance(settings, 23 * 86_400)

    client = signed_in(app, world.people["olga"])

    assert "2 days overdue" in client.get("/applications").page.text
    assert "2 days overdue" in client.get("/applications/1").page.text


def test_a_step_in_time_is_not_shown_as_overdue(app: Flask, world: World, settings: Settings) -> None:
    advance(settings, 5 * 86_400)

    assert "days overdue" not in signed_in(app, world.people["olga"]).get("/applications/1").page.text


def test_the_history_names_the_people(app: Flask, world: World) -> None:
    with app.app_context():
        row = first()
        written = db.session.scalars(
            select(Event).where(Event.subject_id == row.id, Event.subject == "application")
        ).all()

    page = signed_in(app, world.people["omar"]).get(f"/applications/{row.id}/history").page

    assert page.text.count("Olga (demo)") == sum(event.person_id == world.people["olga"].id for event in written)


def test_a_person_without_a_role_finds_nothing(app: Flask, world: World) -> None:
    with app.app_context():
        row = first()
        with transaction():
            scene.person("nobody")
        nobody = db.session.query(Person).filter_by(email="nobody@example.org").one()

    refused = signed_in(app, nobody).get(f"/applications/{row.id}")
    assert refused.status_code == 403
    assert "You do not have a role" in refused.text
    assert "Go to your start page" not in refused.page.links
    assert "Go to your start page" not in refused.page.links
    assert signed_in(app, world.people["bo1"]).get(f"/applications/{row.id}").status_code == 404


def test_the_form_of_the_approver_contains_the_recommendation(app: Flask) -> None:
    with app.app_context():
        world = scene.found()
        row = first()
        scene.review(world, row)
        scene.apply(world, row, "to_panel", "olga", Role.OFFICER)
        scene.apply(
            world,
            row,
            "recommend",
            "omar",
            Role.OFFICER,
            kind="award",
            amount=Decimal(8000),
            conditions="Name the owner.",
        )
    pia = signed_in(app, world.people["pia"])
    page = pia.get(f"/applications/{row.id}")

    fields = page.page.form("/transitions/award").fields

    assert (fields["amount"], fields["conditions"]) == (["8,000.00"], ["Name the owner."])
    assert "Recommended: award USD\N{NO-BREAK SPACE}8,000.00" in page.page.text
    assert "I understand that this commits the amount and notifies the applicant." in page.page.text
    pia.submit(page, "/transitions/award", confirmed="yes")
    assert "Awarded USD\N{NO-BREAK SPACE}8,000.00" in pia.get(f"/applications/{row.id}").page.text


def test_an_award_without_the_confirmation_keeps_what_was_typed(app: Flask) -> None:
    with app.app_context():
        world = scene.found()
        row = first()
        scene.review(world, row)
        scene.apply(world, row, "to_panel", "olga", Role.OFFICER)
        scene.apply(world, row, "recommend", "omar", Role.OFFICER, kind="award", amount=Decimal(8000))
    pia = signed_in(app, world.people["pia"])
    page = pia.get(f"/applications/{row.id}")

    refused = pia.submit(page, "/transitions/award", amount="7,500.00", conditions="Name the owner.")

    fields = refused.page.form("/transitions/award").fields
    assert refused.status_code == 422
    assert (fields["amount"], fields["conditions"]) == (["7,500.00"], ["Name the owner."])
    assert "Tick the box to confirm" in refused.page.text
    assert "Awarded" not in pia.get(f"/applications/{row.id}").page.text


def test_the_form_of_the_approver_contains_the_recommended_feedback(app: Flask) -> None:
    with app.app_context():
        world = scene.found()
        row = first()
        scene.review(world, row)
        scene.apply(world, row, "to_panel", "olga", Role.OFFICER)
        scene.apply(world, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback=scene.WHY)
    page = signed_in(app, world.people["pia"]).get(f"/applications/{row.id}")

    assert page.page.form("/transitions/decline").fields["feedback"] == [scene.WHY]
    assert "Recommended: decline" in page.page.text


@pytest.mark.ground("two_calls")
def test_automatic_checks_use_the_day_of_submission(app: Flask, world: World, settings: Settings) -> None:
    with app.app_context():
        row = scene.submitted(world)
    advance(settings, 100 * 86_400)

    text = signed_in(app, world.people["olga"]).get(f"/applications/{row.id}").page.text

    assert "which is in the past" not in text
    assert "The project must not start before the proposal is submitted" in text
