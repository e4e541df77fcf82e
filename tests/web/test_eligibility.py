"""Whether an organisation can apply is shown before anything is written, with all reasons at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application
from grants.services import persons
from tests import world as w
from tests.browser import anonymous, signed_in


@pytest.fixture(scope="session")
def ground(large: str) -> str:
    """Every test begins with an open call."""
    return large


def test_an_eligible_chapter_sees_the_conditions_and_begins_once(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        id, client = world.calls["BTN-L"].id, signed_in(app, world.people["mg1"])
    page: Any = client.get(f"/calls/{id}/apply")

    answers = [client.submit(page, "/apply") for _ in range(2)]

    with app.app_context():
        rows = db.session.query(Application).all()
    assert "This organisation can apply." in page.page.text
    assert [one.location for one in answers] == [f"/applications/{rows[0].id}/write"] * 2
    assert len(rows) == 1


def test_all_reasons_are_given_at_once_and_there_is_no_button(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        with transaction():
            call, world.chapters["mg"].standing = world.calls["BTN-L"], "rejuvenation"
            call.opens_at, call.closes_at = now() - timedelta(days=9), now() - timedelta(days=1)
            w.recorded()
        id, client = world.calls["BTN-L"].id, signed_in(app, world.people["mg1"])

    page: Any = client.get(f"/calls/{id}/apply")

    assert "This organisation cannot apply:" in page.page.text
    assert "The chapter’s standing is “Rejuvenation”" in page.page.text
    assert "The call closed on" in page.page.text
    assert "None of the organisations that you act for can apply to this call." in page.page.text
    assert page.page.links["View open calls"] == "/#calls"
    assert not any(form.action.endswith("/apply") for form in page.page.forms)


def test_a_reason_that_can_be_resolved_leads_to_its_remedy(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        with transaction():
            world.chapters["mg"].standing = "rejuvenation"
            w.recorded()
        id, client = world.calls["BTN-L"].id, signed_in(app, world.people["mg1"])

    assert "Fix each problem above that has a link" in client.get(f"/calls/{id}/apply").page.text


def test_an_ineligible_applicant_is_refused_by_a_direct_request_too(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        id, client = world.calls["BTN-L"].id, signed_in(app, world.people["mg1"])
    page = client.get(f"/calls/{id}/apply")
    with app.app_context(), transaction():
        db.session.merge(world.chapters["mg"]).standing = "rejuvenation"
        w.recorded()

    answer: Any = client.submit(page, "/apply")

    with app.app_context():
        assert (answer.status_code, db.session.query(Application).count()) == (409, 0)
    assert "This organisation cannot apply:" in answer.page.text


def test_no_one_can_begin_for_an_organisation_that_is_not_theirs(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        id, client, other = world.calls["BTN-L"].id, signed_in(app, world.people["mg1"]), world.chapters["bo"].id

    answer = client.submit(client.get(f"/calls/{id}/apply"), "/apply", organisation=str(other))

    with app.app_context():
        assert (answer.status_code, db.session.query(Application).count()) == (422, 0)


def test_a_person_of_two_organisations_chooses_one(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        with transaction():
            persons.join(world.people["mg1"], world.chapters["bo"], actor=w.SYSTEM)
        id, client, other = world.calls["BTN-L"].id, signed_in(app, world.people["mg1"]), world.chapters["bo"].id
    page = client.get(f"/calls/{id}/apply")

    undecided, decided = client.submit(page, "/apply"), client.submit(page, "/apply", organisation=str(other))

    with app.app_context():
        assert db.session.query(Application).one().organisation_id == other
    assert (undecided.status_code, decided.status_code) == (422, 302)
    assert "Select the organisation that is applying." in undecided.get_data(as_text=True)


def test_a_visitor_is_asked_to_sign_in_and_returns_to_the_page(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        id = world.calls["BTN-L"].id

    assert anonymous(app).get(f"/calls/{id}/apply").location == f"/sign-in?next=/calls/{id}/apply"


def test_an_existing_draft_is_linked(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        draft, client = w.draft(world), signed_in(app, world.people["mg2"])

    page: Any = client.get(f"/calls/{draft.call_id}/apply")

    assert f"/applications/{draft.id}/write" in page.page.links.values()
