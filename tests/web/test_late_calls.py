"""A change of a call that came too late is shown again, with what was typed."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Call
from grants.web.calls import routes
from tests import world as w
from tests.browser import Answer, Careful, browser
from tests.prepared import Prepare
from tests.web.test_calls import set_up


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Every test begins without a call."""
    return prepare("no_call_yet", lambda: w.build(programmes=()))


def late_change(app: Flask) -> tuple[Careful, int, Answer]:
    """Olga changes a call from a page that she opened before another change."""
    client = browser(app, "olga")
    with app.app_context():
        world = w.found()
    id = set_up(client, world)
    older = client.get(f"/office/calls/{id}")
    client.submit(client.get(f"/office/calls/{id}"), f"/office/calls/{id}", title="The first")
    return client, id, client.submit(older, f"/office/calls/{id}", title="The second")


def test_a_change_that_came_too_late_is_shown_again_and_can_be_submitted(app: Flask) -> None:
    client, id, answer = late_change(app)

    again = client.submit(answer, f"/office/calls/{id}")

    assert answer.status_code == 409
    assert "so nothing was changed. What you entered is still here." in answer.page.text
    assert answer.page.links["Open the current version"] == f"/office/calls/{id}"
    assert answer.page.form(f"/office/calls/{id}").fields["title"] == ["The second"]
    assert again.status_code == 302
    with app.app_context():
        assert db.session.get_one(Call, id).title == "The second"


def test_without_that_page_the_form_would_have_to_be_filled_in_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the page of the refusal has no form."""

    def refuse(_: object, wrong: Exception) -> None:
        raise wrong

    monkeypatch.setattr(routes, "shown_again", refuse)

    _, id, answer = late_change(app)

    assert answer.status_code == 409
    assert not [form for form in answer.page.forms if form.action == f"/office/calls/{id}"]
    assert "The second" in answer.page.text
