"""The pages of a reviewer: declaration, scoring and submission; and the scores side by side."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Assignment, Conflict, Review
from grants.services import transitions
from grants.services.reviews import assignments
from tests import world as scene
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from tests.world import WHY, World
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(prepare: Prepare, in_review: str) -> str:
    """In every test Rex is invited to review a proposal."""
    return prepare("asked", begin, in_review)


def begin() -> None:
    """Fill the database."""
    world, row = scene.found(), scene.first()
    with transaction():
        assignments.assign(application=row, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER))


@pytest.fixture
def asked(app: Flask) -> tuple[World, int, int]:
    """The test data, the number of the application and the id of the assignment."""
    with app.app_context():
        return scene.found(), db.session.query(Application).one().id, db.session.query(Assignment).one().id


def ready(app: Flask, world: World, id: int) -> None:
    """Rex has declared that there is no conflict."""
    with app.app_context(), transaction():
        assignment, rex = db.session.get_one(Assignment, id), world.actor("rex", Role.REVIEWER)
        transitions.apply(assignment, "clear", actor=rex, answers={"none": True})


def whole(app: Flask, id: int) -> dict[str, Any]:
    """The form fields of a complete review."""
    with app.app_context():
        rubric = db.session.get_one(Application, id).call.data.rubric
    scores = {f"score_{criterion.key}": "4" for criterion in rubric} | {
        f"comment_{criterion.key}": WHY for criterion in rubric
    }
    return scores | {
        "strengths": WHY,
        "concerns": WHY,
        "questions": "",
        "fund": "yes",
        "amount": "9,000.00",
        "confidence": "4",
    }


def test_before_the_declaration_a_reviewer_cannot_read_the_proposal(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    client = signed_in(app, world.people["rex"])

    page = client.get(f"/reviews/{id}").page
    assert "fibre title" in page.text
    assert "fibre summary" not in page.text
    assert "fibre problem" not in page.text
    assert page.h1 == "Before you open this proposal"


def test_the_declaration_opens_the_proposal(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    client = signed_in(app, world.people["rex"])

    sent = client.submit(client.get(f"/reviews/{id}"), "/clear", none="y")

    assert sent.status_code == 302
    assert "fibre problem" in client.get(f"/reviews/{id}").page.text


@pytest.mark.parametrize("ticked", [{}, {"none": "y", "money": "y"}])
def test_an_empty_or_contradictory_declaration_is_requested_again(
    app: Flask, asked: tuple[World, int, int], ticked: dict[str, str]
) -> None:
    world, _, id = asked
    client = signed_in(app, world.people["rex"])

    answer = client.submit(client.get(f"/reviews/{id}"), "/clear", **ticked)

    assert answer.status_code == 422
    with app.app_context():
        assert db.session.get_one(Assignment, id).step == "asked"


def test_a_conflict_hides_the_case(app: Flask, asked: tuple[World, int, int]) -> None:
    world, application, id = asked
    client = signed_in(app, world.people["rex"])

    client.submit(client.get(f"/reviews/{id}"), "/clear", money="y")

    assert client.get(f"/reviews/{id}").status_code == 404
    assert "fibre title" not in client.get("/reviews").page.text
    with app.app_context():
        assert db.session.query(Conflict).filter_by(application_id=application).one().kinds == "money"


def test_without_a_conflict_the_same_case_stays_visible(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    client = signed_in(app, world.people["rex"])

    client.submit(client.get(f"/reviews/{id}"), "/clear", none="y")

    assert client.get(f"/reviews/{id}").status_code == 200
    assert "fibre title" in client.get("/reviews").page.text


def test_a_conflict_discovered_while_reading_can_be_declared(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])

    answer = client.submit(client.get(f"/reviews/{id}/conflict"), "/conflict", author="y")

    assert answer.location.endswith("/reviews?passed=1")
    assert client.get(f"/reviews/{id}").status_code == 404


def test_a_reviewer_may_decline(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    client = signed_in(app, world.people["rex"])

    client.submit(client.get(f"/reviews/{id}"), "/decline", reason="No time")

    with app.app_context():
        row = db.session.get_one(Assignment, id)
        assert (row.step, row.reason) == ("declined", "No time")


def test_declining_requires_a_reason_and_keeps_the_page(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    client = signed_in(app, world.people["rex"])

    answer = client.submit(client.get(f"/reviews/{id}"), "/decline", reason="  ")

    assert answer.status_code == 422
    assert "Enter the reason." in answer.page.text
    with app.app_context():
        assert db.session.get_one(Assignment, id).step == "asked"


def test_another_reviewer_cannot_find_it(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked

    assert signed_in(app, world.people["ria"]).get(f"/reviews/{id}").status_code == 404


def test_an_officer_sees_the_assignment_but_cannot_review(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked

    assert signed_in(app, world.people["olga"]).get(f"/reviews/{id}").status_code == 403


def test_an_incomplete_review_is_saved(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])

    client.submit(
        client.get(f"/reviews/{id}"), f"/reviews/{id}", score_mission="3", comment_mission="Too short", strengths="Good"
    )

    with app.app_context():
        review = db.session.query(Review).filter_by(assignment_id=id).one()
        assert {s.criterion: (s.points, s.comment) for s in review.scores}["mission"] == (3, "Too short")
        assert review.strengths == "Good"


def test_autosave_returns_the_time_and_the_changes(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    fields = form_of(client.get(f"/reviews/{id}"), id)

    answer = saved_by_itself(client, id, fields, score_mission="5")

    assert answer.status_code == 200
    assert sorted(answer.json) == ["lacking", "parts", "saved_at", "version", "wrong"]
    assert "Scored 1 of 8" in answer.json["parts"]["tally-so-far"]


def test_an_invalid_amount_does_not_lose_the_rest(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])

    answer = client.submit(client.get(f"/reviews/{id}"), f"/reviews/{id}", strengths="Good", amount="a lot")

    assert answer.status_code == 422
    assert 'value="a lot"' in answer.text
    with app.app_context():
        assert db.session.query(Review).filter_by(assignment_id=id).one().strengths == "Good"


@pytest.mark.parametrize("amount", ["tres mil", "tres mil " * 40 + "o más"], ids=["short", "long"])
@pytest.mark.parametrize("by_itself", [True, False], ids=["autosave", "saved"])
def test_an_amount_that_cannot_be_read_is_shown_again_and_not_submitted(
    app: Flask, asked: tuple[World, int, int], amount: str, *, by_itself: bool
) -> None:
    """Until 1357a98 it vanished under “Saved”."""
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    typed = {**whole(app, asked[1]), "amount": amount}

    if by_itself:
        saved_by_itself(client, id, form_of(client.get(f"/reviews/{id}"), id), **typed)
    else:
        client.submit(client.get(f"/reviews/{id}"), f"/reviews/{id}", **typed)

    again = client.get(f"/reviews/{id}")
    assert form_of(again, id)["amount"] == [amount]
    assert "Enter an amount, such as 1,250." in again.text
    refused = client.post(f"/reviews/{id}/send", data={k: v for k, v in form_of(again, id).items() if k != "amount"})
    assert refused.status_code == 422
    assert "Enter an amount, such as 1,250." in refused.text
    assert "Your review was not submitted" in refused.page.text
    client.submit(client.get(f"/reviews/{id}"), f"/reviews/{id}/send", amount="3 000,00")
    with app.app_context():
        review = db.session.query(Review).filter_by(assignment_id=id).one()
        assert (review.amount, review.amount_typed, review.assignment.step) == (Decimal(3_000), "", "sent")


@pytest.mark.parametrize("left_out", ["amount", "strengths", "fund", "confidence", "score_mission", "comment_mission"])
def test_a_field_that_a_form_does_not_have_keeps_its_value(
    app: Flask, asked: tuple[World, int, int], left_out: str
) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    values = {"amount": "1200", "strengths": "Good", "fund": "yes", "confidence": "4"}
    values |= {"score_mission": "3", "comment_mission": "It fits."}
    client.submit(client.get(f"/reviews/{id}"), f"/reviews/{id}", **values)
    before = form_of(client.get(f"/reviews/{id}"), id)

    answer = client.post(f"/reviews/{id}", data={key: text for key, text in before.items() if key != left_out})

    assert answer.status_code == 302
    assert form_of(client.get(f"/reviews/{id}"), id)[left_out] == before[left_out]


def test_one_answer_is_chosen_of_each_group(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)

    text = signed_in(app, world.people["rex"]).get(f"/reviews/{id}").text

    for field, options in (("score_mission", 6), ("fund", 2), ("confidence", 5)):
        assert len(re.findall(rf'<input type="radio" name="{field}"', text)) == options, field
    assert 'type="checkbox"' not in text


@pytest.mark.parametrize("path", ["/reviews/{}", "/reviews/{}/send"])
def test_values_that_the_page_does_not_offer_are_refused_and_replace_nothing(
    app: Flask, asked: tuple[World, int, int], path: str
) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    chosen = {"score_mission": "3", "confidence": "4", "fund": "yes"}
    client.submit(client.get(f"/reviews/{id}"), f"/reviews/{id}", **chosen)

    for value in ("NaN", "4.0", "-1", "6", "٣", "true"):
        answer = client.submit(client.get(f"/reviews/{id}"), path.format(id), **dict.fromkeys(chosen, value))

        assert (answer.status_code, answer.text.count("Select one of the answers.") >= len(chosen)) == (422, True)
        shown = form_of(answer, id)
        assert {name: shown[name][0] for name in chosen} == chosen  # what a submission from this page would hold
    with app.app_context():
        review = db.session.query(Review).filter_by(assignment_id=id).one()
        points = [score.points for score in review.scores if score.criterion == "mission"]
        assert (points, review.confidence, review.fund) == ([3], 4, True)


def test_an_older_page_does_not_overwrite_a_newer_one_and_shows_both(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    older = client.get(f"/reviews/{id}")
    client.submit(client.get(f"/reviews/{id}"), f"/reviews/{id}", strengths="The first window")

    answer = client.submit(older, f"/reviews/{id}", strengths="The second window")

    assert answer.status_code == 409
    assert "The first window" in answer.text
    assert "The second window" in answer.text
    with app.app_context():
        assert db.session.query(Review).filter_by(assignment_id=id).one().strengths == "The first window"


def test_an_autosave_of_an_older_page_is_refused(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    older = form_of(client.get(f"/reviews/{id}"), id)
    saved_by_itself(client, id, older, strengths="The first window")

    answer = saved_by_itself(client, id, older, strengths="The second window")

    assert answer.status_code == 409
    assert "notice" in answer.json


def test_a_second_save_from_the_conflict_page_overwrites_deliberately(
    app: Flask, asked: tuple[World, int, int]
) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    older = client.get(f"/reviews/{id}")
    client.submit(client.get(f"/reviews/{id}"), f"/reviews/{id}", strengths="The first window")
    reported = client.submit(older, f"/reviews/{id}", strengths="The second window")

    answer = client.submit(reported, f"/reviews/{id}")

    assert answer.status_code == 302
    with app.app_context():
        assert db.session.query(Review).filter_by(assignment_id=id).one().strengths == "The second window"


def test_submitting_lists_everything_missing_and_keeps_what_is_there(app: Flask, asked: tuple[World, int, int]) -> None:
    world, _, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    fields = form_of(client.get(f"/reviews/{id}"), id)

    answer = client.post(f"/reviews/{id}/send", data=fields | {"strengths": "Good"})

    assert answer.status_code == 422
    assert "Select a score for" in answer.text
    assert "Select how confident you are." in answer.text
    with app.app_context():
        review = db.session.query(Review).filter_by(assignment_id=id).one()
        assert (review.strengths, review.sent_at) == ("Good", None)


def test_a_submitted_review_can_be_read_but_not_changed(app: Flask, asked: tuple[World, int, int]) -> None:
    world, application, id = asked
    ready(app, world, id)
    client = signed_in(app, world.people["rex"])
    fields = form_of(client.get(f"/reviews/{id}"), id) | whole(app, application)

    answer = client.post(f"/reviews/{id}/send", data=fields)

    assert answer.status_code == 302
    assert client.post(f"/reviews/{id}", data=fields).status_code == 409
    assert "Your total" in client.get(f"/reviews/{id}").page.text
    with app.app_context():
        assert db.session.query(Review).filter_by(assignment_id=id).one().amount == Decimal(9000)


def test_staff_read_the_scores_side_by_side(app: Flask, asked: tuple[World, int, int]) -> None:
    world, application, _ = asked
    with app.app_context():
        scene.review(world, db.session.get_one(Application, application), ("ria", "rob"))

    page = signed_in(app, world.people["olga"]).get(f"/applications/{application}/reviews").page

    assert "Ria (demo)" in page.text
    assert "Rob (demo)" in page.text
    assert "80" in page.text


@pytest.mark.parametrize(
    ("name", "status"), [("rex", 403), ("fay", 403), ("mg1", 403), ("ada", 403), ("pia", 200), ("uma", 200)]
)
def test_only_staff_read_the_scores_side_by_side(
    app: Flask, asked: tuple[World, int, int], name: str, status: int
) -> None:
    world, application, _ = asked

    assert signed_in(app, world.people[name]).get(f"/applications/{application}/reviews").status_code == status


def form_of(response: Any, id: int) -> dict[str, Any]:
    """The fields of the scoring form."""
    return dict(response.page.form(f"/reviews/{id}").fields)


def saved_by_itself(client: Careful, id: int, fields: dict[str, Any], **typed: str) -> Any:
    """The request that the script sends when the writer pauses."""
    return client.post(f"/reviews/{id}", data=fields | typed, headers={"X-Autosave": "1"})
