"""The officer's eligibility checks on the page of an application."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, Check
from tests import world as scene
from tests.browser import signed_in
from tests.world import World


@pytest.fixture(scope="session")
def ground(submitted: str) -> str:
    """Every test begins with an application that waits for its eligibility checks."""
    return submitted


@pytest.fixture
def sent(app: Flask) -> tuple[World, Application]:
    """The people and the application."""
    with app.app_context():
        return scene.found(), db.session.query(Application).one()


def given(app: Flask) -> list[tuple[str, str, str]]:
    """Every result given."""
    with app.app_context():
        return [(check.key, check.verdict, check.note) for check in db.session.query(Check).order_by(Check.key)]


def test_a_check_is_passed_with_one_click(app: Flask, sent: tuple[World, Application]) -> None:
    world, row = sent
    client = signed_in(app, world.people["olga"])

    answer = client.submit(client.get(f"/applications/{row.id}"), "/checks/standing", **{"standing-verdict": "passed"})

    assert answer.status_code == 302
    assert given(app) == [("standing", "passed", "")]


def test_a_failed_check_needs_its_reason_and_the_choice_is_kept(app: Flask, sent: tuple[World, Application]) -> None:
    world, row = sent
    client = signed_in(app, world.people["olga"])

    answer = client.submit(
        client.get(f"/applications/{row.id}"), "/checks/standing", **{"standing-verdict": "failed", "standing-note": ""}
    )

    assert answer.status_code == 422
    assert "Enter why the check failed." in answer.text
    assert given(app) == []


def test_a_failed_check_with_its_reason_is_saved_and_shown(app: Flask, sent: tuple[World, Application]) -> None:
    world, row = sent
    client = signed_in(app, world.people["olga"])

    client.submit(
        client.get(f"/applications/{row.id}"),
        "/checks/account",
        **{"account-verdict": "failed", "account-note": "A private account"},
    )

    assert given(app) == [("account", "failed", "A private account")]
    assert "A private account" in client.get(f"/applications/{row.id}").page.text


def test_a_second_click_writes_no_second_event(app: Flask, sent: tuple[World, Application]) -> None:
    world, row = sent
    client = signed_in(app, world.people["olga"])
    page = client.get(f"/applications/{row.id}")

    for _ in range(2):
        client.submit(page, "/checks/standing", **{"standing-verdict": "passed"})

    assert client.get(f"/applications/{row.id}/history").page.text.count("Check passed: Standing") == 1


@pytest.mark.parametrize("name", ["pia", "uma", "mg1"])
def test_only_officers_complete_checks(app: Flask, sent: tuple[World, Application], name: str) -> None:
    world, row = sent
    client = signed_in(app, world.people[name])

    page = client.get(f"/applications/{row.id}").page
    token = client.get("/inbox").page.form("/sign-out").fields["csrf_token"]
    answer = client.post(
        f"/applications/{row.id}/checks/standing", data={"standing-verdict": "passed", "csrf_token": token}
    )

    assert not [form for form in page.forms if "/checks/" in form.action]
    assert answer.status_code == 403
    assert given(app) == []


def test_an_unknown_check_is_refused(app: Flask, sent: tuple[World, Application]) -> None:
    world, row = sent
    client = signed_in(app, world.people["olga"])
    token = client.get(f"/applications/{row.id}").page.form("/checks/standing").fields["csrf_token"]

    answer = client.post(
        f"/applications/{row.id}/checks/nothing", data={"nothing-verdict": "passed", "csrf_token": token}
    )

    assert answer.status_code == 409
