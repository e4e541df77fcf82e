"""What was typed into a form whose session has ended is listed with labels, days and amounts, as pages show them."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from grants.db import db
from grants.forms import transitions
from grants.forms.entered import entries
from grants.models import Application
from grants.queries.flows import flow_of
from grants.web.site import formats
from tests.browser import Answer
from tests.web.passwords import entered, lose_session, sign_in_on_the_spot
from tests.web.test_signed_out import TYPED, WITHDRAW, WRITE
from tests.web.writing import form_of, single
from workflows.engine.flow import Field


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


def labels(answer: Answer) -> set[str]:
    """The labels of what was typed, as the page lists it."""
    return set(re.findall(r"<dt>(.*?)</dt>", answer.get_data(as_text=True)))


ROW = {"budget-0-what": "Mast", "budget-0-quantity": "1", "budget-0-unit_cost": "900"}


def test_what_was_typed_is_listed_with_the_labels_of_the_form(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | TYPED | ROW
    lose_session(writer)
    answer = writer.post(WRITE, data=sent)

    again = sign_in_on_the_spot(writer, answer, "mg1")

    shown = labels(again)
    assert {"Title", "Summary", "What you request from us, line 1: Quantity"} <= shown
    assert {label for label in shown if re.match(r"Budget, line \d", label)} == set()


def test_a_transition_is_listed_with_its_label(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = single(writer.get("/applications/1").page.form(WITHDRAW)) | {
        "reason": "We found money elsewhere.",
        "confirmed": "yes",
    }
    lose_session(writer)
    answer = writer.post(WITHDRAW, data=sent)

    again = sign_in_on_the_spot(writer, answer, "mg1")

    assert labels(again) == {labels_of_withdrawal(app), "I understand that this cannot be undone."}


def listed(answer: Answer) -> dict[str, str]:
    """What was typed, by its label, as the page lists it."""
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", answer.get_data(as_text=True)))


def test_days_and_amounts_are_listed_as_pages_show_them(app: Flask) -> None:
    """Until c30e42a a day stood there as 2027-12-15 and an amount as 7000.00."""
    writer = entered(app, "mg1")
    row = {"budget-0-unit_cost": "7000.00", "budget-0-quantity": "two"}
    sent = form_of(writer, 1) | row | {"starts_on": "2027-12-15"}
    lose_session(writer)

    again = listed(sign_in_on_the_spot(writer, writer.post(WRITE, data=sent), "mg1"))

    assert again["First day of the project"] == "15 December 2027"
    assert again["What you request from us, line 1: Unit cost"] == "USD\N{NO-BREAK SPACE}7,000.00"
    assert again["What you request from us, line 1: Quantity"] == "two"


def test_the_fields_of_a_transition_are_listed_as_pages_show_them(app: Flask) -> None:
    fields = [
        Field("amount", "amount", "Amount"),
        Field("on", "day", "Received on"),
        Field("until", "instant", "Until"),
    ]
    typed = [("amount", "7000.5"), ("on", "2027-12-15"), ("until", "2027-12-15 23:59"), ("until", "soon")]

    with app.test_request_context("/"):
        transitions.note(fields, "USD")
        shown = [
            [formats.shown(value).replace("\N{NO-BREAK SPACE}", " ") for value in one.values] for one in entries(typed)
        ]

    day = "15 December 2027"
    assert shown == [["USD 7,000.50"], [day], ["Wed 15 Dec 2027, 23:59 UTC", "soon"]]


def labels_of_withdrawal(app: Flask) -> str:
    """The label of the reason in the flow."""
    with app.app_context():
        flow = flow_of(db.session.get_one(Application, 1))
    return next(field.label for one in flow.transitions if one.key == "withdraw" for field in one.fields)
