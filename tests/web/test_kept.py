"""Two people write at the same time: no text is lost, and a person chooses between the two."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db
from grants.models import ApplicationSave
from grants.services.applications import drafts
from tests import world as w
from tests.browser import Careful, signed_in
from tests.web.writing import AUTO, drafted, form_of, single, started, stored

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


def two_writers(app: Flask) -> tuple[Careful, Careful, int, dict[str, Any]]:
    """Mg1 and Mg2 have the same page open; Mg1 saves first."""
    with app.app_context():
        world, id = w.found(), 1
        first, second = signed_in(app, world.people["mg1"]), signed_in(app, world.people["mg2"])
    late = form_of(second, id)
    first.post(f"/applications/{id}/write", data=form_of(first, id) | {"title": "First"})
    return first, second, id, late


def _choice(response: Any) -> Any:
    """The form for choosing between two texts."""
    return next(form for form in response.page.forms if "/kept/" in form.action)


def test_the_slower_of_two_writers_loses_nothing_and_sees_both_texts(app: Flask) -> None:
    _, second, id, late = two_writers(app)

    answer: Any = second.post(f"/applications/{id}/write", data=late | {"title": "Second", "summary": "Mine alone"})

    with app.app_context():
        row = db.session.query(ApplicationSave).one()
    assert answer.status_code == 409
    assert "First" in answer.page.text
    assert "Second" in answer.page.text
    assert row.content["summary"] == ["Mine alone"]
    assert drafted(app, id).title == "First"


def test_if_only_one_has_changed_an_answer_it_is_preselected(app: Flask) -> None:
    _, second, id, late = two_writers(app)

    answer: Any = second.post(f"/applications/{id}/write", data=late | {"summary": "Mine alone"})

    chosen = single(_choice(answer))
    assert (chosen["take-title"], chosen["take-summary"]) == ("stored", "mine")


def test_if_both_have_changed_an_answer_none_is_preselected(app: Flask) -> None:
    """Counter-test: a preselected choice would discard one of the two texts."""
    _, second, id, late = two_writers(app)

    answer: Any = second.post(f"/applications/{id}/write", data=late | {"title": "Second"})

    assert "take-title" not in single(_choice(answer))


def test_the_chosen_text_is_saved_and_the_rest_stays(app: Flask) -> None:
    _, second, id, late = two_writers(app)
    page = second.post(
        f"/applications/{id}/write", data=late | {"title": "Second", "summary": "Mine alone", "budget-0-quantity": "20"}
    )

    answer = second.submit(
        page, _choice(page).action, **{"take-title": "stored", "take-summary": "mine", "take-budget": "mine"}
    )

    content = drafted(app, id)
    with app.app_context():
        assert db.session.query(ApplicationSave).one().settled_at is not None
    stored = (content.title, content.answers["summary"], int(content.asked))
    assert (answer.status_code, *stored) == (302, "First", "Mine alone", 7_600)


def test_autosave_returns_the_address_of_both_texts(app: Flask) -> None:
    _, second, id, late = two_writers(app)

    answer: Any = second.post(f"/applications/{id}/write", data=late | {"title": "Second"}, headers=AUTO)

    assert answer.status_code == 409
    assert f"/applications/{id}/kept/" in answer.json["notice"]
    assert "Two versions of this proposal" in answer.json["notice"]
    assert "Compare and choose" in second.get(f"/applications/{id}/write").get_data(as_text=True)


@pytest.mark.parametrize("address", ["/write", "/send", "", "/inbox"])
def test_a_version_that_waits_for_a_choice_is_shown_wherever_the_draft_is(app: Flask, address: str) -> None:
    first, second, id, late = two_writers(app)
    second.post(f"/applications/{id}/write", data=late | {"title": "Second"})
    url = address if address == "/inbox" else f"/applications/{id}{address}"

    shown = second.get(url).get_data(as_text=True)

    assert ("Two versions of “First”" in shown, "Compare and choose" in shown) == (True, True)
    assert "Compare and choose" not in first.get(url).get_data(as_text=True)


def test_with_a_version_to_choose_the_check_does_not_say_that_nothing_is_missing(app: Flask) -> None:
    _, second, id, late = two_writers(app)
    second.post(f"/applications/{id}/write", data=late | {"title": "Second"})

    text = second.get(f"/applications/{id}/send").get_data(as_text=True)

    assert "Nothing is missing" not in text
    assert "There are two versions of your " in text


def test_after_the_submission_the_version_that_was_not_used_can_be_read(app: Flask) -> None:
    _, second, id, late = two_writers(app)
    second.post(f"/applications/{id}/write", data=late | {"title": "Second"})
    second.submit(second.get(f"/applications/{id}/send"), "/transitions/submit")

    page: Any = second.get(f"/applications/{id}")

    assert "A version that was not used" in page.page.text
    assert "Compare and choose" not in page.page.text
    assert f"/applications/{id}/kept/" in page.get_data(as_text=True)


def test_whoever_submits_from_a_second_window_reads_that_it_is_done(app: Flask) -> None:
    client, id = started(app)
    page = client.get(f"/applications/{id}/send")
    twice = client.get(f"/applications/{id}/send")
    client.submit(page, "/transitions/submit")

    answer: Any = client.submit(twice, "/transitions/submit")

    assert answer.status_code == 409
    assert "This proposal has already been submitted." in answer.page.text
    assert f"/applications/{id}" in answer.page.hrefs


def test_a_discarded_draft_is_not_called_submitted(app: Flask) -> None:
    """Counter-test: the proposal left the draft in another way."""
    client, id = started(app)
    twice = client.get(f"/applications/{id}/send")
    client.submit(client.get(f"/applications/{id}"), "/transitions/withdraw", confirmed="yes")

    answer: Any = client.submit(twice, "/transitions/submit")

    assert answer.status_code == 409
    assert "already been submitted" not in answer.page.text


def test_pressing_twice_does_not_count_as_a_conflict(app: Flask) -> None:
    client, id = started(app)
    fields = form_of(client, id) | {"title": "Twice"}

    answers = [client.post(f"/applications/{id}/write", data=fields).status_code for _ in range(2)]

    with app.app_context():
        assert (answers, db.session.query(ApplicationSave).count()) == ([302, 302], 0)


def test_text_that_arrives_after_submission_is_refused_and_kept(app: Flask) -> None:
    client, id = started(app)
    fields = form_of(client, id) | {"title": "Too late"}
    sent = client.submit(client.get(f"/applications/{id}/send"), "/transitions/submit")

    answer: Any = client.post(f"/applications/{id}/write", data=fields)

    assert (sent.status_code, answer.status_code) == (302, 409)
    assert "Too late" in answer.page.text
    assert stored(app, id).title == "fibre title"
    assert "fibre title" in answer.page.text


def test_a_kept_text_of_another_proposal_is_not_found(app: Flask) -> None:
    _, second, id, late = two_writers(app)
    second.post(f"/applications/{id}/write", data=late | {"title": "Second"})
    with app.app_context():
        save = db.session.query(ApplicationSave).one().id

    assert second.get(f"/applications/{id + 1}/kept/{save}").status_code == 404


@pytest.mark.parametrize("marks", ["[" * 100_000, '{"a":' * 100_000, "[1]", "nonsense"])
def test_both_texts_can_be_compared_whatever_the_page_claims_to_have_shown(app: Flask, marks: str) -> None:
    _, second, id, late = two_writers(app)

    answer: Any = second.post(f"/applications/{id}/write", data=late | {"title": "Second", "marks": marks})

    with app.app_context():
        row = db.session.query(ApplicationSave).one()
    assert answer.status_code == 409
    assert second.get(f"/applications/{id}/kept/{row.id}").status_code == 200


def test_only_questions_of_the_form_are_kept_and_up_to_a_limit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_LOST", 2)
    _, second, id, late = two_writers(app)

    for number in range(4):
        sent = late | {"title": f"T{number}", "invented": "x", "idempotency_key": f"{number}"}
        answer: Any = second.post(f"/applications/{id}/write", data=sent)

    with app.app_context():
        rows = db.session.query(ApplicationSave).all()
    assert len(rows) == 2
    assert not any("invented" in row.content for row in rows)
    assert answer.status_code == 409
    assert "2 versions of this proposal are waiting to be compared" in answer.page.text


def test_a_chosen_text_that_is_too_long_is_shown_again_and_the_choice_stays_open(app: Flask) -> None:
    _, second, id, late = two_writers(app)
    page = second.post(f"/applications/{id}/write", data=late | {"summary": "x " * 10_001})

    answer = second.submit(page, _choice(page).action, **{"take-title": "stored", "take-summary": "mine"})

    with app.app_context():
        assert db.session.query(ApplicationSave).one().settled_at is None
    assert answer.status_code == 422
    assert len(single(answer.page.form("/write"))["summary"]) == 20_001
