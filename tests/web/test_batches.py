"""The pages of batches: three people, one effect however often a form is sent, and no case with a conflict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from grants.db import db
from grants.models import Application, Award, Batch, Instalment, Payment, Person
from grants.outside.servers.postgres import plain
from grants.queries import flows
from grants.web import transitions as routes
from tests import world as w
from tests.browser import Careful, signed_in
from tests.web.reading import conflict, statements
from workflows.flows import payment as flow

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(active: str) -> str:
    """Every test begins with a signed award of the Malagasy chapter."""
    return active


@pytest.fixture
def paying(app: Flask) -> tuple[w.World, Award]:
    """Test data with one payable instalment of 6,000.00."""
    with app.app_context():
        return w.found(), db.session.get_one(Award, 1)


def prepared(client: Careful) -> str:
    """The address of a batch of all payable instalments."""
    return str(client.submit(client.get("/batches/new?fund=1"), "/batches").location)


def step(app: Flask, address: str) -> str:
    with app.app_context():
        return db.session.get_one(Batch, int(address.rsplit("/", 1)[1])).step


def test_a_batch_goes_through_three_people_on_its_page(app: Flask, paying: tuple[w.World, Award]) -> None:
    world, award = paying
    fay, fox, fritz = (signed_in(app, world.people[name]) for name in ("fay", "fox", "fritz"))
    there = prepared(fay)

    fox.submit(fox.get(there), f"{there}/transitions/approve")
    page = fritz.get(there)
    fritz.submit(page, f"{there}/transitions/release", confirmed="yes")
    fay.submit(fay.get(there), f"{there}/transitions/confirm", confirmed="yes")

    assert "Release 1 payment, USD\N{NO-BREAK SPACE}6,000.00" in page.page.text
    assert step(app, there) == "paid"
    with app.app_context():
        assert [(p.instalment.award_id, p.paid_at is not None) for p in db.session.scalars(select(Payment))] == [
            (award.id, True)
        ]


def test_one_person_cannot_do_two_of_the_three_actions(app: Flask, paying: tuple[w.World, Award]) -> None:
    world, _ = paying
    fay = signed_in(app, world.people["fay"])
    there = prepared(fay)

    shown = fay.get(there)
    forced = fay.post(
        f"{there}/transitions/approve", data={"csrf_token": shown.page.form("/sign-out").fields["csrf_token"]}
    )

    assert "You prepared this batch, so another person must approve and release it." in shown.page.text
    assert (forced.status_code, step(app, there)) == (409, "prepared")


def test_without_rule_and_constraint_one_person_approves_their_own_batch(
    app: Flask, settings: Settings, paying: tuple[w.World, Award], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: without the rule of the flow and the constraint of the table."""
    fay = signed_in(app, paying[0].people["fay"])
    there = prepared(fay)
    monkeypatch.setitem(flows.FLOWS, Batch, flow.BATCH.changed(replace(flow.APPROVE, guards=()), name="payment batch"))
    with psycopg.connect(plain(settings.owner_database_url)) as owner:
        owner.execute("ALTER TABLE batch DROP CONSTRAINT batch_three_people")

    answer = fay.submit(fay.get(there), f"{there}/transitions/approve")

    assert (answer.status_code, step(app, there)) == (302, "approved")
    with app.app_context():
        assert db.session.query(Batch).filter(Batch.approved_by == Batch.prepared_by).count() == 1


def approved(app: Flask, people: dict[str, Person]) -> tuple[Careful, str]:
    """A batch that another person has approved, and the browser of the person who can release it."""
    fay, fox, fritz = (signed_in(app, people[name]) for name in ("fay", "fox", "fritz"))
    there = prepared(fay)
    fox.submit(fox.get(there), f"{there}/transitions/approve")
    return fritz, there


def test_a_batch_is_not_released_until_the_box_is_ticked(app: Flask, paying: tuple[w.World, Award]) -> None:
    fritz, there = approved(app, paying[0].people)

    refused = fritz.submit(fritz.get(there), f"{there}/transitions/release")

    assert (refused.status_code, step(app, there)) == (422, "approved")
    assert "Tick the box to confirm." in refused.page.text
    assert "#release-confirmed" in refused.page.hrefs
    fritz.submit(refused, f"{there}/transitions/release", confirmed="yes")
    assert step(app, there) == "released"


def test_without_the_confirmation_rule_a_batch_is_released_unticked(
    app: Flask, paying: tuple[w.World, Award], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the server does not require the box to be ticked."""
    monkeypatch.setattr(routes, "require_confirmation", lambda *_: None)
    fritz, there = approved(app, paying[0].people)

    fritz.submit(fritz.get(there), f"{there}/transitions/release")

    assert step(app, there) == "released"


def test_a_form_sent_twice_prepares_one_batch(app: Flask, paying: tuple[w.World, Award]) -> None:
    fay = signed_in(app, paying[0].people["fay"])
    page = fay.get("/batches/new?fund=1")

    first, second = fay.submit(page, "/batches"), fay.submit(page, "/batches")

    assert first.location == second.location
    assert count(app, Batch) == 1


def test_even_with_another_key_an_instalment_goes_into_one_batch(app: Flask, paying: tuple[w.World, Award]) -> None:
    """The second line of defence; what a form with another key does where there is none, tests of funds show."""
    fay = signed_in(app, paying[0].people["fay"])
    page = fay.get("/batches/new?fund=1")

    answers = [fay.submit(page, "/batches", idempotency_key=key) for key in ("one", "two")]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert answers[1].page.h1 == page.page.h1
    assert "This is not possible now:" in answers[1].page.text
    assert count(app, Batch) == 1


def test_choosing_nothing_shows_an_error_beside_the_list(app: Flask, paying: tuple[w.World, Award]) -> None:
    fay = signed_in(app, paying[0].people["fay"])

    answer = fay.submit(fay.get("/batches/new?fund=1"), "/batches", instalments=[])

    assert answer.status_code == 422
    assert "Select at least one payment." in answer.page.text


def test_an_instalment_of_a_case_in_conflict_is_neither_offered_nor_accepted(
    app: Flask, paying: tuple[w.World, Award]
) -> None:
    world, award = paying
    fay = signed_in(app, world.people["fay"])
    page = fay.get("/batches/new?fund=1")
    with app.app_context():
        instalment = db.session.scalars(
            select(Instalment.id).where(Instalment.award_id == award.id, Instalment.number == 1)
        ).one()
        conflict(world.people["fay"], db.session.get_one(Application, award.application_id))

    offered, forced = fay.get("/batches/new?fund=1"), fay.submit(page, "/batches", instalments=[str(instalment)])

    assert award.number in page.page.text
    assert award.number not in offered.page.text
    assert (forced.status_code, count(app, Batch)) == (404, 0)


def test_a_batch_with_a_case_in_conflict_is_hidden_completely(app: Flask, paying: tuple[w.World, Award]) -> None:
    world, award = paying
    there = prepared(signed_in(app, world.people["fay"]))
    fox = signed_in(app, world.people["fox"])
    before = fox.get(there).status_code, there in fox.get("/batches").get_data(as_text=True)
    with app.app_context():
        conflict(world.people["fox"], db.session.get_one(Application, award.application_id))

    after = fox.get(there).status_code, there in fox.get("/batches").get_data(as_text=True)

    assert (before, after) == ((200, True), (404, False))


def test_a_cancelled_batch_releases_its_instalments(app: Flask, paying: tuple[w.World, Award]) -> None:
    world, _ = paying
    fay = signed_in(app, world.people["fay"])
    there = prepared(fay)

    fay.submit(fay.get(there), f"{there}/transitions/undo", reason="The account has changed.", confirmed="yes")

    assert step(app, there) == "withdrawn"
    assert step(app, prepared(fay)) == "prepared"


def test_the_auditor_can_read_but_not_prepare_batches(app: Flask, paying: tuple[w.World, Award]) -> None:
    uma = signed_in(app, paying[0].people["uma"])

    assert [uma.get(address).status_code for address in ("/batches", "/batches/new?fund=1")] == [200, 403]


def test_the_lists_stay_within_their_number_of_queries(app: Flask, paying: tuple[w.World, Award]) -> None:
    fay = signed_in(app, paying[0].people["fay"])
    prepared(fay)

    with statements(app) as sent:
        fay.get("/batches")

    assert len(sent) <= 12, sent


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0
