"""Numbers as people type them, in four languages: the table of cases, and what a page writes into its own fields."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from grants.db import transaction
from grants.forms import numerals
from grants.forms.numerals import BOTH, DECIMALS, THOUSANDS, Habits, localized, number, written
from grants.forms.questions import text_of
from grants.forms.rows import cells as stored_cells
from grants.forms.rows import rows_of
from tests import world
from tests.web.numerals import LANGUAGES, cases
from tests.web.writing import drafted, started
from workflows.forms import values
from workflows.programme import Column, Question

REASONS = {
    "both": "can mean",
    "currency": "Enter the amount in USD.",
    "exponent": "in full",
    "large": "below 1,000,000,000,000",
    "refused": "No number.",
}
ENTERED = [("12.345", 3), ("-12.345", 3), ("0.125", 3), ("810", 3), ("1.5", 3), ("1234.5", 3), ("999.999", 3)]
"""Numbers with so many decimals as a quantity or an amount in Kuwaiti dinars has."""
CENTS = [("12322", 2), ("1500", 2), ("0.05", 2), ("-1500", 0), ("1000", 0), ("250000", 0), ("999999999999.99", 2)]


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reasons in English, whatever the language of the page."""
    monkeypatch.setattr(numerals, "gettext", lambda text, **values_: text % values_ if values_ else text)


def read(typed: str) -> str:
    """The value in plain digits, or the reason of the refusal, as in the table."""
    try:
        return f"{number(typed, REASONS['refused'], currency='USD').normalize():f}"
    except ValidationError as error:
        return next(key for key, sentence in REASONS.items() if sentence in str(error))


def test_the_table_has_cases_of_every_kind() -> None:
    found = Counter(case.expected if case.expected in REASONS else "value" for case in cases())

    assert sum(found.values()) >= 4 * 120
    assert set(found) == {*REASONS, "value"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_read_as_the_table_says(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        wrong = [(case, got) for case in cases() if case.language == language and (got := read(case.typed)) != case[2]]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("value", "places"), [*ENTERED, *CENTS])
def test_what_a_page_writes_into_a_field_is_read_back(app: Flask, value: str, places: int, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        texts = [written(Decimal(value), places), written(Decimal(value), places, group=False), localized(value)]

        assert [number(text) for text in texts] == [Decimal(value)] * 3


@pytest.mark.parametrize(("language", "stored"), [("fr", None), ("es", "12345")])
def test_plain_digits_of_the_database_would_be_another_number(app: Flask, language: str, stored: str | None) -> None:
    """Counter-test: in a field in French or Spanish, the stored form of 12.345 is refused or is 12,345."""
    with app.test_request_context(), force_locale(language):
        assert read("12.345") == (stored or "both")
        assert read(localized("12.345")) == "12.345"


@pytest.mark.parametrize("text", ["", "soon", "1e3", "1 500", "1.500 ", "1,5", "12.3456789012"])
def test_a_text_that_is_no_stored_number_is_shown_unchanged(app: Flask, text: str) -> None:
    with app.test_request_context(), force_locale("fr"):
        assert localized(text) == text


def test_a_number_with_two_readings_is_refused_with_two_numbers_that_are_accepted(app: Flask) -> None:
    for language in LANGUAGES:
        with app.test_request_context(), force_locale(language):
            refused = [case.typed for case in cases() if case.language == language and case.expected == "both"]
            for typed in refused:
                with pytest.raises(ValidationError) as error:
                    number(typed, currency="USD")
                both = str(error.value).partition(" can mean ")[2].partition(". Enter one")[0].split(" or ")
                assert len({number(text) for text in both}) == 2


@pytest.mark.ground("small_draft")
@pytest.mark.parametrize(
    ("language", "typed", "saved"),
    [
        ("en", "0,500", "0.5"),
        ("en", "1,2345", "Enter an amount in USD with at most 2 decimal places."),
        ("en", "1.500,000", "1500"),
        ("en", "1,500", "1500"),
        ("en", "1e3", "Enter the number in full, such as 100,000."),
        ("en", "1_0", "of the budget as an amount, such as 1,250."),
        ("en", "12,32,2.00", "of the budget as an amount, such as 1,250."),
        ("fr", "1,500", "“1,500” can mean 1500 or 1,5. Enter one of these instead."),
        ("fr", "1.500", "“1.500” can mean 1500 or 1,5. Enter one of these instead."),
        ("fr", "1 500,25 USD", "1500.25"),
        ("es", "1.500,25", "1500.25"),
        ("es", "1.500", "1500"),
        ("ar", "\u0661\u066c\u0665\u0660\u0660\u066b\u0662\u0665", "1500.25"),
    ],
)
def test_a_budget_holds_what_its_writer_meant_or_nothing(app: Flask, language: str, typed: str, saved: str) -> None:
    """The pages are in the language of the writer, who follows its habits; only the reasons are in English here."""
    with app.app_context(), transaction():
        world.found().people["mg1"].language = language
        world.recorded()
    client, id = started(app)
    there = f"/applications/{id}/write"

    client.submit(client.get(there), there, **{"budget-0-unit_cost": typed})

    cost, page = drafted(app, id).lines[0].unit_cost, client.get(there)
    if cost is None:
        assert saved in unescape(page.text)
        assert page.page.form(there).fields["budget-0-unit_cost"] == [typed]
    else:
        assert f"{cost.normalize():f}" == saved


@pytest.mark.ground("small_draft")
def test_a_refused_number_in_the_form_of_a_stored_one_is_not_read_as_one(app: Flask) -> None:
    """A number in a table is stored as text: 1.500 with two readings stays refused, and is shown as it was typed."""
    question = Question(
        key="sites", kind="table", label="Sites", columns=(Column(key="people", title="People", kind="number"),)
    )
    with app.test_request_context():
        row = rows_of(question, MultiDict({"sites-0-people": "1.500"}), "USD").rows[0]
        stored_ = row.texts()
        again = stored_cells(question, [stored_])[0]["people"]
        shown = rows_of(question, MultiDict({"sites-0-people": again}), "USD").rows[0]

    with pytest.raises(ValueError, match="not a value of its form"):
        values.number(stored_["people"])
    assert (text_of(shown["people"]), len(shown["people"].errors)) == ("1.500", 1)
    assert values.number("1.500") == Decimal("1.5")  # what the text would be without its mark


def test_the_habits_of_two_languages_are_ambiguous_where_they_differ() -> None:
    english, french = numerals.HABITS["en"], numerals.HABITS["fr"]

    assert english & english == english
    assert english & french == Habits(comma=BOTH, dot=BOTH)
    assert Habits(THOUSANDS, DECIMALS) & Habits(THOUSANDS, BOTH) == Habits(THOUSANDS, BOTH)


def test_a_french_writer_on_an_english_page_may_follow_either_language(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Writer:
        is_authenticated, language = True, "fr"

    with app.test_request_context(), force_locale("en"):
        assert read("1,500") == "1500"
        monkeypatch.setattr(numerals, "current_user", Writer())
        assert (read("1,500"), read("1.234"), read("1 500,00")) == ("both", "both", "1500")
        assert written(Decimal(1500), 0) == "1500"
