"""A custom programme is one file: every page, rule and letter uses it without any other change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.request import Request

import pytest
from flask import Flask

import reports
from config import Settings
from grants.db import db, now, today
from grants.demo.browser import OK, Unexpected, Visitor
from grants.demo.page_reader import Page
from grants.demo.proposals import Review
from grants.demo.story import begin, check_and_pass, number_in, score, send, write
from grants.models import Application, Document
from grants.web import create_app
from reports.snapshots import parse
from tests import world as scene
from tests.browser import Careful, signed_in
from tests.reports.reading import words
from tests.workflows.test_programmes import TRAVEL
from tests.world import WHY, World
from workflows.programmes import read_also

pytestmark = pytest.mark.sweep

TITLE = "A seat at the regional forum"
REQUEST = {
    "title": TITLE,
    "summary": WHY,
    "meeting": "The regional forum, Nairobi",
    "months": "1",
    "budget-0-what": "Ticket",
    "budget-0-category": "travel",
    "budget-0-quantity": "1",
    "budget-0-unit_cost": "1200.00",
    "declares_true": "y",
    "declares_once": "y",
}


class Inside(Visitor):
    """A person whose browser calls the application without a socket and rejects pages that break our rules."""

    def __init__(self, client: Careful) -> None:
        super().__init__("http://localhost")
        self.client = client

    def _fetch(self, request: Request) -> Page:
        answer = self.client.open(
            request.full_url,
            method=request.get_method(),
            data=request.data,
            content_type="application/x-www-form-urlencoded",
            follow_redirects=True,
        )
        self.status, self.address, self.page = answer.status_code, answer.request.url, Page(answer.text)
        if self.status != OK:
            raise Unexpected(f"{self.address} answered {self.status}: {self._words()}")
        return self.page


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The web application of an operator who has put one file into a separate folder."""
    folder = tmp_path / "programmes"
    folder.mkdir()
    (folder / "travel.py").write_text(TRAVEL)
    made = create_app(replace(settings, programmes=(str(folder),)))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()
    read_also(())


@pytest.fixture
def world(app: Flask) -> World:
    """People and a fund, and no call."""
    with app.app_context():
        return scene.build(programmes=())


def at_work(app: Flask, world: World, name: str) -> Inside:
    """The browser of a person."""
    return Inside(signed_in(app, world.people[name]))


def opened(app: Flask, world: World) -> int:
    """Set up a call by an officer, allocate money to it by finance, and open it; returns its number."""
    assert world.fund is not None
    olga, fay = at_work(app, world, "olga"), at_work(app, world, "fay")
    with app.app_context():
        opens_at = f"{now():%Y-%m-%dT%H:%M}"
    olga.open("/office/calls/new")
    olga.send("/new", programme="TRV", title="Travel 2027", fund=str(world.fund.id), opens_at=opens_at, closes_at="")
    call = number_in(olga.address)
    fay.open(f"/funds/{world.fund.id}")
    fay.send("/envelope", call=str(call), amount="10000.00")
    olga.open(olga.address)
    olga.send("/open")
    return call


def sent(app: Flask, world: World, call: int) -> int:
    """Let the chapter write and submit its application; returns its number."""
    with app.app_context():
        starts_on = f"{today() + timedelta(days=60)}"
    mia = at_work(app, world, "mg1")
    request = begin(mia, call)
    write(mia, request, {**REQUEST, "starts_on": starts_on})
    send(mia, request, "submit")
    return request


def awarded(app: Flask, world: World, request: int) -> None:
    """Olga completes the checks and invites Rex, who recommends funding; Omar awards it."""
    olga, omar = at_work(app, world, "olga"), at_work(app, world, "omar")
    check_and_pass(olga, request)
    olga.open(f"/applications/{request}/reviewers")
    olga.send("/reviewers", reviewer=str(world.people["rex"].id))
    points, comments = dict.fromkeys(("need", "value"), 4), dict.fromkeys(("need", "value"), WHY)
    review = Review(points, comments, strengths=WHY, concerns=WHY, fund=True, amount=Decimal("1200.00"))
    score(at_work(app, world, "rex"), TITLE, review)
    omar.open(f"/applications/{request}")
    omar.send("/transitions/award", amount="1200.00", conditions="", confirmed="yes")


@pytest.mark.sweep
def test_one_short_file_is_a_programme_from_the_call_to_the_letter(app: Flask, world: World) -> None:
    assert len(TRAVEL.splitlines()) <= 60

    request = sent(app, world, opened(app, world))
    awarded(app, world, request)

    with app.app_context():
        row = db.session.get_one(Application, request)
        letter = db.session.query(Document).filter_by(application_id=request, kind="award_letter").one()
        assert letter.snapshot is not None
        text = words(reports.render(parse(letter.snapshot.data)).pdf)
    assert (row.step, row.reference) == ("agreement", f"TRV-{letter.ordered_at:%Y}-0001")
    assert [fact for fact in (letter.number, "Travel 2027", TITLE, "1 200,00 USD") if fact not in text] == []


def test_the_programme_has_its_own_rules(app: Flask, world: World) -> None:
    page = at_work(app, world, "mg1").open(f"/calls/{opened(app, world)}")

    assert "USD 2,000" in " ".join(page.text.split())


def test_only_the_file_adds_the_programme(app: Flask, world: World) -> None:
    """Counter-test: without the folder, no one is offered the programme."""
    with_it = at_work(app, world, "olga").open("/office/calls/new").form("/new").offered["programme"]

    read_also(())

    without = at_work(app, world, "olga").open("/office/calls/new").form("/new").offered["programme"]
    assert set(with_it) - set(without) == {"TRV"}
