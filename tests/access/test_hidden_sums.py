"""No page tells of an application that is hidden by a conflict of interest or by what a person did for its applicant.

The pages are found by following the links, beginning with those of the navigation. The hidden grant is the only one of
its call and of its fund, so that every sum over these would be its amount.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask

from grants.access.principals import load_principal
from grants.db import db, now, today, transaction
from grants.models import Application, Award, Call, Membership, MoreTime, Report
from grants.queries import calls, withheld
from grants.services import calls as commands
from grants.services import locking, persons
from tests import world as w
from tests.browser import Careful, browser
from tests.prepared import Prepare
from tests.web.reading import conflict, words
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

BEGIN = ("/inbox", "/applications", "/awards", "/reports", "/funds", "/office/calls", "/batches", "/batches?ended=1")
PUBLIC = re.compile(r"^/$|^/calls/|^/check|^/sign|^/static|^/failures|^/documents")
"""Pages with the same figures for everybody, those that show no application, and files."""
STAFF = (Role.OFFICER, Role.APPROVER, Role.FINANCE, Role.AUDITOR)
AMOUNT, TITLE, APPLICANT = Decimal(12_322), "zephyr", "Chapter MG"
SUMS = ("12,322", "12.322", "87,678", "7,393.20", "4,928.80")
"""The amount of the hidden grant, what it leaves of the envelope of 100,000, and its instalments."""
WITHHELD = "means that an amount is not shown to you"
MOST = 200


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A grant of one chapter, partly paid, with an overdue report; beside it an application of each chapter."""
    return prepare("hidden_sums", begin)


def begin() -> None:
    """Fill the database: Con has a conflict of interest, and Ina has left the chapter; Zoe has neither."""
    made = w.build(programmes=("BTN-L", "BTN-S"))
    with transaction():
        for name in ("con", "ina", "zoe"):
            made.people[name] = w.person(name)
        persons.join(made.people["ina"], made.chapters["mg"], actor=w.SYSTEM)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(w, "WORD", TITLE)
        award = w.active(made, amount=int(AMOUNT))
    w.paid(made, award)
    _others(made, award)
    with transaction():
        ina = db.session.query(Membership).filter_by(person_id=made.people["ina"].id).one()
        locking.hold(made.people["ina"])
        ina.ended_at = now()
        w.recorded()
    with transaction():
        locking.hold(*(made.people[name] for name in ("con", "ina", "zoe")))
        for name in ("con", "ina", "zoe"):
            for role in STAFF:
                persons.appoint(made.people[name], role, actor=w.SYSTEM)
    conflict(made.people["con"], award.application)


def _others(made: w.World, award: Award) -> None:
    """What stands beside the grant: two applications, more time for the chapter, and its first report overdue."""
    row = w.in_review(made, chapter="bo")
    w.review(made, row)
    w.in_review(made, "BTN-S", amount=4_000)
    with transaction():
        commands.give_time(
            db.session.get_one(Call, made.calls["BTN-L"].id),
            organisation=made.chapters["mg"],
            until=now().replace(year=now().year + 1),
            reason="The line was down.",
            actor=made.actor("olga", Role.OFFICER),
        )
    with transaction():
        report = db.session.query(Report).filter_by(award_id=award.id).order_by(Report.number).first()
        assert report is not None
        locking.hold(award.application)
        report.due_on = today().replace(year=today().year - 1)
        w.recorded()


def walked(client: Careful) -> dict[str, str]:
    """The text of each page that links lead to from the navigation, by address."""
    found: dict[str, str] = {}
    waiting = list(BEGIN)
    while waiting:
        address = waiting.pop(0).partition("#")[0]
        if address in found or not address.startswith("/") or PUBLIC.match(address):
            continue
        answer = client.get(address, follow_redirects=True)
        if answer.mimetype != "text/html":
            continue
        assert answer.status_code == 200, address
        found[address] = words(answer).replace("\xa0", " ")
        waiting += answer.page.hrefs
        assert len(found) < MOST, sorted(found)
    return found


def read(client: Careful, *addresses: str) -> dict[str, str]:
    """The text of these pages, by address."""
    return {address: words(client.get(address)).replace("\xa0", " ") for address in addresses}


def revealed(app: Flask, pages: dict[str, str], *, applicant: bool) -> dict[str, list[str]]:
    """What each page tells of the hidden grant. applicant: with the name of the chapter."""
    with app.app_context():
        award = db.session.query(Award).one()
        numbers = [award.number, award.application.reference or "", award.agreement.number]
    secrets = [*SUMS, TITLE, *numbers, *([APPLICANT] if applicant else [])]
    named = {address: [secret for secret in secrets if secret in text] for address, text in pages.items()}
    return {address: found for address, found in named.items() if found}


@pytest.mark.sweep
def test_someone_from_whom_nothing_is_hidden_reads_of_the_grant_on_all_these_pages(app: Flask) -> None:
    """Counter-test: the walk reaches the pages with the sums, and finds what it looks for."""
    found = revealed(app, walked(browser(app, "zoe")), applicant=True)

    sums = {address: [one for one in secrets if one in SUMS] for address, secrets in found.items()}
    everywhere = ("/funds", "/funds/1", "/office/calls", "/office/calls/1", "/awards", "/applications/1", "/batches/1")
    assert {address for address in everywhere if "12,322" in sums[address] or "7,393.20" in sums[address]} == {
        *everywhere
    }
    assert "87,678" in sums["/applications/2"]
    assert APPLICANT in found["/office/calls/1"]


def test_a_conflict_hides_the_grant_from_every_page(app: Flask) -> None:
    """Another application of the same chapter is not hidden, so the pages name the chapter."""
    pages = walked(browser(app, "con"))

    assert revealed(app, pages, applicant=False) == {}
    assert APPLICANT not in pages["/office/calls/1"]
    assert [address for address, text in pages.items() if WITHHELD in text] == [
        "/funds", "/office/calls", "/funds/1", "/office/calls/1",
    ]  # fmt: skip


@pytest.mark.sweep
def test_former_involvement_hides_the_applicant_as_well(app: Flask) -> None:
    pages = walked(browser(app, "ina"))

    found = revealed(app, pages, applicant=True)
    assert found == {}
    assert {"/funds/1", "/office/calls/1", "/applications/2"} <= set(pages)


@pytest.mark.parametrize("name", ["con", "ina"])
def test_without_it_the_sums_tell_the_amount(app: Flask, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withheld, "of", lambda _: withheld.NOTHING)

    sums = ("/funds", "/funds/1", "/office/calls", "/office/calls/1")
    found = revealed(app, read(browser(app, name), *sums, "/applications/2"), applicant=False)

    assert {*sums} <= set(found)
    assert found["/applications/2"] == ["87,678"]


def test_what_is_allocated_is_still_shown(app: Flask) -> None:
    pages = read(browser(app, "con"), "/funds/1", "/office/calls/1")

    assert (
        "Received USD 1,000,000.00 Available to allocate USD 800,000.00 Allocated USD 200,000.00" in pages["/funds/1"]
    )
    assert "Envelope USD 100,000.00 Awarded – Remaining –" in pages["/office/calls/1"]
    assert "No grants that you can see" in pages["/funds/1"]


@pytest.mark.parametrize(("name", "sentence"), [("con", "Less than this amount is available."), ("zoe", "87,678.00")])
def test_a_refused_return_names_no_amount_that_is_withheld(app: Flask, name: str, sentence: str) -> None:
    client = browser(app, name)

    answer = client.submit(client.get("/funds/1"), "/envelope", call="1", way="back", amount="99,000.00")

    assert answer.status_code == 422
    assert sentence in words(answer).replace("\xa0", " ")
    assert ("87,678" in answer.text) == (name == "zoe")


def test_more_time_of_the_hidden_applicant_is_left_out(app: Flask) -> None:
    with app.app_context():
        people, call = w.found().people, db.session.query(Application).filter_by(asked=AMOUNT).one().call
        assert db.session.query(MoreTime).count() == 1
        given = {name: len(calls.given(call, load_principal(people[name]))) for name in ("con", "ina", "zoe")}

    assert given == {"con": 0, "ina": 0, "zoe": 1}


@pytest.mark.parametrize(("name", "whole"), [("zoe", True), ("con", False), ("ina", False)])
def test_limits_are_shown_where_no_grant_of_the_organisation_is_hidden(app: Flask, name: str, *, whole: bool) -> None:
    with app.app_context():
        ids = {key: row.id for key, row in w.found().chapters.items()}
    client = browser(app, name)

    mg, bo = (words(client.get(f"/organisations/{ids[key]}")).replace("\xa0", " ") for key in ("mg", "bo"))

    assert ("Current grants 1 (maximum 2)" in mg, "Remaining limit" in mg) == (whole, whole)
    assert ("Current grants that you can see 0" in mg) != whole
    assert "Remaining limit USD 55,000" in bo
