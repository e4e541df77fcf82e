"""The pages of funds: they equal the ledger, and only available money can be allocated."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from grants.db import db
from grants.forms.funds import CURRENCIES
from grants.models import Account, Award, Call, Fund
from tests import world as w
from tests.browser import signed_in
from tests.web.reading import ledger, statements

CELL = re.compile(r"<td class=\"num\"[^>]*>(?:<b>)?([\d,]+\.\d\d)(?:</b>)?</td>")


@pytest.fixture(scope="session")
def ground(large: str) -> str:
    """A test begins with a fund of 1,000,000.00 and an envelope of 100,000.00; some also with an award."""
    return large


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


def sums(page: TestResponse) -> list[Decimal]:
    """The last row of the table of envelopes: allocated, left, awarded, planned, payable, at the bank, paid."""
    foot = page.get_data(as_text=True).partition("<tfoot>")[2].partition("</tfoot>")[0]
    return [Decimal(figure.replace(",", "")) for figure in CELL.findall(foot)]


@pytest.mark.ground("active")
def test_the_page_of_a_fund_equals_the_ledger(app: Flask, world: w.World) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        w.paid(world, award)
        w.reported(world, award, 1)
        w.awarded(world, chapter="bo")
        booked = ledger(Account.fund_id, 1)

    shown = sums(signed_in(app, world.people["uma"]).get("/funds/1"))

    awarded = booked["committed"] + booked["payable"] + booked["in_transit"] + booked["paid"]
    assert shown == [
        booked["envelope"] + awarded,
        booked["envelope"],
        awarded,
        booked["committed"],
        booked["payable"],
        booked["in_transit"],
        booked["paid"],
    ]
    assert shown == [Decimal(n) for n in (100_000, 80_000, 20_000, 10_000, 4_000, 0, 6_000)]


def test_money_is_allocated_once_however_often_the_form_is_sent(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])
    page = fay.get("/funds/1")

    answers = [fay.submit(page, "/funds/1/envelope", amount="50,000.00").status_code for _ in range(2)]

    assert answers == [302, 302]
    assert sums(fay.get("/funds/1"))[0] == 150_000


def test_with_another_key_the_same_form_sets_money_aside_twice(app: Flask, world: w.World) -> None:
    """Counter-test: only the key in the form distinguishes a repeated request from a second one."""
    fay = signed_in(app, world.people["fay"])
    page = fay.get("/funds/1")

    answers = [
        fay.submit(page, "/funds/1/envelope", amount="50,000.00", idempotency_key=key).status_code
        for key in ("one", "two")
    ]

    assert answers == [302, 302]
    assert sums(fay.get("/funds/1"))[0] == 200_000


def test_more_than_there_is_stays_where_it_is_and_the_field_says_why(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])

    answer = fay.submit(fay.get("/funds/1"), "/funds/1/envelope", amount="900000.01")

    assert answer.status_code == 422
    assert "Only USD\N{NO-BREAK SPACE}900,000.00 is available. Enter that amount or less." in answer.page.text
    assert answer.page.form("/funds/1/envelope").fields["amount"] == ["900000.01"]
    with app.app_context():
        assert ledger(Account.fund_id, 1)["available"] == 900_000


def test_zero_or_an_invalid_amount_is_refused(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])
    page = fay.get("/funds/1")

    answers = [
        fay.submit(page, "/funds/1/envelope", amount=amount).status_code
        for amount in ("0", "-5", "1.005", "much", "", "9" * 40, "NaN")
    ]

    assert answers == [422] * 7


def test_a_call_of_another_fund_receives_nothing(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])
    fay.submit(
        fay.get("/funds/new"),
        "/funds",
        title="2027 contribution",
        year="2027",
        currency="eur",
        amount="1000",
        confirmed="yes",
    )
    page = fay.get("/funds/1")
    with app.app_context():
        call, token = db.session.scalars(select(Call.id)).one(), page.page.form("/sign-out").fields["csrf_token"]

    answer = fay.post("/funds/2/envelope", data={"call": call, "amount": "10", "csrf_token": token})

    assert answer.status_code == 422


def test_a_contribution_opens_a_fund_in_its_own_currency(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])

    answer = fay.submit(
        fay.get("/funds/new"),
        "/funds",
        confirmed="yes",
        title="Kuwait",
        year="2026",
        currency="KWD",
        amount="1,000.125",
        source="A gift",
    )

    assert "KWD\N{NO-BREAK SPACE}1,000.125" in fay.get(answer.location).page.text


def test_two_funds_of_the_same_name_are_refused_beside_the_field(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])

    answer = fay.submit(
        fay.get("/funds/new"),
        "/funds",
        title="2026 contribution",
        year="2026",
        currency="USD",
        amount="1",
        confirmed="yes",
    )

    assert answer.status_code == 422
    assert "A fund with this name already exists." in answer.page.text
    with app.app_context():
        assert len(list(db.session.scalars(select(Fund)))) == 1


def test_only_finance_allocates_money(app: Flask, world: w.World) -> None:
    read = {
        name: signed_in(app, world.people[name]).get("/funds/1").status_code
        for name in ("fay", "olga", "pia", "uma", "mg1", "ada")
    }
    forms = {
        name: "/envelope" in signed_in(app, world.people[name]).get("/funds/1").get_data(as_text=True)
        for name in ("fay", "olga", "pia", "uma")
    }

    assert read == {"fay": 200, "olga": 200, "pia": 200, "uma": 200, "mg1": 403, "ada": 403}
    assert forms == {"fay": True, "olga": False, "pia": False, "uma": False}


def test_the_pages_stay_within_their_number_of_queries(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])

    with statements(app) as sent:
        fay.get("/funds")

    assert len(sent) <= 12, sent


@pytest.mark.ground("awarded")
def test_money_not_awarded_can_be_taken_back_from_a_call_and_is_in_the_history(app: Flask, world: w.World) -> None:
    fay = signed_in(app, world.people["fay"])
    there = "/funds/1/envelope"

    too_much = fay.submit(fay.get("/funds/1"), there, call="1", way="back", amount="90,000.01")
    taken = fay.submit(fay.get("/funds/1"), there, call="1", way="back", amount="90,000")
    fay.submit(fay.get("/funds/1"), there, call="1", way="aside", amount="5,000")
    page = fay.get("/funds/1")

    assert (too_much.status_code, taken.status_code) == (422, 302)
    assert sums(page)[:3] == [Decimal(15_000), Decimal(5_000), Decimal(10_000)]
    reported = page.page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "USD 90,000.00 returned from “BTN-L round”" in reported
    assert "USD 5,000.00 allocated to “BTN-L round”" in reported


@pytest.mark.parametrize("currency", ["XAU", "usd dollar"])
def test_a_fund_needs_an_existing_currency(app: Flask, world: w.World, currency: str) -> None:
    fay = signed_in(app, world.people["fay"])

    answer = fay.submit(
        fay.get("/funds/new"), "/funds", title="Gold", year="2026", currency=currency, amount="5.00", source="x"
    )

    assert answer.status_code == 422
    assert "Enter the three-letter currency code, such as USD." in wrong(answer)
    assert "characters" not in " ".join(wrong(answer))


def wrong(answer: TestResponse) -> list[str]:
    """What the page says beside its fields."""
    return re.findall(r'<p class="error"[^>]*>([^<]+)</p>', answer.text)


@pytest.mark.parametrize("year", ["this year", "1999", "2101", "2026.5"])
def test_a_year_that_is_none_of_ours_is_refused_with_one_sentence(app: Flask, world: w.World, year: str) -> None:
    fay = signed_in(app, world.people["fay"])

    answer = fay.submit(
        fay.get("/funds/new"), "/funds", title="Late", year=year, currency="USD", amount="5.00", confirmed="yes"
    )

    assert answer.status_code == 422
    assert wrong(answer) == ["Enter a year from 2000 to 2100."]


@pytest.mark.parametrize("amount", ["0", "-5", "much"])
def test_a_contribution_and_an_allocation_are_above_zero(app: Flask, world: w.World, amount: str) -> None:
    fay = signed_in(app, world.people["fay"])

    contribution = fay.submit(
        fay.get("/funds/new"), "/funds", title="None", year="2027", currency="USD", amount=amount, confirmed="yes"
    )
    allocation = fay.submit(fay.get("/funds/1"), "/funds/1/envelope", call="1", way="aside", amount=amount)

    assert [answer.status_code for answer in (contribution, allocation)] == [422, 422]
    assert [wrong(answer) for answer in (contribution, allocation)] == [
        ["Enter an amount above zero, such as 1,250."],
        ["Enter an amount above zero, such as 1,250."],
    ]


def test_the_currencies_of_our_countries_are_accepted() -> None:
    assert {"USD", "EUR", "XOF", "XAF", "XPF", "XCD", "MGA", "JPY", "KWD"} <= CURRENCIES
    assert not {"XXX", "XAU", "XTS", "XDR", "DEM", "FRF"} & CURRENCIES
