"""People appointed for one programme or one call see and change only what belongs to it.

In the counter-tests every role is unlimited: the same request then changes another programme's batch, money or roles.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from grants.access import principals, ties
from grants.db import db, now, transaction
from grants.models import Account, Appointment, Award, Balance, Batch, Call, Fund, Organisation, Payment, Person
from grants.services import calls, persons
from tests import world as w
from tests.browser import Careful, browser
from tests.prepared import Prepare
from tests.web.reading import words
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

SMALL, LARGE = "BTN-S", "BTN-L"
LIMITED = {
    "sofie": (Role.OFFICER, SMALL),
    "axel": (Role.APPROVER, SMALL),
    "finn": (Role.FINANCE, SMALL),
    "aude": (Role.AUDITOR, SMALL),
    "adam": (Role.ADMINISTRATOR, SMALL),
}
ONE_CALL = {"olof": Role.OFFICER, "faye": Role.FINANCE}
"""Appointed for the open call of BTN-S alone."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A grant in each of two programmes, whose calls share a fund, and batches of one, of the other and of both."""
    return prepare("scope", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=(SMALL, LARGE))
    with transaction():
        for name, (role, programme) in LIMITED.items():
            world.people[name] = w.person(name)
            persons.appoint(world.people[name], role, programme=programme, actor=w.SYSTEM)
        for name, role in ONE_CALL.items():
            world.people[name] = w.person(name)
            persons.appoint(world.people[name], role, call_id=world.calls[SMALL].id, actor=w.SYSTEM)
        for key, country in (("ke", "KE"), ("se", "SE")):
            world.chapters[key] = w.organisation(f"Chapter {country}", country, "en")
            for number in (1, 2):
                world.people[f"{key}{number}"] = w.person(f"{key}{number}")
                persons.join(world.people[f"{key}{number}"], world.chapters[key], actor=w.SYSTEM)
    small, other = small_grant(world, "mg"), small_grant(world, "ke")
    large, further = w.active(world, chapter="bo"), w.active(world, chapter="se")
    for awards in ((small,), (large,), (other, further)):
        w.batch(world, *awards)
    small_grant(world, "mg")
    w.active(world, chapter="ke")
    w.received(world, large, 1)


def small_grant(world: w.World, chapter: str) -> Award:
    """A grant of BTN-S, which an officer awards without a panel, signed by both sides."""
    row = w.in_review(world, SMALL, chapter, 3_000)
    w.review(world, row, ("ria", "rob"))
    w.apply(world, row, "award", "omar", Role.OFFICER, amount=row.asked, conditions="")
    award = w.award_of(row)
    w.signed(world, award)
    return award


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the limit: every appointment covers everything."""
    real = principals.scope_of

    def everything(appointments: Iterable[ties.Tie]) -> Any:
        held, programmes = real(appointments)
        return dict.fromkeys(held), programmes

    monkeypatch.setattr(principals, "scope_of", everything)


def batch_of(app: Flask, *programmes: str) -> int:
    """The batch whose payments belong to exactly these programmes."""
    with app.app_context():
        return next(
            batch.id
            for batch in db.session.query(Batch)
            if {payment.instalment.award.application.call.programme for payment in batch.payments} == set(programmes)
        )


def call_of(app: Flask, programme: str) -> int:
    """The open call of the programme."""
    with app.app_context():
        return db.session.query(Call).filter_by(programme=programme).one().id


def envelope(app: Flask, call: int) -> Decimal:
    """The amount that the call can still award."""
    with app.app_context():
        wanted = db.session.query(Balance.amount).join(Account).filter_by(call_id=call, kind="envelope")
        return Decimal(wanted.scalar())


def token(client: Careful) -> Any:
    """The token of the person's forms."""
    return client.get("/account").page.form("/sign-out").fields["csrf_token"]


def approve(app: Flask, name: str, batch: int) -> tuple[int, str]:
    """The response to a person who approves the batch, and its step afterwards."""
    client = browser(app, name)
    code = client.post(f"/batches/{batch}/transitions/approve", data={"csrf_token": token(client)}).status_code
    with app.app_context():
        return code, db.session.get_one(Batch, batch).step


@pytest.mark.parametrize("name", ["finn", "faye"])
def test_finance_approves_the_batches_of_its_own_programme_only(app: Flask, name: str) -> None:
    own, other, mixed = (batch_of(app, *codes) for codes in ((SMALL,), (LARGE,), (SMALL, LARGE)))

    found = [approve(app, name, batch) for batch in (own, other, mixed)]

    assert found == [(302, "approved"), (404, "prepared"), (404, "prepared")]


@pytest.mark.usefixtures("unlimited")
def test_without_scope_finance_approves_another_programmes_batch(app: Flask) -> None:
    """Counter-test: finance of BTN-S approves a batch of BTN-L."""
    assert approve(app, "finn", batch_of(app, LARGE)) == (302, "approved")


@pytest.mark.parametrize(("name", "count"), [("finn", 1), ("faye", 1), ("aude", 1), ("fox", 3), ("uma", 3)])
def test_a_list_of_batches_holds_those_that_lie_wholly_in_scope(app: Flask, name: str, count: int) -> None:
    page = browser(app, name).get("/batches").get_data(as_text=True)

    assert page.count('href="/batches/') - page.count('href="/batches/new') == count


def test_a_batch_of_several_programmes_is_read_only_by_who_covers_them_all(app: Flask) -> None:
    mixed = batch_of(app, SMALL, LARGE)

    assert [browser(app, name).get(f"/batches/{mixed}").status_code for name in ("finn", "aude", "uma")] == [
        404,
        404,
        200,
    ]


def test_two_roles_in_two_programmes_do_not_add_up_to_one_for_both(app: Flask) -> None:
    """Finance of one programme and auditor of the other: no single role covers the whole batch."""
    with app.app_context(), transaction():
        finn = db.session.query(Person).filter_by(email="finn@example.org").one()
        persons.appoint(finn, Role.AUDITOR, programme=LARGE, actor=w.SYSTEM)
    own, other, mixed = (batch_of(app, *codes) for codes in ((SMALL,), (LARGE,), (SMALL, LARGE)))

    client = browser(app, "finn")
    assert [client.get(f"/batches/{batch}").status_code for batch in (own, other, mixed)] == [200, 200, 404]
    assert approve(app, "finn", other) == (403, "prepared"), "an auditor approves nothing"


def test_instalments_of_another_programme_go_into_no_batch(app: Flask) -> None:
    with app.app_context():
        paid = {payment.instalment_id for payment in db.session.query(Payment)}
        waiting = [
            one
            for award in db.session.query(Award)
            for one in award.instalments
            if one.step == "payable" and one.id not in paid
        ]
        own = [one.id for one in waiting if one.award.application.call.programme == SMALL]
        other = [one.id for one in waiting if one.award.application.call.programme == LARGE]
        fund = db.session.query(Fund).one().id
    client = browser(app, "finn")
    form = client.get(f"/batches/new?fund={fund}").page.form("/batches").fields

    assert len(own) == 1
    assert len(other) == 1
    assert form["instalments"] == [str(own[0])]
    assert client.post("/batches", data={**form, "instalments": [*own, *other]}).status_code == 404
    with app.app_context():
        assert db.session.query(Batch).count() == 3
    assert client.post("/batches", data=form).status_code == 302


def allocate(app: Flask, name: str, call: int, amount: str) -> tuple[int, str]:
    """The response to a person who allocates money of the fund to the call."""
    client = browser(app, name)
    sent = {"csrf_token": token(client), "call": call, "way": "aside", "amount": amount}
    answer = client.post("/funds/1/envelope", data=sent)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["finn", "faye"])
def test_money_is_allocated_only_to_a_call_in_scope(app: Flask, name: str) -> None:
    own, other = call_of(app, SMALL), call_of(app, LARGE)
    before = [envelope(app, call) for call in (own, other)]

    codes = [allocate(app, name, call, "500.00")[0] for call in (own, other)]

    assert codes == [302, 404]
    assert [envelope(app, call) for call in (own, other)] == [before[0] + 500, before[1]]


@pytest.mark.usefixtures("unlimited")
def test_without_scope_money_goes_to_another_programmes_call(app: Flask) -> None:
    """Counter-test."""
    other = call_of(app, LARGE)
    before = envelope(app, other)

    assert allocate(app, "finn", other, "500.00")[0] == 302
    assert envelope(app, other) == before + 500


def test_what_is_left_in_a_fund_is_not_told_to_who_sees_one_call(app: Flask) -> None:
    (code, limited), (_, free) = (allocate(app, name, call_of(app, SMALL), "900000.00") for name in ("finn", "fox"))

    assert code == 422
    assert "Less than this amount is available." in limited
    assert "800,000.00" not in limited
    assert "800,000.00" in free


@pytest.mark.parametrize("name", ["finn", "faye", "sofie", "axel", "aude"])
def test_the_page_of_a_fund_shows_the_calls_in_scope(app: Flask, name: str) -> None:
    """The fund feeds two calls with an envelope of 100,000.00 each."""
    shown = browser(app, name).get("/funds/1").get_data(as_text=True)
    listed = browser(app, name).get("/funds").get_data(as_text=True)

    assert "BTN-S round" in shown
    assert "100,000.00" in shown
    for figure in ("BTN-L round", "1,000,000.00", "800,000.00", "161,000.00", "70,000.00", "39,000.00", "30,000.00"):
        assert figure not in shown, figure
        assert figure not in listed, figure


@pytest.mark.usefixtures("unlimited")
def test_without_scope_the_page_shows_the_other_programme(app: Flask) -> None:
    """Counter-test."""
    shown = browser(app, "finn").get("/funds/1").get_data(as_text=True)

    assert "BTN-L round" in shown
    assert "1,000,000.00" in shown
    assert "800,000.00" in shown


def test_a_fund_without_a_call_in_scope_is_not_found(app: Flask) -> None:
    fox = browser(app, "fox")
    fox.submit(fox.get("/funds/new"), "/funds", title="For others", year="2027", amount="5,000.00", confirmed="yes")

    assert [browser(app, name).get("/funds/2").status_code for name in ("finn", "aude", "fox")] == [404, 404, 200]
    assert "For others" not in browser(app, "finn").get("/funds").get_data(as_text=True)


@pytest.mark.parametrize("name", ["finn", "faye"])
def test_a_contribution_is_recorded_only_by_finance_of_everything(app: Flask, name: str) -> None:
    client = browser(app, name)
    sent = {"csrf_token": token(client), "title": "Mine", "year": "2027", "currency": "USD", "amount": "5,000.00"}

    assert client.get("/funds/new").status_code == 403
    assert "/funds/new" not in client.get("/funds").get_data(as_text=True)
    assert client.post("/funds", data=sent).status_code == 403
    with app.app_context():
        assert db.session.query(Fund).count() == 1


def set_up(app: Flask, name: str, programme: str) -> int:
    """The response to a person who sets up a call of the programme."""
    client = browser(app, name)
    sent = {"programme": programme, "title": "Next", "fund": "1", "opens_at": "2027-01-01T00:00"}
    return client.post("/office/calls/new", data={"csrf_token": token(client), **sent}).status_code


def test_a_call_is_set_up_only_in_a_programme_that_is_wholly_in_scope(app: Flask) -> None:
    found = {name: [set_up(app, name, code) for code in (SMALL, LARGE)] for name in ("sofie", "olof", "omar")}

    assert found == {"sofie": [302, 403], "olof": [403, 403], "omar": [302, 302]}
    assert browser(app, "olof").get("/office/calls/new").status_code == 403


@pytest.mark.usefixtures("unlimited")
def test_without_scope_an_officer_sets_up_a_call_anywhere(app: Flask) -> None:
    """Counter-test."""
    assert [set_up(app, "olof", code) for code in (SMALL, LARGE)] == [302, 302]


def appoint(app: Flask, name: str, scope: str) -> int:
    """The response to an administrator who appoints a person to finance with this scope."""
    client = browser(app, name)
    with app.app_context():
        person = db.session.query(Person.id).filter_by(email="ron@example.org").scalar()
    path, chosen = f"/people/{person}", {"role": "finance", "scope": scope}
    forms = client.get(path, query_string=chosen).page.forms
    digests = [form.fields["shown"] for form in forms if "shown" in form.fields]
    sent = {"csrf_token": token(client), **chosen, "shown": digests[0] if digests else ""}
    return client.post(path, data=sent).status_code


def test_a_limited_administrator_appoints_within_their_scope(app: Flask) -> None:
    small, large = call_of(app, SMALL), call_of(app, LARGE)
    scopes = ("everything", f"programme:{LARGE}", f"call:{large}", f"programme:{SMALL}", f"call:{small}")

    assert [appoint(app, "adam", scope) for scope in scopes] == [403, 403, 403, 302, 302]


def test_a_limited_administrator_ends_roles_within_their_scope(app: Flask) -> None:
    client = browser(app, "adam")
    with app.app_context():
        held = {row.person.email.split("@")[0]: row.id for row in db.session.query(Appointment)}
    sent = {"csrf_token": token(client), "confirmed": "yes"}

    codes = [client.post(f"/appointments/{held[name]}/end", data=sent).status_code for name in ("fox", "finn", "faye")]

    assert codes == [404, 302, 302]
    with app.app_context():
        ended = {row.person.email.split("@")[0] for row in db.session.query(Appointment) if row.ended_at}
    assert ended == {"finn", "faye"}


@pytest.mark.usefixtures("unlimited")
def test_without_scope_a_limited_administrator_appoints_finance_of_everything(app: Flask) -> None:
    """Counter-test."""
    assert appoint(app, "adam", "everything") == 302


LISTS = [
    ("/office/calls", "sofie"),
    ("/office/calls", "axel"),
    ("/office/calls", "aude"),
    ("/applications?list=all", "sofie"),
    ("/applications?list=all&words=fibre", "sofie"),
    ("/applications?list=all", "aude"),
    ("/awards", "finn"),
    ("/awards", "aude"),
    ("/funds/1", "finn"),
    ("/inbox", "finn"),
    ("/reports", "sofie"),
    ("/reports?step=received", "aude"),
]


@pytest.mark.parametrize(("address", "name"), LISTS)
def test_a_list_shows_nothing_of_another_programme(app: Flask, address: str, name: str) -> None:
    draft_call(app)

    assert others(app, browser(app, name).get(address).get_data(as_text=True)) == []


SHOWING = [(address, name) for address, name in LISTS if address != "/reports"]


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize(("address", "name"), SHOWING)
def test_without_scope_the_same_list_shows_the_other_programme(app: Flask, address: str, name: str) -> None:
    """Counter-test."""
    draft_call(app)

    assert others(app, browser(app, name).get(address).get_data(as_text=True)) != []


def draft_call(app: Flask) -> None:
    """A call of BTN-L in preparation, to which finance must allocate money."""
    with app.app_context(), transaction():
        omar = w.found().actor("omar", Role.OFFICER)
        fund, today = db.session.query(Fund).one(), now()
        calls.set_up(programme=LARGE, title="BTN-L next", fund=fund, opens_at=today, closes_at=None, actor=omar)


def others(app: Flask, page: str) -> list[str]:
    """The parts of BTN-L that the page names: its calls, and the grantees with grants of BTN-L alone."""
    return [name for name in ("BTN-L round", "BTN-L next", "Chapter BO", "Chapter SE") if name in page]


@pytest.mark.parametrize(
    ("name", "facts"), [("sofie", "that you can see 0"), ("uma", "Current grants 1 (maximum 2)"), ("adam", "")]
)
def test_the_page_of_an_organisation_counts_the_grants_in_scope(app: Flask, name: str, facts: str) -> None:
    with app.app_context():
        id = db.session.query(Organisation).filter_by(country="BO").one().id

    shown = words(browser(app, name).get(f"/organisations/{id}"))

    assert facts in shown
    assert ("Current grants" in shown, "Remaining limit" in shown) == (name != "adam", name == "uma")
