"""Somebody judges first and is on an applicant's side afterwards: what they judged no longer counts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Agreement, Application, Appointment, Assignment, Award, Batch, Check, Membership
from grants.queries.applications import involvements
from grants.queries.cases import applications
from grants.services import persons, transitions
from grants.services.applications import drafts
from tests import world as w
from tests.access.test_judged_before_conflict import ADVICE, CHECKS, attempt, declare, step
from tests.browser import Answer, Careful, browser
from tests.prepared import Prepare
from workflows.cases import Involvements
from workflows.engine import flow
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

CHECKED, DECISION, SMALL, FRESH = 1, 2, 3, 4
"""The applications: checked; recommended for an award; reviewed, for an officer to decide on; and without a review."""
AWARD = {"amount": "10,000.00", "confirmed": "yes"}
SMALL_AWARD = {"amount": "3,000.00", "confirmed": "yes"}
FEEDBACK = "The proposal names no partner, no site and no date, so it cannot be funded this year."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Applications that Olga has checked, at four steps."""
    return prepare("judged_before_joining", begin)


def recommended(world: w.World) -> None:
    """An application that Olga has checked and that Omar has recommended."""
    row = w.in_review(world)
    w.review(world, row)
    w.apply(world, row, "to_panel", "olga", Role.OFFICER)
    w.apply(world, row, "recommend", "omar", Role.OFFICER, kind="award", amount=Decimal(10_000), conditions="")


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L", "BTN-S"))
    w.check(world, w.submitted(world))
    recommended(world)
    small = w.in_review(world, "BTN-S", amount=3_000)
    w.review(world, small, ("rex", "ria"))
    w.in_review(world, "BTN-S", "bo", 3_000)


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people and the calls."""
    with app.app_context():
        return w.found()


def join(app: Flask, name: str, chapter: str) -> None:
    """The person begins to act for a chapter."""
    with app.app_context(), transaction():
        world = w.found()
        persons.join(world.people[name], world.chapters[chapter], actor=w.SYSTEM)


def send(client: Careful, path: str, **fields: str) -> Answer:
    """Send a form as from a page that was opened before."""
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]
    return client.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def unaware(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command knows what somebody has become since they judged."""
    monkeypatch.setattr(involvements, "of", lambda _: Involvements())


def test_checks_of_somebody_who_joined_the_applicant_no_longer_count(app: Flask) -> None:
    join(app, "olga", "mg")

    refused = attempt(browser(app, "omar"), CHECKED, "pass")

    assert (refused.status_code, CHECKS in refused.page.text, step(app, CHECKED)) == (409, True, "checks")


@pytest.mark.usefixtures("unaware")
def test_without_the_rule_their_checks_count(app: Flask) -> None:
    join(app, "olga", "mg")

    assert attempt(browser(app, "omar"), CHECKED, "pass").status_code == 302
    assert step(app, CHECKED) == "review"


def test_a_recommendation_of_somebody_who_became_a_rival_no_longer_counts(app: Flask, world: w.World) -> None:
    join(app, "omar", "bo")
    assert ADVICE not in browser(app, "pia").get(f"/applications/{DECISION}").page.text
    with app.app_context():
        w.draft(w.found(), chapter="bo")

    refused = attempt(browser(app, "pia"), DECISION, "award", **AWARD)

    assert (refused.status_code, ADVICE in refused.page.text, step(app, DECISION)) == (409, True, "decision")


@pytest.mark.usefixtures("unaware")
def test_without_the_rule_the_award_follows_a_rival(app: Flask, world: w.World) -> None:
    join(app, "omar", "bo")
    with app.app_context():
        w.draft(w.found(), chapter="bo")

    assert attempt(browser(app, "pia"), DECISION, "award", **AWARD).status_code == 302
    assert step(app, DECISION) == "agreement"


@pytest.mark.parametrize(
    ("id", "name", "award"), [(DECISION, "pia", AWARD), (SMALL, "omar", SMALL_AWARD)], ids=["panel", "officer"]
)
def test_checks_that_no_longer_count_are_completed_again_at_a_later_step(
    app: Flask, world: w.World, id: int, name: str, award: dict[str, str]
) -> None:
    declare(app, world, "olga", id)
    refused = attempt(browser(app, name), id, "award", **award)
    assert (refused.status_code, CHECKS in refused.page.text) == (409, True)

    with app.app_context():
        with transaction():
            persons.appoint(w.person("ursa"), Role.OFFICER, actor=w.SYSTEM)
        keys = [key for key, _ in db.session.get_one(Application, id).call.data.checks]
    ursa = browser(app, "ursa")
    for key in keys:
        page = ursa.get(f"/applications/{id}")
        assert ursa.submit(page, f"/checks/{key}", **{f"{key}-verdict": "passed"}).status_code == 302

    assert attempt(browser(app, name), id, "award", **award).status_code == 302
    assert step(app, id) == "agreement"


def test_who_has_recommended_does_not_complete_the_checks_again(app: Flask, world: w.World) -> None:
    declare(app, world, "olga", DECISION)
    with app.app_context():
        key = db.session.get_one(Application, DECISION).call.data.checks[0][0]
    omar = browser(app, "omar")
    page = omar.get(f"/applications/{DECISION}").page

    answer = send(omar, f"/applications/{DECISION}/checks/{key}", **{f"{key}-verdict": "passed", "submission": "1"})

    assert "no longer counts" in page.text
    assert [form.action for form in page.forms if "/checks/" in form.action] == []
    assert answer.status_code == 409
    assert "You have made a recommendation on this application" in answer.page.text


def test_checks_that_count_are_not_changed_at_a_later_step(app: Flask) -> None:
    with app.app_context():
        row = db.session.get_one(Application, DECISION)
        key = row.call.data.checks[0][0]
    with app.app_context(), transaction():
        persons.appoint(w.person("ursa"), Role.OFFICER, actor=w.SYSTEM)
    ursa = browser(app, "ursa")
    page = ursa.get(f"/applications/{DECISION}")
    given = {f"{key}-verdict": "failed", f"{key}-note": "It is not.", "submission": "1"}

    refused = send(ursa, f"/applications/{DECISION}/checks/{key}", **given)

    assert [form.action for form in page.page.forms if f"/checks/{key}" in form.action] == []
    assert refused.status_code == 409
    assert "cannot be completed at the current step" in refused.page.text
    with app.app_context():
        assert db.session.query(Check).filter_by(application_id=DECISION, key=key).one().verdict == "passed"


def test_nobody_signs_for_the_grantee_what_they_have_awarded(app: Flask) -> None:
    assert attempt(browser(app, "pia"), DECISION, "award", **AWARD).status_code == 302
    join(app, "pia", "mg")
    with app.app_context():
        agreement = db.session.query(Agreement).one().id

    refused = send(browser(app, "pia"), f"/agreements/{agreement}/transitions/sign", name="Pia Demo", read="yes")

    assert refused.status_code == 409
    assert "You took part in the decision on this award" in refused.page.text
    with app.app_context():
        assert db.session.query(Agreement).one().step == "to_sign"


def test_without_the_guard_they_sign_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(involvements, "judges", lambda _: frozenset())
    assert attempt(browser(app, "pia"), DECISION, "award", **AWARD).status_code == 302
    join(app, "pia", "mg")
    with app.app_context():
        path = f"/agreements/{db.session.query(Agreement).one().id}/transitions/sign"

    assert send(browser(app, "pia"), path, name="Pia Demo", read="yes").status_code == 302
    with app.app_context():
        made = db.session.query(Agreement).one()
        assert made.signed_by == made.award.made_by


def test_an_award_needs_the_reviews_that_count_when_it_is_made(app: Flask, world: w.World) -> None:
    with app.app_context():
        sent = [(one.id, one.person.email.split("@")[0]) for one in reviews_of(DECISION)]
    for id, name in sent:
        assert send(browser(app, name), f"/reviews/{id}/conflict", author="yes").status_code == 302

    refused = attempt(browser(app, "pia"), DECISION, "award", **AWARD)

    assert refused.status_code == 409
    assert "3 reviews are required; 0 submitted so far." in refused.page.text
    assert attempt(browser(app, "pia"), DECISION, "back_to_panel", reason="The reviews are gone.").status_code == 302
    assert attempt(browser(app, "omar"), DECISION, "back_to_review", reason="We need new reviews.").status_code == 302
    assert step(app, DECISION) == "review"


def test_without_the_guard_an_award_is_made_on_no_review(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applications, "_reviews", lambda _: {"reviews_in": 3, "reviewers": 3})
    with app.app_context():
        sent = [(one.id, one.person.email.split("@")[0]) for one in reviews_of(DECISION)]
    for id, name in sent:
        assert send(browser(app, name), f"/reviews/{id}/conflict", author="yes").status_code == 302

    assert attempt(browser(app, "pia"), DECISION, "award", **AWARD).status_code == 302
    with app.app_context():
        assert (db.session.query(Award).count(), reviews_of(DECISION)) == (1, [])


def reviews_of(id: int) -> list[Assignment]:
    """The submitted reviews of an application."""
    return db.session.query(Assignment).filter_by(application_id=id, step="sent").all()


def test_who_has_decided_does_not_apply_to_the_same_call(app: Flask, world: w.World) -> None:
    join(app, "pia", "bo")
    assert attempt(browser(app, "pia"), DECISION, "decline", feedback=FEEDBACK, confirmed="yes").status_code == 302
    client, bo = browser(app, "bo1"), str(world.chapters["bo"].id)
    path = f"/calls/{world.calls['BTN-L'].id}/apply"

    refused = send(client, path, organisation=bo)

    assert refused.status_code == 409
    assert "Pia (demo), who acts for your organisation, has decided" in refused.page.text
    with app.app_context(), transaction():
        held = db.session.query(Membership).filter_by(organisation_id=world.chapters["bo"].id)
        held.filter_by(person_id=world.people["pia"].id).one().ended_at = now()
        w.recorded()
    assert send(client, path, organisation=bo).status_code == 302


def test_without_the_reason_they_decide_first_and_apply_then(
    app: Flask, world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "deciders", lambda *_: [])
    join(app, "pia", "bo")
    assert attempt(browser(app, "pia"), DECISION, "decline", feedback=FEEDBACK, confirmed="yes").status_code == 302
    path, bo = f"/calls/{world.calls['BTN-L'].id}/apply", str(world.chapters["bo"].id)

    assert send(browser(app, "pia"), path, organisation=bo).status_code == 302


def test_a_refused_form_does_not_tell_what_is_left_in_the_call(app: Flask) -> None:
    """With what is left, somebody could work out an amount that is hidden from them."""
    omar = browser(app, "omar")

    answers = [
        attempt(omar, CHECKED, "recommend", kind="decline", feedback="", amount=amount)
        for amount in ("1.00", "99,999,999.00")
    ]
    decision = attempt(browser(app, "pia"), DECISION, "award", amount="99,999,999.00", confirmed="yes")

    assert [answer.status_code for answer in (*answers, decision)] == [409, 409, 409]
    assert all("less than this amount left" not in answer.page.text for answer in (*answers, decision))


def test_without_the_order_a_refused_form_tells_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "_LAST", set())

    answer = attempt(browser(app, "pia"), DECISION, "award", amount="99,999,999.00", confirmed="yes")

    assert "less than this amount left" in answer.page.text


def test_a_batch_needs_signatures_of_people_who_are_impartial_still(app: Flask, world: w.World) -> None:
    with app.app_context():
        made = w.found()
        award = w.active(made, chapter="bo")
        batch = w.batch(made, db.session.get_one(Award, award.id))
        w.apply(made, batch, "approve", "fox", Role.FINANCE)
        id = batch.id
    join(app, "fox", "bo")

    refused = send(browser(app, "fritz"), f"/batches/{id}/transitions/release", confirmed="yes")

    assert refused.status_code == 409
    assert "Cancel the batch and ask another person to prepare a new one." in refused.page.text
    with app.app_context():
        assert db.session.get_one(Batch, id).step == "approved"


def test_without_the_guard_a_partial_signature_counts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(involvements, "arms", lambda _: [])
    with app.app_context():
        made = w.found()
        batch = w.batch(made, w.active(made, chapter="bo"))
        w.apply(made, batch, "approve", "fox", Role.FINANCE)
        id = batch.id
    join(app, "fox", "bo")

    assert send(browser(app, "fritz"), f"/batches/{id}/transitions/release", confirmed="yes").status_code == 302
    with app.app_context():
        assert db.session.get_one(Batch, id).step == "released"


JUDGED = "has completed eligibility checks or made a recommendation on this application."


@pytest.mark.parametrize("known", [True, False], ids=["known", "without the reason"])
def test_who_has_checked_is_not_invited_to_review(app: Flask, monkeypatch: pytest.MonkeyPatch, *, known: bool) -> None:
    if not known:
        monkeypatch.setattr(involvements, "assessors", lambda _: frozenset())
    with app.app_context():
        world = w.found()
        with transaction():
            held = db.session.query(Appointment).filter_by(person_id=world.people["olga"].id).one()
            persons.dismiss(held, actor=w.SYSTEM, apply=transitions.apply)
        with transaction():
            persons.appoint(world.people["olga"], Role.REVIEWER, actor=w.SYSTEM)
    omar = browser(app, "omar")
    form = omar.get(f"/applications/{FRESH}/reviewers").page.form("/reviewers")
    with app.app_context():
        chosen = {"reviewer": str(w.found().people["olga"].id)}

    answer = omar.post(form.action, data={**form.fields, **chosen})

    assert answer.status_code == (409 if known else 302)
    assert (JUDGED in answer.get_data(as_text=True)) is known
