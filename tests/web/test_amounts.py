"""An amount that a page writes into a field is parsed back unchanged, in any currency; no number breaks a page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision
from flask import Flask
from flask_babel import force_locale
from wtforms.validators import ValidationError

from grants.forms.base import money
from grants.forms.numerals import DIGITS, number, written


@pytest.mark.parametrize(
    ("amount", "currency", "places", "shown"),
    [
        ("810.000", "KWD", 3, "810"),
        ("1.500", "KWD", 3, "1.5"),
        ("12.345", "KWD", 3, "12.345"),
        ("1234.500", "KWD", 3, "1,234.5"),
        ("0.050", "KWD", 3, "0.05"),
        ("12322.00", "USD", 2, "12,322.00"),
        ("1000", "JPY", 0, "1,000"),
        ("0", "KWD", 3, "0"),
    ],
)
def test_an_amount_is_parsed_back_unchanged(amount: str, currency: str, places: int, shown: str) -> None:
    assert written(Decimal(amount), places) == shown
    assert money(shown, currency) == Decimal(amount)


@pytest.mark.parametrize("locale", ["en", "fr", "es"])
@pytest.mark.parametrize(
    ("amount", "currency"), [("20000.00", "USD"), ("20500", "JPY"), ("20001", "JPY"), ("12345.678", "KWD")]
)
def test_a_recommended_amount_is_parsed_back_in_every_language(
    app: Flask, amount: str, currency: str, locale: str
) -> None:
    with app.test_request_context(), force_locale(locale):
        assert money(written(Decimal(amount), get_currency_precision(currency)), currency) == Decimal(amount)


def test_a_recommended_amount_is_in_the_format_of_the_reader(app: Flask) -> None:
    with app.test_request_context(), force_locale("fr"):
        assert written(Decimal(20000), 2) == "20\N{NARROW NO-BREAK SPACE}000,00"


@pytest.mark.parametrize("text", ["1e9999999", "-1e9999999", "0e-3000000", "1e-2000000", "1e31", "Infinity", "sNaN"])
def test_an_infinite_number_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValidationError, match=r"Enter (a|the) number"):
        number(text)


@pytest.mark.parametrize("whole", ["0", "1,000", "12 345"])
def test_a_number_has_so_many_decimals_at_most(whole: str) -> None:
    longest = "1" * DIGITS

    assert number(f"{whole}.{longest}") == Decimal(f"{whole.replace(',', '').replace(' ', '')}.{longest}")
    with pytest.raises(ValidationError, match="Enter a number"):
        number(f"{whole}.{longest}1")


@pytest.mark.parametrize("text", ["5 USD", "€ 5", "$5"])
def test_a_number_that_is_no_amount_has_no_currency(text: str) -> None:
    with pytest.raises(ValidationError, match="Enter a number, such as"):
        number(text)


@pytest.mark.parametrize(("currency", "read"), [("USD", True), ("AUD", True), ("EUR", False), ("KES", False)])
def test_the_dollar_sign_belongs_to_currencies_with_a_dollar(currency: str, *, read: bool) -> None:
    if read:
        assert number("$5", currency=currency) == 5
    else:
        with pytest.raises(ValidationError, match=f"Enter the amount in {currency}"):
            number("$5", currency=currency)


@pytest.mark.parametrize("text", ["many", "0", "-5"])
def test_an_amount_above_zero_is_asked_for_in_its_own_sentence(app: Flask, text: str) -> None:
    with (
        app.test_request_context(),
        pytest.raises(ValidationError, match=r"Enter an amount above zero, such as 1,250\."),
    ):
        money(text, "USD", above_zero=True)
