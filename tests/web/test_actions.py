"""The actions of a page: their order, what their forms begin with, and the amounts on their buttons."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import Page as Window

from config import ROOT
from grants.db import db
from grants.models import Application, Award
from grants.web.site import assets
from tests import machine
from tests import world as w
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.story.chromium import room
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

SCRIPT = assets.joined(ROOT / "grants" / "static", "js", assets.SCRIPTS).content.decode()
USD = "USD\N{NO-BREAK SPACE}"
REASONS = "The reach of the plan is convincing and its costs are carefully explained."
TYPE = """text => {
  const field = document.getElementById("award-amount"), button = document.querySelector("[data-names]");
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return button.textContent;
}"""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application that three reviewers recommend, before the panel."""
    return prepare("reviewed_twice", reviewed)


@pytest.fixture(scope="session")
def reviewed_small(prepare: Prepare) -> str:
    """A reviewed application on which an officer decides without a panel."""

    def fill() -> None:
        world = w.build(programmes=("BTN-S",))
        w.review(world, w.in_review(world, "BTN-S", amount=2_000))

    return prepare("reviewed_small", fill)


def reviewed() -> None:
    """Build the world with a reviewed application in the panel."""
    world = w.build(programmes=("BTN-L",))
    row = w.in_review(world)
    w.review(world, row)
    w.apply(world, row, "to_panel", "olga", Role.OFFICER)


def recommended(app: Flask, kind: str, **answers: Decimal | None) -> str:
    """The page of the approver after a recommendation of this kind."""
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        given = {"amount": None, "conditions": "", "feedback": REASONS} | answers
        w.apply(world, row, "recommend", "omar", Role.OFFICER, kind=kind, **given)
        person = world.people["pia"]
    return signed_in(app, person).get("/applications/1").text


def test_the_button_names_the_amount_that_was_recommended(app: Flask) -> None:
    assert f">Award {USD}8,000.00</button>" in recommended(app, "award", amount=Decimal(8_000))


@pytest.mark.ground("reviewed_small")
def test_without_a_recommended_amount_the_button_names_none(app: Flask) -> None:
    with app.app_context():
        person = w.found().people["omar"]

    assert ">Award grant</button>" in signed_in(app, person).get("/applications/1").text


def test_a_refused_form_names_the_amount_that_was_typed(app: Flask) -> None:
    recommended(app, "award", amount=Decimal(8_000))
    with app.app_context():
        client = signed_in(app, w.found().people["pia"])

    answer = client.submit(client.get("/applications/1"), "/transitions/award", amount="7,500", conditions="")

    assert answer.status_code == 422
    assert f">Award {USD}7,500.00</button>" in answer.text


@pytest.mark.parametrize(("kind", "amount"), [("award", Decimal(8_000)), ("decline", None)])
def test_only_who_follows_the_recommendation_begins_with_its_reasons(
    app: Flask, kind: str, amount: Decimal | None
) -> None:
    page = recommended(app, kind, amount=amount)

    field = page.partition('id="decline-feedback"')[2].partition("</textarea>")[0]
    assert (REASONS in field) is (kind == "decline")


def test_what_ends_something_stands_below_the_main_action(app: Flask) -> None:
    page = recommended(app, "award", amount=Decimal(8_000))

    places = [page.index(f'class="transition {weight}"') for weight in ("first", "second", "grave")]
    assert places == sorted(places)


@pytest.mark.ground("active")
def test_a_batch_is_released_above_and_cancelled_below(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        w.batch(world, db.session.get_one(Award, 1))
        person = world.people["fox"]

    page = signed_in(app, person).get("/batches/1").text

    assert page.index("Approve 1 payment, USD") < page.index("Cancel batch…")


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    """A window of Chromium."""
    with room(machine.chromium()) as opened:
        yield opened.window()


@pytest.mark.system
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("7000", f"Award {USD}7,000.00"),
        ("7,250.5", f"Award {USD}7,250.50"),
        ("USD 1234567", f"Award {USD}1,234,567.00"),
        ("", "Award grant"),
        ("0", "Award grant"),
        ("7.005", "Award grant"),
        ("many", "Award grant"),
    ],
)
def test_the_button_follows_the_typed_amount(app: Flask, window: Window, typed: str, shown: str) -> None:
    window.goto("about:blank")
    window.set_content(recommended(app, "award", amount=Decimal(8_000)))
    window.add_script_tag(content=SCRIPT)

    assert window.locator("[data-names]").text_content() == f"Award {USD}8,000.00"
    assert window.evaluate(TYPE, typed) == shown
