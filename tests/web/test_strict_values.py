"""Numbers and days that pages, links and drafts hold are read in one form; no other text is taken for one of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from grants.db import db
from grants.forms import numerals
from grants.models import Call, Fund
from tests.browser import Answer, browser
from tests.conventions import code
from workflows.forms import values
from workflows.forms.completeness import readable

ONE = "\N{ARABIC-INDIC DIGIT ONE}"
DAY_IN_ARABIC = "".join(chr(0x660 + int(sign)) if sign.isdecimal() else sign for sign in "2027-03-01")
ANYTHING = re.compile(".*", re.DOTALL)
OTHER = {
    "whole": ("1_0", " 12 ", "+3", "-3", "٣", "1.0", "1e2", "", "9" * 19),
    "number": ("1_0", " 1.5", "1e5", "NaN", "Infinity", "٣", "1,5", ".5", "5.", "+1", ""),
    "day": ("20270301", "2027-W09-1", "2027-3-1", "2027-03-01 ", DAY_IN_ARABIC, "2027-02-30", ""),
    "instant": ("2027-03-01", "2027-03-01T10:00:00", "20270301T100000Z", "2027-03-01T10:00:00Z", ""),
}
READ: dict[str, Callable[[str], Any]] = {
    "whole": values.whole,
    "number": values.number,
    "day": values.day,
    "instant": values.instant,
}


@pytest.fixture(scope="session")
def ground(submitted: str) -> str:
    """A fund, an open call, an application that waits for its checks."""
    return submitted


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text goes to the readers of Python."""
    for name in ("WHOLE", "NUMBER", "DAY"):
        monkeypatch.setattr(values, name, ANYTHING)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in OTHER.items() for text in texts])
def test_a_text_of_another_form_is_refused(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"not a|format|month|isoformat|out of range"):
        READ[kind](text)


def test_what_pages_write_is_read() -> None:
    assert [values.whole("0"), values.whole("120"), values.whole(7)] == [0, 120, 7]
    assert [values.number("-1.50"), values.number("12"), values.number(3)] == [
        Decimal("-1.50"),
        Decimal(12),
        Decimal(3),
    ]
    assert [values.day("2027-03-01"), values.day(date(2027, 3, 1))] == [date(2027, 3, 1)] * 2
    assert values.instant("2027-03-01T10:00:00.000001+00:00").microsecond == 1


@pytest.mark.usefixtures("lenient")
def test_without_the_forms_other_texts_would_be_read() -> None:
    """Counter-test."""
    assert [values.whole(text) for text in ("1_0", " 12 ", "٣")] == [10, 12, 3]
    assert [values.number(text) for text in ("1_0", "1e5", "٣")] == [Decimal(10), Decimal("1e5"), Decimal(3)]
    assert values.day("20270301") == values.day("2027-W09-1") == date(2027, 3, 1)


UNREADABLE = [("number", "1_000"), ("number", "1e5"), ("date", "20270301")]


@pytest.mark.parametrize(("kind", "text"), UNREADABLE)
def test_what_a_field_refused_does_not_count_as_answered(kind: str, text: str) -> None:
    assert not readable(kind, text)


@pytest.mark.parametrize(("kind", "text"), UNREADABLE)
@pytest.mark.usefixtures("lenient")
def test_without_the_forms_it_would_be_submitted(kind: str, text: str) -> None:
    """Counter-test: a draft keeps what was typed, and “1_000” would be sent as a number."""
    assert readable(kind, text)


def set_up(app: Flask, fund: str) -> Answer:
    """An officer sets up a call with a fund of that number."""
    fields = {"programme": "BTN-L", "title": "Next", "fund": fund, "opens_at": "2027-01-01 10:00"}
    olga = browser(app, "olga")
    return olga.submit(olga.get("/office/calls/new"), "/office/calls/new", **fields)


def test_a_choice_is_read_strictly(app: Flask) -> None:
    answers = [set_up(app, text).status_code for text in ("0_1", " 1", ONE)]

    assert answers == [422, 422, 422]
    with app.app_context():
        assert (db.session.query(Fund).one().id, db.session.query(Call).count()) == (1, 1)


@pytest.mark.usefixtures("lenient")
def test_without_the_form_a_choice_would_be_guessed(app: Flask) -> None:
    """Counter-test."""
    assert set_up(app, "0_1").status_code == 302


@pytest.mark.parametrize(
    "address", [f"/applications/{ONE}", f"/applications/1?submission={ONE}", "/batches/new?fund=0_1"]
)
def test_an_address_is_read_strictly(app: Flask, address: str) -> None:
    name = "fay" if "batches" in address else "olga"

    assert browser(app, name).get(address.partition("?")[0].replace(ONE, "1") + "?fund=1").status_code == 200
    assert browser(app, name).get(address).status_code == 404


def test_the_converter_of_the_framework_would_read_the_digits_of_every_script() -> None:
    """Counter-test."""
    assert Map([Rule("/<int:id>", endpoint="show")]).bind("").match(f"/{ONE}") == ("show", {"id": 1})


@pytest.mark.parametrize("text", ["2_026", "+2026", "2026.0", "2,026", "2 026", "", "1" * 10])
def test_a_year_with_signs_is_none(text: str) -> None:
    assert numerals.digits(text) is None


def test_a_year_is_typed_in_the_digits_of_any_script() -> None:
    assert [numerals.digits(text) for text in ("2026", "٢٠٢٦", "२०२६")] == [2026] * 3


@pytest.mark.parametrize(("year", "status"), [("2_026", 422), ("٢٠٢٧", 302)])
def test_the_year_of_a_fund(app: Flask, year: str, status: int) -> None:
    fay = browser(app, "fay")
    fields = {"title": "Next", "year": year, "currency": "USD", "amount": "5.00", "confirmed": "yes"}

    answer = fay.submit(fay.get("/funds/new"), "/funds", **fields)

    assert answer.status_code == status
    assert status == 302 or "Enter a year from 2000 to 2100." in answer.page.text


LENIENT = {"int", "float", "Decimal", "complex"}
OWN_FORMS = {"grants/forms/days.py"}
"""Files that compare a text with a form of their own before they hand it to Python."""


def lenient_readers(tree: ast.AST) -> Iterator[str]:
    """Every place that hands a value of a form or an address to a reader of Python."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"type", "coerce"} and ast.unparse(node.value) in LENIENT:
            yield f"{node.arg}={ast.unparse(node.value)}"
        if isinstance(node, ast.Attribute) and node.attr in {"fromisoformat", "strptime", "isdecimal", "isdigit"}:
            yield node.attr


def test_forms_pages_and_queries_use_the_strict_readers() -> None:
    layers = ("grants/forms/", "grants/web/", "grants/queries/")
    found = {
        (path, name) for path, tree in code.trees() if path.startswith(layers) for name in lenient_readers(tree)
    } - {(path, "fromisoformat") for path in OWN_FORMS}

    assert found == {
        ("grants/forms/numerals.py", "isdecimal"),  # one digit of any script
        ("grants/queries/recipients.py", "isdecimal"),  # a path that earlier releases have stored
    }


def test_a_lenient_reader_is_found() -> None:
    """Counter-test."""
    page = "kept = request.args.get('kept', type=int), date.fromisoformat(on), RadioField(coerce=int), id.isdecimal()"

    assert sorted(lenient_readers(ast.parse(page))) == ["coerce=int", "fromisoformat", "isdecimal", "type=int"]
