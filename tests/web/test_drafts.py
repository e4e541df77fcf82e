"""Drafts: what is written is saved, complete or not."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Submission
from tests import world as w
from tests.bench.lists import statements
from tests.browser import signed_in
from tests.web.writing import AUTO, drafted, fingerprint, form_of, single, started, stored, token
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """A test begins with a draft of the Malagasy chapter, unless it requests otherwise."""
    return small_draft


@pytest.mark.ground("template")
@pytest.mark.parametrize("code", ["BTN-S", "BTN-L", "DRR"])
def test_saving_an_unchanged_page_changes_no_text(app: Flask, code: str) -> None:
    with app.app_context():
        w.draft(w.build(programmes=(code,)), code, amount=4_000)
    client, id = started(app)
    client.post(f"/applications/{id}/write", data=form_of(client, id))
    before = fingerprint(app, id)

    answer = client.post(f"/applications/{id}/write", data=form_of(client, id))

    assert (answer.status_code, fingerprint(app, id)) == (302, before)


def test_saved_text_is_shown_on_the_page_afterwards(app: Flask) -> None:
    client, id = started(app)

    client.post(
        f"/applications/{id}/write",
        data=form_of(client, id) | {"title": "  Mesh  in\nthree  villages ", "budget-0-unit_cost": "1 336,50"},
    )

    fields = form_of(client, id)
    assert (fields["title"], fields["budget-0-unit_cost"]) == ("Mesh in three villages", "1,336.50")
    assert str(drafted(app, id).asked) == "13765.00"


def test_an_invalid_number_shows_an_error_and_the_rest_is_saved(app: Flask) -> None:
    client, id = started(app)

    answer: Any = client.post(
        f"/applications/{id}/write",
        data=form_of(client, id) | {"title": "Kept", "months": "a year", "budget-0-quantity": "ten"},
    )

    content, fields = drafted(app, id), form_of(client, id)
    assert answer.status_code == 422
    assert "Enter a whole number of months from 1 to 12." in answer.page.text
    assert (content.title, content.answers["months"]) == ("Kept", None)
    assert (fields["months"], fields["budget-0-quantity"]) == ("a year", "ten")


def test_an_invalid_value_is_forgotten_once_it_is_corrected(app: Flask) -> None:
    client, id = started(app)
    client.post(f"/applications/{id}/write", data=form_of(client, id) | {"months": "a year"})

    answer = client.post(f"/applications/{id}/write", data=form_of(client, id) | {"months": "12"})

    answers = drafted(app, id).answers
    assert (answer.status_code, answers["months"], answers["unread"]) == (302, 12, {})


@pytest.mark.ground("large_draft")
def test_a_proposal_with_an_invalid_number_cannot_be_submitted(app: Flask) -> None:
    client, id = started(app)
    client.post(f"/applications/{id}/write", data=form_of(client, id) | {"cofunding": "lots"})

    page: Any = client.get(f"/applications/{id}/send")

    assert "Enter the co-funding as an amount, such as 1,250." in page.page.text


def test_a_text_that_is_too_long_is_returned_and_the_saved_text_kept(app: Flask) -> None:
    client, id = started(app)
    before, long = drafted(app, id), "word " * 5_000

    answer: Any = client.post(f"/applications/{id}/write", data=form_of(client, id) | {"summary": long, "title": "New"})

    after = drafted(app, id)
    assert (answer.status_code, after.answers["summary"], after.title) == (422, before.answers["summary"], "New")
    assert long.strip() in answer.get_data(as_text=True)


def test_an_incomplete_request_deletes_nothing(app: Flask) -> None:
    client, id = started(app)
    fields = {
        name: text
        for name, text in form_of(client, id).items()
        if not name.startswith(("budget", "has-budget", "declares", "has-decl"))
    }

    client.post(f"/applications/{id}/write", data=fields | {"title": "New"})

    assert (drafted(app, id).title, int(drafted(app, id).asked)) == ("New", 4_000)


def test_a_section_sent_completely_and_empty_is_emptied(app: Flask) -> None:
    """Counter-test: the section's own marker tells an incomplete request from an emptied section."""
    client, id = started(app)
    fields = {name: text for name, text in form_of(client, id).items() if not name.startswith("budget")}

    client.post(f"/applications/{id}/write", data=fields)

    assert drafted(app, id).asked == 0


def test_one_section_can_be_saved_alone(app: Flask) -> None:
    client, id = started(app)
    version = form_of(client, id)["version"]

    answer = client.post(
        f"/applications/{id}/write/project",
        data=token(client, id) | {"version": version, "title": "Only this", "months": "6", "has-project": "1"},
    )

    content = drafted(app, id)
    stored = (content.title, content.answers["months"], int(content.asked))
    assert (answer.status_code, *stored) == (302, "Only this", 6, 4_000)


def test_a_section_without_its_marker_is_not_emptied(app: Flask) -> None:
    client, id = started(app)

    client.post(
        f"/applications/{id}/write/budget", data=token(client, id) | {"version": form_of(client, id)["version"]}
    )

    assert int(drafted(app, id).asked) == 4_000


@pytest.mark.ground("large")
def test_an_untouched_draft_has_no_section_complete_and_counts_no_optional_one(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        client, id = signed_in(app, world.people["mg1"]), w.begun(world, "BTN-L").id

    words = " ".join(client.get(f"/applications/{id}/write").page.text.split())

    assert "0 of 10 required sections complete" in words
    assert "Partners optional" in words


def test_an_unknown_section_is_not_found(app: Flask) -> None:
    client, id = started(app)

    assert client.post(f"/applications/{id}/write/nonsense", data=token(client, id)).status_code == 404


def test_a_line_is_added_without_script_and_nothing_is_lost(app: Flask) -> None:
    client, id = started(app)

    answer = client.post(f"/applications/{id}/write", data=form_of(client, id) | {"title": "Kept", "add": "budget"})
    page: Any = client.get(answer.location)

    fields = single(page.page.form("/write"))
    assert answer.location.endswith("add=budget#budget")
    assert (fields["title"], fields["budget-2-what"]) == ("Kept", "")


def test_an_emptied_line_is_removed(app: Flask) -> None:
    client, id = started(app)

    client.post(
        f"/applications/{id}/write",
        data=form_of(client, id) | {"budget-0-what": "", "budget-0-quantity": "", "budget-0-unit_cost": ""},
    )

    assert "budget-1-what" not in form_of(client, id)


def test_an_amount_too_large_to_store_is_an_input_error(app: Flask) -> None:
    client, id = started(app)

    answer: Any = client.post(
        f"/applications/{id}/write",
        data=form_of(client, id) | {"budget-0-quantity": "999999999", "budget-0-unit_cost": "999999999"},
    )

    assert answer.status_code == 422
    assert "The total of line 1 of the budget must be below 1,000,000,000,000." in answer.page.text


def test_a_saved_title_leaves_lines_and_indicators_as_they_are(app: Flask) -> None:
    client, id = started(app)
    before = drafted(app, id)

    client.post(f"/applications/{id}/write", data=form_of(client, id) | {"title": "New"})

    after = drafted(app, id)
    assert (after.lines, after.goals, after.title) == (before.lines, before.goals, "New")


def test_autosave_returns_what_the_page_needs(app: Flask) -> None:
    client, id = started(app)
    fields = form_of(client, id)

    first: Any = client.post(f"/applications/{id}/write", data=fields | {"title": "One"}, headers=AUTO)
    second = client.post(
        f"/applications/{id}/write", data=fields | {"title": "Two", "version": first.json["version"]}, headers=AUTO
    )

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json["saved_at"].endswith(" UTC")
    assert {"section-list", "budget-rules", "section-budget-state"} <= set(first.json["parts"])
    assert drafted(app, id).title == "Two"


def test_autosave_sends_six_statements(app: Flask) -> None:
    """Who it is; the application; what is locked; who it is under the lock; the update; and whether it is an edit."""
    client, id = started(app)
    fields = form_of(client, id)
    first: Any = client.post(f"/applications/{id}/write", data=fields | {"title": "One"}, headers=AUTO)

    with statements() as sent:
        client.post(
            f"/applications/{id}/write", data=fields | {"title": "Two", "version": first.json["version"]}, headers=AUTO
        )

    assert drafted(app, id).title == "Two"
    assert len(sent) <= 6, "\n\n".join(one.split("FROM")[-1][:150] for one in sent)


def test_autosave_refuses_values_that_cannot_be_saved(app: Flask) -> None:
    client, id = started(app)
    version = form_of(client, id)["version"]

    answer = client.post(
        f"/applications/{id}/write", data=form_of(client, id) | {"summary": "x" * 20_001}, headers=AUTO
    )

    assert (answer.status_code, form_of(client, id)["version"]) == (422, version)


@pytest.mark.parametrize("path", ["write", "send"])
def test_another_chapter_cannot_find_the_draft_and_staff_cannot_write_it(app: Flask, path: str) -> None:
    with app.app_context():
        world = w.found()
        draft, sent = db.session.get_one(Application, 1), w.in_review(world, "BTN-S", "bo", 4_000)
        other, officer = signed_in(app, world.people["bo1"]), signed_in(app, world.people["olga"])

    statuses = [
        other.get(f"/applications/{draft.id}/{path}").status_code,
        officer.get(f"/applications/{draft.id}/{path}").status_code,
        officer.get(f"/applications/{sent.id}/{path}").status_code,
    ]

    assert statuses == [404, 403, 403]


@pytest.mark.ground("small")
def test_check_and_send_lists_everything_missing_with_its_place(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        id = w.begun(world, "BTN-S", "mg").id
        client = signed_in(app, world.people["mg1"])

    page: Any = client.get(f"/applications/{id}/send")

    assert "Enter the title of the project." in page.page.text
    assert f"/applications/{id}/write?checked=1&open=project#title" in page.page.links.values()
    assert not any("/transitions/submit" in form.action for form in page.page.forms)


def test_a_complete_proposal_is_submitted_once_with_number_and_hash(app: Flask) -> None:
    client, id = started(app)
    page = client.get(f"/applications/{id}/send")

    sent = [client.submit(page, "/transitions/submit") for _ in range(2)]
    shown: Any = client.get(sent[0].location)

    row = stored(app, id)
    assert [one.status_code for one in sent] == [302, 302]
    assert "We received your proposal" in shown.page.text
    assert f"Its reference number is {row.reference}." in shown.page.text
    with app.app_context():
        sent_as = db.session.get_one(Submission, row.submission_id)
    assert sent_as.sha256 in shown.page.text
    assert "The receipt is being created" in shown.page.text


def test_an_incomplete_proposal_cannot_be_submitted_by_a_direct_request(app: Flask) -> None:
    client, id = started(app)
    client.post(f"/applications/{id}/write", data=form_of(client, id) | {"title": ""})

    answer = client.post(f"/applications/{id}/transitions/submit", data=token(client, id))

    assert (answer.status_code, stored(app, id).step) == (409, "draft")


def test_a_question_is_shown_above_the_form_and_the_answer_is_submitted(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(world, row, "ask", "olga", Role.OFFICER, question="Who owns the mast then?")
        client, id = signed_in(app, world.people["mg1"]), row.id

    page: Any = client.get(f"/applications/{id}/write")
    answer = client.submit(client.get(f"/applications/{id}/send"), "/transitions/answer", answer="The school.")

    assert "Who owns the mast then?" in page.page.text
    assert "Your answer is not submitted yet." in page.page.text
    assert (answer.status_code, stored(app, id).step) == (302, "checks")


@pytest.mark.ground("large_draft")
@pytest.mark.parametrize(("currency", "sum_"), [("JPY", "5"), ("USD", "4.50"), ("KWD", "4.500")])
def test_the_budget_uses_the_smallest_unit_of_its_currency(app: Flask, currency: str, sum_: str) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        with transaction():
            row.call.currency = currency
            w.recorded()
    mia = signed_in(app, world.people["mg1"])
    there = f"/applications/{row.id}/write"

    mia.submit(mia.get(there), there, **{"budget-0-quantity": "1.5", "budget-0-unit_cost": "3", "budget-1-what": ""})

    assert drafted(app, row.id).lines[0].total == Decimal(sum_)
    assert sum_ in mia.get(there).text


@pytest.mark.ground("large")
def test_a_section_is_not_complete_while_it_breaks_a_rule_of_the_call(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        row = w.draft(world, amount=30_001)
    mia = signed_in(app, world.people["mg1"])
    page = mia.get(f"/applications/{row.id}/write")

    def budget() -> str:
        text = mia.get(f"/applications/{row.id}/write").get_data(as_text=True)
        return text.partition('id="section-budget-state"')[2].partition("</")[0]

    before = budget()
    mia.submit(page, f"/applications/{row.id}/write", **{"budget-0-unit_cost": "2,600.00"})

    assert ("1 item needs attention" in before, "complete" in budget()) == (True, True)


@pytest.mark.ground("large_draft")
def test_a_unit_cost_keeps_the_third_decimal_of_its_currency(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        with transaction():
            row.call.currency = "KWD"
            w.recorded()
    mia = signed_in(app, world.people["mg1"])
    there = f"/applications/{row.id}/write"

    mia.submit(mia.get(there), there, **{"budget-0-quantity": "3", "budget-0-unit_cost": "12.345"})
    mia.submit(mia.get(there), there)

    line = drafted(app, row.id).lines[0]
    assert (line.unit_cost, line.total) == (Decimal("12.345"), Decimal("37.035"))


@pytest.mark.ground("large_draft")
def test_infinite_numbers_do_not_break_a_save(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
    mia = signed_in(app, world.people["mg1"])
    there = f"/applications/{row.id}/write"
    endless = dict.fromkeys(("budget-0-quantity", "budget-0-unit_cost", "cofunding", "months"), "1e9999999")

    answer = mia.submit(mia.get(there), there, **endless, summary="Kept all the same.")

    assert answer.status_code in {302, 422}
    assert "Kept all the same." in mia.get(there).text


@pytest.mark.ground("large_draft")
def test_enter_in_a_field_saves_and_does_not_submit(app: Flask) -> None:
    """A browser then presses the first button of the page that belongs to the form."""
    client, id = started(app)

    buttons = re.findall(r'<button[^>]*form="draft"[^>]*>', client.get(f"/applications/{id}/write").text)

    assert "name=" not in buttons[0]
    assert 'value="check"' in buttons[1]  # what was pressed before
