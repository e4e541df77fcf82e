"""The pages of awards: their amounts equal the ledger, and only people who may see them do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from grants.db import db, now, transaction
from grants.models import Account, Agreement, Application, Award
from grants.queries import cases
from grants.services import locking
from grants.services.money import ledger as book
from tests import world as w
from tests.browser import signed_in
from tests.web.reading import conflict, ledger, money_bar, statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.mark.ground("active")
def test_the_page_of_an_award_equals_the_ledger(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        w.paid(world, award)
        w.reported(world, award, 1)
        booked = ledger(Account.award_id, award.id)

    shown = money_bar(signed_in(app, world.people["olga"]).get(f"/awards/{award.id}"))

    assert shown == {"paid": booked["paid"], "payable": booked["payable"], "planned": booked["committed"]}
    assert shown == {"paid": Decimal(6000), "payable": Decimal(4000), "planned": Decimal(0)}


@pytest.mark.ground("active")
def test_the_page_follows_the_ledger_and_not_the_plan(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        with transaction():
            locking.hold(award)
            book.release([(award, Decimal(1000))], actor=world.actor("fritz", Role.FINANCE))
            w.recorded()

    shown = money_bar(signed_in(app, world.people["fay"]).get(f"/awards/{award.id}"))

    assert shown == {"paid": Decimal(0), "released": Decimal(1000), "payable": Decimal(5000), "planned": Decimal(4000)}


@pytest.mark.ground("active")
def test_an_instalment_shows_which_conditions_are_met(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)

    text = signed_in(app, world.people["mg1"]).get(f"/awards/{award.id}").get_data(as_text=True)

    assert text.count('aria-label="met:"') == 2
    assert text.count('aria-label="pending:"') == 1


@pytest.mark.ground("awarded")
def test_both_sides_sign_on_the_page_and_the_first_instalment_becomes_payable(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        agreement = award.agreement.id
    grantee, approver = signed_in(app, world.people["mg1"]), signed_in(app, world.people["pia"])
    there = f"/awards/{award.id}"

    signed = grantee.submit(
        grantee.get(there), f"/agreements/{agreement}/transitions/sign", name="Mia (demo)", read="yes"
    )
    counter = approver.submit(
        approver.get(there), f"/agreements/{agreement}/transitions/countersign", name="Pia (demo)", read="yes"
    )

    assert [answer.location.partition("?event=")[0] for answer in (signed, counter)] == [there, there]
    with app.app_context():
        assert db.session.get_one(Agreement, agreement).step == "signed"
    assert money_bar(grantee.get(there)) == NOTHING_YET


NOTHING_YET = {"paid": Decimal(0), "payable": Decimal(0), "planned": Decimal(10_000)}


@pytest.mark.ground("awarded")
def test_a_condition_holds_the_first_instalment_until_an_officer_confirms_it(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        w.signed(world, award)
        agreement = award.agreement.id
    grantee, officer = signed_in(app, world.people["mg1"]), signed_in(app, world.people["olga"])
    there, met = f"/awards/{award.id}", f"/agreements/{agreement}/transitions/met"
    before = money_bar(grantee.get(there))

    silent = officer.submit(officer.get(there), met, proof="")
    officer.submit(officer.get(there), met, proof="Her letter of 2 June is on file.")

    assert before == NOTHING_YET
    assert silent.status_code == 422
    assert money_bar(grantee.get(there)) == {"paid": Decimal(0), "payable": Decimal(6000), "planned": Decimal(4000)}
    assert "Her letter of 2 June" in officer.get(f"/applications/{award.application_id}").page.text
    with pytest.raises(LookupError):
        officer.get(there).page.form("/transitions/met")


@pytest.mark.ground("awarded")
def test_the_grantee_cannot_confirm_its_own_condition(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        w.signed(world, award)
    grantee = signed_in(app, world.people["mg1"])

    with pytest.raises(LookupError):
        grantee.get(f"/awards/{award.id}").page.form("/transitions/met")


@pytest.mark.ground("large")
def test_an_award_without_condition_asks_for_no_confirmation(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = w.active(world, conditions="")
    officer = signed_in(app, world.people["olga"])

    with pytest.raises(LookupError):
        officer.get(f"/awards/{award.id}").page.form("/transitions/met")
    assert money_bar(officer.get(f"/awards/{award.id}"))["payable"] == Decimal(6000)
    assert "The condition of the award" not in officer.get(f"/awards/{award.id}").page.text


@pytest.mark.ground("awarded")
def test_another_chapter_cannot_find_the_award(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
    own, other = signed_in(app, world.people["mg2"]), signed_in(app, world.people["bo1"])
    pages = (f"/awards/{award.id}", f"/applications/{award.application_id}/award")

    assert [own.get(page).status_code for page in pages] == [200, 302]
    assert [other.get(page).status_code for page in pages] == [404, 404]


@pytest.mark.ground("awarded")
def test_a_conflict_hides_the_award_from_page_and_list(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        client = signed_in(app, world.people["omar"])
        before = client.get(f"/awards/{award.id}").status_code, award.number in client.get("/awards").page.text
        conflict(world.people["omar"], db.session.get_one(Application, award.application_id))

    after = client.get(f"/awards/{award.id}").status_code, award.number in client.get("/awards").page.text

    assert (before, after) == ((200, True), (404, False))


@pytest.mark.ground("active")
def test_only_finance_sees_a_link_from_the_award_to_its_batch(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        batch = w.paid(world, award)
    link = f'href="/batches/{batch.id}"'

    shown = {
        name: link in signed_in(app, world.people[name]).get(f"/awards/{award.id}").get_data(as_text=True)
        for name in ("fay", "olga", "mg1")
    }

    assert shown == {"fay": True, "olga": False, "mg1": False}


@pytest.mark.ground("active")
def test_a_longer_list_of_awards_needs_no_more_queries(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        w.active(world, chapter="bo")
    client = signed_in(app, world.people["olga"])
    client.get("/awards")

    with statements(app) as sent:
        page = client.get("/awards")

    assert page.page.text.count("A-2026-") == 2
    assert len(sent) <= 12, sent


@pytest.mark.ground("awarded")
def test_a_full_award_cannot_be_divided(app: Flask) -> None:
    with app.app_context():
        made = w.found()
    mia = signed_in(app, made.people["mg1"])

    assert mia.get("/awards/1/budget").status_code == 302
    assert "in line with the budget of the proposal" in mia.get("/awards/1").page.text


@pytest.mark.ground("awarded")
def test_no_instalment_overtakes_one_that_waits_for_the_condition(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = db.session.get_one(Award, 1)
        w.signed(world, award)
        w.reported(world, award, 1)
        before = [one.step for one in award.instalments]
        w.apply(world, award.agreement, "met", "olga", Role.OFFICER, proof="It is on file.")

        assert (before, [one.step for one in award.instalments]) == (["planned"] * 2, ["payable"] * 2)


@pytest.mark.ground("large")
def test_an_invalid_cursor_shows_the_first_page(app: Flask) -> None:
    with app.app_context():
        world = w.found()

    assert signed_in(app, world.people["olga"]).get(f"/awards?before={10**23}").status_code == 200


@pytest.mark.ground("awarded")
def test_a_grant_does_not_count_against_its_own_application(app: Flask) -> None:
    with app.app_context():
        award = w.awarded(w.found())
        assert cases.of(award.application, now()).applicant.held == 1


@pytest.mark.ground("awarded")
def test_every_reader_sees_the_same_terms_of_the_agreement(app: Flask) -> None:
    with app.app_context():
        people = w.found().people
    shown = {name: terms(signed_in(app, people[name]).get("/awards/1")) for name in ("fay", "olga", "pia", "mg1")}

    assert "The grantee will submit the final report by" in shown["fay"]
    assert len(set(shown.values())) == 1


def terms(response: TestResponse) -> str:
    """The terms of the agreement on the page of an award."""
    return (
        response.get_data(as_text=True)
        .partition('<details class="terms"')[2]
        .partition("</ol>")[0]
        .partition("<ol>")[2]
    )
