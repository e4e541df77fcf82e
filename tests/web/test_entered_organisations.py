"""Organisations that an administrator lists, adds and corrects."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.jobs.sealing import evidence
from grants.models import Event, Organisation, Profile, Verification
from grants.queries import matches
from grants.services import authority, organisations, persons, transitions
from grants.services.integrity.verifying.verification import findings
from grants.services.organisations import Named
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import Answer, browser, named
from workflows.engine.roles import Actor, Role

pytestmark = pytest.mark.ground("large")
GIVEN = {
    "kind": "university",
    "country": "BE",
    "organisation": "Université du Golfe",
    "legal_name": "Université publique du Golfe",
    "register": "BE-BCE_KBO",
    "register_number": "0875.696.796",
}


def add(app: Flask, **fields: Any) -> Answer:
    """An administrator sends the form with these fields."""
    client = browser(app, "ada")
    return client.submit(client.get("/organisations/new"), "/organisations", **GIVEN | fields)


def correct(app: Flask, **fields: Any) -> Answer:
    """An administrator corrects the first organisation."""
    client = browser(app, "ada")
    return client.submit(client.get("/organisations/1/correct"), "/correct", **fields)


def corrected_by_olga() -> bool:
    """An officer gives the first organisation another name, in the role of an administrator."""
    actor = Actor(person=named("olga").id, role=Role.ADMINISTRATOR, via="test")
    with transaction():
        row = db.session.get_one(Organisation, 1)
        wanted = Named("Another name", row.kind, row.country, row.language)
        return organisations.correct(row, wanted, None, actor=actor, version=1, apply=transitions.apply)


def keys(app: Flask, id: int) -> list[str]:
    """The keys of the events in the history of the organisation."""
    with app.app_context():
        found = db.session.query(Event).filter_by(subject="organisation", subject_id=id).order_by(Event.id)
        return [event.key for event in found]


def test_an_added_organisation_has_its_checked_number_and_needs_no_verification(app: Flask) -> None:
    answer = add(app)

    assert answer.status_code == 302
    with app.app_context():
        made = db.session.query(Organisation).filter_by(name="Université du Golfe").one()
        profile = db.session.query(Profile).filter_by(organisation_id=made.id).one()
        assert (made.kind, made.country, profile.identifier) == ("university", "BE", "BE-BCE_KBO-0875696796")
        assert db.session.query(Verification).filter_by(organisation_id=made.id).count() == 0
        id = made.id
    assert keys(app, id) == ["add", "profile"]


def test_a_wrong_number_is_refused_with_what_was_typed(app: Flask) -> None:
    answer = add(app, register_number="0875.696.797")

    assert answer.status_code == 422
    assert "its length or its check digits are wrong" in answer.page.text
    assert answer.page.form("/organisations").fields["organisation"] == ["Université du Golfe"]


def test_an_organisation_that_may_be_there_already_is_shown_first(app: Flask) -> None:
    add(app)

    client = browser(app, "ada")
    fields = GIVEN | {"organisation": "Universite du golfe", "register": "", "register_number": ""}
    answer = client.submit(client.get("/organisations/new"), "/organisations", **fields)

    assert answer.status_code == 422
    assert "this organisation may be here already" in answer.page.text
    assert client.submit(answer, "/organisations", different="y").status_code == 302


def test_without_the_comparison_it_would_be_added_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(matches, "matching", lambda _: [])
    add(app)

    assert add(app, organisation="Universite du golfe").status_code == 302


def test_a_name_that_is_taken_is_refused(app: Flask) -> None:
    add(app)

    answer = add(app, different="y")

    assert answer.status_code == 409
    assert "An organisation with this name already exists." in answer.page.text


def test_a_correction_is_recorded_and_a_new_legal_name_is_verified(app: Flask) -> None:
    before = keys(app, 1)

    assert correct(app, organisation="Chapter Madagascar", legal_name="Internet Society Madagascar").status_code == 302

    assert keys(app, 1) == [*before, "correct", "profile", "begin"]
    with app.app_context():
        row = db.session.get_one(Organisation, 1)
        assert (row.name, row.sort_key, row.version) == ("Chapter Madagascar", "chapter madagascar", 2)
        assert [str(message) for message in findings(evidence(app.extensions["settings"]), lambda _: True)] == []


def test_an_organisation_without_legal_details_is_corrected_without_them(app: Flask) -> None:
    assert correct(app, organisation="Chapter Madagascar").status_code == 302

    with app.app_context():
        assert db.session.query(Profile).filter_by(organisation_id=1).count() == 0


def test_a_correction_without_a_change_records_nothing(app: Flask) -> None:
    before = keys(app, 1)

    assert correct(app).status_code == 302

    assert keys(app, 1) == before


def test_the_second_of_two_corrections_is_refused_and_kept(app: Flask) -> None:
    client = browser(app, "ada")
    page = client.get("/organisations/1/correct")
    correct(app, organisation="Chapter Madagascar")

    answer = client.submit(page, "/correct", organisation="Chapter of the island")

    assert answer.status_code == 409
    assert answer.page.form("/correct").fields["organisation"] == ["Chapter of the island"]


@pytest.mark.parametrize(
    ("acting_for", "reason"),
    [(1, "act or have acted for this organisation"), (2, "acted for another applicant to a call")],
)
def test_nobody_corrects_an_applicant_of_ones_own_or_a_rival(
    app: Flask, monkeypatch: pytest.MonkeyPatch, acting_for: int, reason: str
) -> None:
    """The kind and the country of an organisation decide to which calls it may apply."""
    with app.app_context():
        made = w.found()
        for chapter in ("mg", "bo"):
            w.begun(made, "BTN-L", chapter)
        with transaction():
            persons.join(named("ada"), db.session.get_one(Organisation, acting_for), actor=w.SYSTEM)

    answer = correct(app, country="KE")

    assert (answer.status_code, reason in answer.page.text) == (409, True)
    assert answer.page.form("/correct").fields["country"] == ["KE"]
    monkeypatch.setattr(organisations, "against", lambda *_, **__: [])
    assert correct(app, country="KE").status_code == 302


def test_a_correction_needs_a_role_without_a_limit(app: Flask) -> None:
    with app.app_context(), pytest.raises(Refused):
        corrected_by_olga()


def test_without_the_second_look_a_limited_role_would_correct(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(authority, "confirm", lambda *_, **__: None)

    with app.app_context():
        assert corrected_by_olga()


def test_the_list_finds_names_and_numbers_and_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    add(app)
    client = browser(app, "ada")

    assert "Université du Golfe" in client.get("/organisations?words=universite+0875696796").page.text
    assert "No organisation found" in client.get("/organisations?words=nowhere").page.text
    monkeypatch.setattr("grants.queries.organisations.PAGE", 1)
    first = client.get("/organisations")
    assert "after=" in first.get_data(as_text=True)
