"""A discarded draft: not listed, and nothing of its text at its addresses."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, ApplicationSave
from tests import world as w
from tests.browser import Careful, signed_in
from tests.web.writing import AUTO, form_of
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

TITLE, MINE = "A mast for the island school", "What Mg2 typed too late"
ADDRESSES = ("/applications/1", "/applications/1/write", "/applications/1/send", "/applications/1/proposal")


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


def reader(app: Flask) -> Careful:
    """A browser of Mg2."""
    with app.app_context():
        return signed_in(app, w.found().people["mg2"])


def writing(app: Flask) -> tuple[Careful, dict[str, Any]]:
    """Mg2 has the form open; then Mg1 writes the title, and Mg2 saves too late, so that both texts are kept."""
    with app.app_context():
        first, second = (signed_in(app, w.found().people[name]) for name in ("mg1", "mg2"))
    late = form_of(second, 1)
    first.post("/applications/1/write", data=form_of(first, 1) | {"title": TITLE})
    second.post("/applications/1/write", data=late | {"title": MINE})
    return second, form_of(second, 1)


def discard(app: Flask) -> None:
    """Mg1 discards the draft."""
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "withdraw", "mg1", Role.APPLICANT)


def test_it_is_in_no_list(app: Flask) -> None:
    second, _ = writing(app)
    lists = ("/applications", "/inbox", "/calls/1/apply", "/organisations/1")
    before = [second.get(address).get_data(as_text=True) for address in lists]

    discard(app)

    after = [second.get(address).get_data(as_text=True) for address in lists]
    assert [address for address, html in zip(lists, before, strict=True) if TITLE not in html] == []
    assert [address for address, html in zip(lists, after, strict=True) if TITLE in html] == []
    assert [address for address, html in zip(lists, after, strict=True) if "/applications/1" in html] == []


def test_its_address_says_when_it_was_discarded_and_by_whom(app: Flask) -> None:
    discard(app)

    page: Any = reader(app).get("/applications/1")

    assert page.status_code == 200
    assert page.page.h1 == "This draft was discarded"
    assert "It was never submitted and cannot be restored." in page.page.text
    assert "Draft discarded · Mg1 (demo)" in page.page.text
    assert [form.action for form in page.page.forms if "/transitions/" in form.action] == []


@pytest.mark.parametrize("address", [*ADDRESSES, "/applications/1/kept/1"])
def test_no_address_shows_its_text(app: Flask, address: str) -> None:
    second, _ = writing(app)
    discard(app)

    answer = second.get(address, follow_redirects=True)

    assert answer.page.h1 == "This draft was discarded"
    assert [text for text in (TITLE, MINE) if text in answer.get_data(as_text=True)] == []


@pytest.mark.parametrize("address", ["/applications/1", "/applications/1/kept/1"])
def test_without_the_guard_its_address_shows_the_text(app: Flask, monkeypatch: Any, address: str) -> None:
    """Counter-test: a discarded draft treated as any other application can be read by every colleague."""
    second, _ = writing(app)
    discard(app)
    monkeypatch.setattr(Application, "discarded", False)

    assert TITLE in second.get(address).get_data(as_text=True)


def test_a_save_into_it_keeps_nothing_and_repeats_only_what_was_sent(app: Flask) -> None:
    second, form = writing(app)
    discard(app)

    typed = form | {"title": "Another title", "summary": "Still typing"}
    answer = second.post("/applications/1/write", data=typed)
    automatic: Any = second.post("/applications/1/write", data=typed, headers=AUTO)

    with app.app_context():
        kept = [row.content["title"] for row in db.session.query(ApplicationSave).all()]
    assert (answer.status_code, automatic.status_code) == (409, 409)
    assert "It was never submitted and cannot be restored." in answer.page.text
    assert "Still typing" in answer.get_data(as_text=True)
    assert "This draft was discarded" in automatic.json["notice"]
    assert TITLE not in answer.get_data(as_text=True) + automatic.json["notice"]
    assert kept == [[MINE]], "only the save from before it was discarded"


def test_a_choice_between_two_versions_leads_to_its_page(app: Flask) -> None:
    second, _ = writing(app)
    page = second.get("/applications/1/kept/1")
    discard(app)

    answer = second.submit(page, "/kept/1", **{"take-title": "mine"})

    assert answer.location == "/applications/1"


def test_an_application_withdrawn_after_submission_stays_listed_and_readable(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(world, row, "withdraw", "mg1", Role.APPLICANT)
        title = row.title

    browser = reader(app)

    assert title in browser.get("/applications").page.text
    assert title in browser.get("/applications/1").page.text
