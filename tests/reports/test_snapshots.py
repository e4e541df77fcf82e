"""Snapshots store exactly what a letter says, and reject invalid data."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from reports.snapshots import Condition, Duty, Instalment, Quote, Snapshot, parse
from reports.snapshots.facts import NEVER_PRINTED
from tests.reports import examples

EVERY_KIND = (examples.award_letter, examples.decline_letter, examples.receipt, examples.impact_report)


def complaints(make: Callable[[], object]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        make()
    return [error["msg"].removeprefix("Value error, ") for error in caught.value.errors()]


@pytest.mark.parametrize("make", EVERY_KIND)
def test_a_snapshot_stored_as_json_is_restored_unchanged(make: Callable[[], Snapshot]) -> None:
    snapshot = make()

    stored = json.loads(json.dumps(snapshot.model_dump(mode="json")))

    assert parse(stored) == snapshot


@pytest.mark.parametrize("make", EVERY_KIND)
def test_a_snapshot_cannot_be_changed(make: Callable[[], Snapshot]) -> None:
    snapshot = make()

    with pytest.raises(ValidationError):
        snapshot.number = "another"


def test_exactly_controls_surrogates_and_characters_that_turn_the_text_are_removed() -> None:
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    wanted = {
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) in {"Cc", "Cs"} or unicodedata.bidirectional(char) in turning
    }

    assert set(NEVER_PRINTED.findall("".join(map(chr, range(sys.maxunicode + 1))))) == wanted
    assert len(wanted) > 2_000


def test_an_unknown_field_or_kind_is_refused() -> None:
    stored = examples.award_letter().model_dump(mode="json")

    assert complaints(lambda: parse({**stored, "iban": "X"})) == ["Extra inputs are not permitted"]
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        parse({**stored, "kind": "love_letter"})


def test_instalments_sum_to_the_amount() -> None:
    wrong = (Instalment(number=1, amount=Decimal("12321.99")),)

    assert complaints(lambda: examples.award_letter(instalments=wrong)) == ["the instalments do not sum to the amount"]


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "1.5"), ("USD", "1.505"), ("KWD", "1.5055")])
def test_an_amount_has_no_more_decimals_than_its_currency(currency: str, amount: str) -> None:
    one = (Instalment(number=1, amount=Decimal(amount)),)

    text_found = complaints(lambda: examples.award_letter(amount=amount, currency=currency, instalments=one))

    assert text_found == [f"an amount has more decimals than {currency} has"]


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "15"), ("JPY", "1E+3"), ("USD", "1.50"), ("KWD", "1.505")])
def test_an_amount_with_the_decimals_of_its_currency_is_accepted(currency: str, amount: str) -> None:
    one = (Instalment(number=1, amount=Decimal(amount)),)

    letter = examples.award_letter(amount=amount, currency=currency, instalments=one)

    assert letter.amount == Decimal(amount)


@pytest.mark.parametrize("amount", [0.1, "NaN", "Infinity", "-1", "1" * 40])
def test_an_amount_that_is_not_an_exact_decimal_is_refused(amount: object) -> None:
    assert complaints(lambda: examples.receipt(asked=amount)) != []


def test_an_unknown_currency_is_refused() -> None:
    assert complaints(lambda: examples.receipt(currency="XQQ")) == ["XQQ is not an ISO 4217 currency code"]


def test_control_and_direction_characters_are_removed_and_nothing_else() -> None:
    dirty = "A\u202eB\x00 \u200fعمر\u0007\t N\u0303andu\u202f!\u2069"

    letter = examples.award_letter(project=dirty)

    assert letter.project == "AB \u200fعمر Ñandu\u202f!"


def test_a_line_is_one_line_and_a_text_keeps_its_lines() -> None:
    report = examples.impact_report(title="One\r\ntwo\u2028three", story="One\r\n\r\ntwo\x0bthree")

    assert report.title == "One two three"
    assert report.story == "One\n\ntwo\nthree"


@pytest.mark.parametrize("title", ["", " \n ", "\u202e", "x" * 401])
def test_a_line_is_not_empty_and_has_a_maximum_length(title: str) -> None:
    assert len(complaints(lambda: examples.award_letter(project=title))) == 1


@pytest.mark.parametrize("address", ["ftp://example.org/", "javascript:alert(1)", "https://", "https://a b", "/v/1"])
def test_the_verification_address_is_a_web_address(address: str) -> None:
    text_found = complaints(lambda: examples.award_letter(check_url=address))

    assert text_found == ["a web address starts with http:// or https:// and has no spaces"]


def test_a_condition_about_a_report_names_the_report_and_its_date() -> None:
    day = date(2026, 8, 15)
    named = "report_approved, and nothing else, names its report and due_on"
    numbered = "a progress report, and no other, has a report_number"

    assert complaints(lambda: Condition(key="report_approved")) == [named]
    assert complaints(lambda: Condition(key="bank_verified", report="final", due_on=day)) == [named]
    assert complaints(lambda: Condition(key="report_approved", report="progress", due_on=day)) == [numbered]


def test_a_task_is_complete() -> None:
    day = date(2026, 8, 15)

    assert complaints(lambda: Duty(by=day, deed="sign_agreement")) == ["sign_agreement needs about"]
    assert complaints(lambda: Duty(by=day, deed="send_report")) == ["send_report, and nothing else, names its report"]


def test_quotes_without_consent_are_refused() -> None:
    assert len(complaints(lambda: Quote(words="Mine", name="V. Rasoa (demo)", consent=False))) == 1  # type: ignore[arg-type]


def test_an_impact_report_whose_payments_do_not_sum_is_refused() -> None:
    assert complaints(lambda: examples.impact_report(paid="12000.00")) == ["the payments do not sum to what was paid"]


def test_a_receipt_stores_its_time_in_utc_to_the_second() -> None:
    letter = examples.receipt(submitted_at="2025-11-30T23:41:07.9+03:00")

    assert letter.submitted_at.isoformat() == "2025-11-30T20:41:07+00:00"
