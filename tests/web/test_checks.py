"""The officer's eligibility checks on the page of an application."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, Check
from tests import world as scene
from tests.browser import Answer, Careful, signed_in
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


FAILED = {"standing-verdict": "failed", "standing-note": "The chapter lost its standing in May."}


@pytest.fixture
def olga(app: Flask, sent: tuple[World, Application]) -> Careful:
    """An officer."""
    return signed_in(app, sent[0].people["olga"])


@pytest.fixture
def omar(app: Flask, sent: tuple[World, Application]) -> Careful:
    """Another officer."""
    return signed_in(app, sent[0].people["omar"])


def late(olga: Careful, omar: Careful, **instead: str) -> Answer:
    """Olga fails a check that Omar passes from a page that he opened before."""
    old = omar.get("/applications/1")
    olga.submit(olga.get("/applications/1"), "/checks/standing", **FAILED)
    passed = {"standing-verdict": "passed", "standing-note": "He said so himself."}
    return omar.submit(old, "/checks/standing", **passed, **instead)


def test_a_verdict_from_an_older_page_replaces_no_newer_one(app: Flask, olga: Careful, omar: Careful) -> None:
    answer = late(olga, omar)

    assert answer.status_code == 409
    assert given(app) == [("standing", "failed", FAILED["standing-note"])]
    assert "Another person recorded a result of this check while your page was open." in answer.page.text
    assert FAILED["standing-note"] in answer.page.text
    assert "He said so himself." in answer.text


def test_from_the_page_that_shows_the_newer_verdict_it_is_replaced(app: Flask, olga: Careful, omar: Careful) -> None:
    again = omar.submit(late(olga, omar), "/checks/standing", **{"standing-verdict": "passed"})

    assert again.status_code == 302
    assert [verdict for _, verdict, _ in given(app)] == ["passed"]


def test_a_verdict_without_a_version_counts_as_one_of_an_older_page(olga: Careful, omar: Careful) -> None:
    assert late(olga, omar, version="").status_code == 409


def test_only_the_version_stops_it(app: Flask, olga: Careful, omar: Careful) -> None:
    """Counter-test: with the version of the newer verdict, the form of the older page replaces it."""
    old = omar.get("/applications/1")
    olga.submit(olga.get("/applications/1"), "/checks/standing", **FAILED)
    with app.app_context():
        version = str(db.session.query(Check).one().version)

    answer = omar.submit(old, "/checks/standing", version=version, **{"standing-verdict": "passed"})

    assert (answer.status_code, [verdict for _, verdict, _ in given(app)]) == (302, ["passed"])
