"""Amounts in dinars, yen and dollars stand side by side and are never added."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from grants.access.principals import load_principal
from grants.db import db, transaction
from grants.models import Award, Call, Fund, Organisation
from grants.queries import calls as call_queries
from grants.queries import organisations
from grants.queries.cases import organisations as organisation_cases
from grants.queries.cases.organisations import applicant, applicant_of
from grants.queries.money import batches, figures, funds
from grants.services import calls
from grants.services.money import funds as contributions
from tests import world as w
from tests.browser import Answer, Careful, signed_in
from tests.prepared import Prepare
from tests.web.reading import words
from workflows.cases import Applicant
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

CURRENCIES = {"USD": 9_000, "JPY": 30_000, "KWD": 8_000}
"""What is awarded in each currency."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A fund and an open call of BTN-L in each currency.

    Chapter MG holds a grant in dollars and one in yen, and has applied for one in dinars; chapter BO holds one in
    dollars and one in dinars. The first instalment of each grant is payable.
    """
    return prepare("currencies", _fill)


def _fill() -> None:
    world = w.build(programmes=("BTN-L",))
    dollars = world.calls["BTN-L"]
    yen, dinars = (_call(world, currency) for currency in ("JPY", "KWD"))
    world.calls["BTN-L"] = dinars
    w.submitted(world, chapter="mg", amount=7_000)
    for call, chapter in ((dollars, "mg"), (dollars, "bo"), (yen, "mg"), (dinars, "bo")):
        world.calls["BTN-L"] = call
        w.active(world, chapter=chapter, amount=CURRENCIES[call.currency])


def _call(world: w.World, currency: str) -> Call:
    with transaction():
        world.fund = contributions.receive(
            title=f"Contribution in {currency}",
            year=2026,
            currency=currency,
            amount=Decimal(900_000),
            source="",
            actor=world.actor("fay", Role.FINANCE),
        )
    with transaction():
        return w.open_call(world, "BTN-L", 100_000)


def chapter(name: str) -> Organisation:
    """A chapter of the data set."""
    return w.found().chapters[name]


def test_an_organisation_holds_an_amount_in_each_currency(app: Flask) -> None:
    with app.app_context():
        facts = applicant(chapter("mg"))

        assert facts.held == 2
        assert facts.held_amounts == {"JPY": Decimal(30_000), "USD": Decimal(9_000)}


def test_the_page_of_an_application_shows_one_figure_for_each(app: Flask) -> None:
    with app.app_context():
        world = w.found()

    shown = words(signed_in(app, world.people["olga"]).get("/applications/1")).replace("\xa0", " ")

    assert "Current grants 2 active, JPY 30,000 and USD 9,000.00" in shown


def allow_five_grants(app: Flask) -> None:
    """Every call allows five grants at once, so that only their amount is limited."""
    with app.app_context(), transaction():
        for call in db.session.query(Call):
            rules = [{**rule, "params": {**rule["params"], "grants": 5}} if rule["key"] == "held" else rule
                     for rule in call.rules["rules"]]  # fmt: skip
            call.rules = {**call.rules, "rules": rules}
        w.recorded()


def asking(app: Flask) -> tuple[Careful, Answer]:
    """Chapter MG, which holds 9,000 dollars and 30,000 yen, asks for 20,000 dollars; 55,000 dollars are allowed.

    Returns the browser and its page before the submission, which gives every reason against it.
    """
    allow_five_grants(app)
    with app.app_context():
        world = w.found()
        world.calls["BTN-L"] = db.session.query(Call).filter_by(currency="USD").one()
        id = w.draft(world, amount=20_000).id
    client = signed_in(app, world.people["mg1"])
    return client, client.get(f"/applications/{id}/send")


def test_a_grant_in_yen_takes_nothing_from_the_limit_in_dollars(app: Flask) -> None:
    client, page = asking(app)

    assert client.submit(page, "/transitions/submit").status_code == 302


def test_if_yen_counted_as_dollars_the_application_would_be_refused(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def added(*args: Any, **named: Any) -> Applicant:
        facts = applicant_of(*args, **named)
        return replace(facts, held_amounts={"USD": sum(facts.held_amounts.values(), Decimal(0))})

    monkeypatch.setattr(organisation_cases, "applicant_of", added)

    _, page = asking(app)

    assert "USD 55,000" in words(page).replace("\xa0", " ")
    assert [form.action for form in page.page.forms if "/transitions/" in form.action] == []


def test_the_page_of_an_organisation_shows_what_is_left_in_each_currency(app: Flask) -> None:
    allow_five_grants(app)
    with app.app_context():
        world = w.found()
        [holding] = organisations.holdings([world.chapters["mg"].id], load_principal(world.people["mg1"]))

    page = words(signed_in(app, world.people["mg1"]).get(f"/organisations/{world.chapters['mg'].id}"))
    inbox = words(signed_in(app, world.people["mg1"]).get("/inbox"))

    assert (holding.grants, holding.amounts) == (2, {"JPY": Decimal(30_000), "USD": Decimal(9_000)})
    left = "Remaining limit JPY 25,000, KWD 55,000, and USD 46,000"
    assert left in page.replace("\xa0", " ")
    assert left in inbox.replace("\xa0", " ")


def test_funds_calls_and_batches_have_the_sums_of_their_currency(app: Flask) -> None:
    with app.app_context():
        finance = load_principal(w.found().people["fay"])
        rows = {fund.id: fund.currency for fund in db.session.query(Fund)}
        stands = {rows[id]: stand for id, stand in funds.stands(rows, finance).items()}
        given = {call.currency: call_queries.money(call, finance) for call in db.session.query(Call)}
        waiting = {fund.currency: (count, int(total)) for fund, count, total in batches.funds_to_pay(finance)}

    awarded = {"USD": 18_000, "JPY": 30_000, "KWD": 8_000}
    assert {currency: stand.use and stand.use.awarded for currency, stand in stands.items()} == awarded
    assert {currency: money.awarded for currency, money in given.items()} == awarded
    assert waiting == {"USD": (2, 10_800), "JPY": (1, 18_000), "KWD": (1, 4_800)}


def test_the_public_figures_are_those_of_the_currency_with_the_most_awards(app: Flask) -> None:
    """Thirty thousand yen are more than eighteen thousand dollars only as numbers."""
    with app.app_context():
        found = figures.counted()

    assert (found.currency, found.awards, found.promised) == ("USD", 2, Decimal(18_000))


@pytest.mark.parametrize("command", [calls.fund, calls.unfund])
def test_no_amount_is_booked_in_another_currency_than_the_funds(app: Flask, command: object) -> None:
    assert callable(command)
    with app.app_context():
        world = w.found()
        with transaction():
            call = db.session.query(Call).filter_by(currency="USD").one()
            call.currency = "JPY"
            w.recorded()

        with pytest.raises(ValueError, match=f"call {call.id} is in JPY, its fund in USD"), transaction():
            command(call, amount=Decimal(1), actor=world.actor("fay", Role.FINANCE))


def test_every_part_of_an_award_has_the_decimals_of_its_currency(app: Flask) -> None:
    with app.app_context():
        parts = {
            award.currency: [instalment.amount for instalment in award.instalments] for award in db.session.query(Award)
        }

    assert parts == {
        "USD": [Decimal(5_400), Decimal(3_600)],
        "JPY": [Decimal(18_000), Decimal(12_000)],
        "KWD": [Decimal(4_800), Decimal(3_200)],
    }
