"""A form that is on its way while the session of its person ends, and a refused form as the first page of a person."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.access import shapes
from grants.db import db, transaction
from grants.models import Application, Appointment, SignIn
from grants.services import locking, persons, transitions
from tests import world as w
from tests.browser import browser
from tests.prepared import Prepare
from tests.web.writing import form_of, single
from workflows.engine.roles import Role

DRAFT, CHECKED = 1, 2
"""The applications: a draft of the Malagasy chapter, one at its eligibility checks."""
QUESTION = "Who owns the mast, and who climbs it?"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two applications of one call."""
    return prepare("rights_later", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    w.draft(world)
    w.submitted(world, chapter="bo")


# A form that was on its way when the session ended.


def meanwhile(monkeypatch: pytest.MonkeyPatch, app: Flask, do: Any) -> None:
    """Do this in another transaction when the next command begins to lock its rows."""
    for name in ("hold", "hold_draft"):
        monkeypatch.setattr(locking, name, _after(getattr(locking, name), monkeypatch, app, do))


def _after(real: Any, monkeypatch: pytest.MonkeyPatch, app: Flask, do: Any) -> Any:
    """This way to lock rows, once something else has been done."""

    def hold(*rows: Any, **values: Any) -> None:
        monkeypatch.undo()
        with app.app_context(), transaction():
            do()
        real(*rows, **values)

    return hold


def end_role() -> None:
    """Ada ends the role of Olga, and with it her sessions."""
    world = w.found()
    held = db.session.query(Appointment).filter_by(person_id=world.people["olga"].id).one()
    persons.dismiss(held, actor=world.actor("ada", Role.ADMINISTRATOR), apply=transitions.apply)


def test_a_form_on_its_way_when_the_role_ends_is_refused_with_its_text(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = browser(app, "olga")
    page = olga.get(f"/applications/{CHECKED}")
    meanwhile(monkeypatch, app, end_role)

    answer = olga.submit(page, "/transitions/ask", question=QUESTION)

    assert answer.status_code == 409
    assert "You no longer have the role this requires" in answer.page.text
    assert QUESTION in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.get_one(Application, CHECKED).step == "checks"
    assert olga.get("/inbox").status_code == 302


def test_a_form_on_its_way_when_the_person_signs_out_elsewhere_is_saved(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = browser(app, "mg1")
    sent = form_of(writer, DRAFT) | {"title": "Saved", "budget-0-quantity": "many"}
    meanwhile(monkeypatch, app, lambda: db.session.query(SignIn).delete())

    answer = writer.post(f"/applications/{DRAFT}/write", data=sent)

    assert (answer.status_code, "many" in answer.get_data(as_text=True)) == (422, True)
    assert writer.get(f"/applications/{DRAFT}/write").status_code == 302


# The first page of a person in a web process.


def test_a_refused_form_as_the_first_page_spoils_no_later_page(app: Flask) -> None:
    shapes.forget()
    olga = browser(app, "olga")
    sent = single(olga.get("/inbox").page.form("/sign-out")) | {"title": ""}

    assert olga.post("/office/calls/new", data=sent).status_code == 422
    assert [olga.get(path).status_code for path in ("/inbox", "/applications", "/office/calls")] == [200] * 3
