"""The parts of a divided amount add up to it, in the smallest unit of its currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflows.apportionment import apportioned, least, misapportioned

D = Decimal


@pytest.mark.parametrize(
    ("amount", "weights", "places", "parts"),
    [
        (D("12322.00"), [60, 40], 2, ["7393.20", "4928.80"]),
        (D("100.00"), [1, 1, 1], 2, ["33.34", "33.33", "33.33"]),
        (D("0.02"), [1, 1, 1], 2, ["0.01", "0.01", "0.00"]),
        (D(1000), [60, 40], 0, ["600", "400"]),
        (D(7), [50, 50], 0, ["4", "3"]),
        (D("1.000"), [1, 2], 3, ["0.333", "0.667"]),
        (D("5.00"), [5], 2, ["5.00"]),
    ],
)
def test_the_parts_follow_their_weights_and_add_up_to_the_amount(
    amount: Decimal, weights: list[int], places: int, parts: list[str]
) -> None:
    found = apportioned(amount, [D(weight) for weight in weights], places)

    assert found == [D(part) for part in parts]
    assert sum(found) == amount


def test_no_division_loses_money_or_gives_a_line_more_than_requested() -> None:
    asked = [D("0.01"), D("3333.33"), D("19.99"), D("1200.00"), D("7.77")]

    for cents in range(1, 4562, 37):
        amount = D(cents) + D("0.10")
        parts = apportioned(amount, asked, 2)

        assert sum(parts) == amount
        assert all(0 <= part <= most for part, most in zip(parts, asked, strict=True))
        assert all(part == round(part, 2) for part in parts)


def test_lines_that_add_up_to_the_award_are_accepted() -> None:
    assert misapportioned([D(3), D(4)], [D(5), D(4)], D(7), "USD") == ()


def test_lines_above_the_request_and_a_wrong_sum_are_reported_together() -> None:
    text_found = misapportioned([D(6), D(5)], [D(5), D(5)], D(7), "USD")

    assert [str(message) for message in text_found] == [
        "Enter USD 5 or less in line 1: that is what you requested.",
        "The lines add up to USD 11, but the award is USD 7.",
    ]


@pytest.mark.parametrize("percents", [(100,), (60, 40), (50, 30, 20), (1, 99), (33, 33, 34)])
@pytest.mark.parametrize("places", [0, 2, 3])
def test_the_least_amount_gives_every_part_something(percents: tuple[int, ...], places: int) -> None:
    weights, unit = [D(percent) for percent in percents], D(1).scaleb(-places)

    amount = least(weights, places)

    assert all(part >= unit for part in apportioned(amount, weights, places))
    assert len(percents) == 1 or min(apportioned(amount / 100, weights, places)) < unit
