"""Every form that signs in on the spot is named by its route, whatever the form itself claims to do."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application
from grants.web.site import actions
from grants.web.site.sending import Sending
from tests.web.passwords import entered, lose_session, sign_in_on_the_spot
from tests.web.test_signed_out import WITHDRAW, WRITE
from tests.web.writing import form_of, single

CLAIMED = {"doing": "Claim your prize", "about": "A million dollars"}


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


def test_every_route_that_takes_a_form_says_what_it_does(app: Flask) -> None:
    forms = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and getattr(app.view_functions[rule.endpoint], "permission", None)
    }

    assert {name for name in forms if not hasattr(app.view_functions[name], "action")} == set()


def test_a_form_cannot_name_another_action(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | CLAIMED
    lose_session(writer)

    refused = writer.post(WRITE, data=sent)
    again = sign_in_on_the_spot(writer, refused, "mg1")

    shown = [answer.page.text.partition("What you typed")[0] for answer in (refused, again)]
    assert not any(claim in text for text in shown for claim in CLAIMED.values())
    assert "Sign in and continue with “Save”" in refused.page.text
    with app.app_context():
        heading = db.session.get_one(Application, 1).heading
    assert f"<strong>Save</strong>: {heading}<" in again.get_data(as_text=True)


def test_an_action_that_differs_from_step_to_step_is_named_after_the_sign_in_only(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = single(writer.get("/applications/1").page.form(WITHDRAW)) | {"reason": "We found money.", "confirmed": "yes"}
    lose_session(writer)

    refused = writer.post(WITHDRAW, data=sent)
    again = sign_in_on_the_spot(writer, refused, "mg1")

    assert "Discard draft" not in refused.page.text
    assert "Sign in and continue" in refused.page.text
    assert '<button class="button first">Discard draft</button>' in again.get_data(as_text=True)


def test_the_name_of_a_row_is_shown_only_to_those_who_may_send_its_form(app: Flask) -> None:
    with app.test_request_context("/"):
        assert actions.action_of(Sending(f"{WRITE}?kept=1", [])) == ("Save", "")


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/applications/1/transitions/award", "Award grant"),
        ("/applications/1/transitions/withdraw", ""),
        ("/assignments/1/transitions/withdraw", "Withdraw invitation"),
        ("/applications/1/transitions/unknown", ""),
        ("/reviews/1/send", "Submit review"),
        ("/sign-in", ""),
        ("/nowhere", ""),
    ],
)
def test_the_title_follows_from_the_address(app: Flask, address: str, title: str) -> None:
    with app.test_request_context("/"):
        assert actions.title_of(Sending(address, [])) == title
