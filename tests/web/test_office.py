"""The staff's inbox: tasks first, lists beside them, and cases with a time limit in hours on top."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask

from config import Settings
from grants.db import db, now, transaction
from grants.models import Application, Award, Conflict, Membership
from grants.services import locking, persons
from grants.services.reviews import assignments
from tests import world as scene
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from tests.world import World
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

LIST = "/applications?list=all"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Every test begins with an ordinary call and one for disasters."""
    return prepare("with_disasters", lambda: scene.build(programmes=("BTN-L", "DRR")))


@pytest.fixture
def world(app: Flask) -> World:
    """People, chapters, an ordinary call and one for disasters."""
    with app.app_context():
        return scene.found()


def alert(world: World) -> int:
    """Chapter BO submits an alert."""
    row = scene.draft(world, code="DRR", chapter="bo")
    scene.apply(world, row, "alert", "bo1", Role.APPLICANT)
    return row.id


@pytest.mark.ground("submitted")
def test_an_officer_sees_their_tasks_with_buttons(app: Flask, world: World) -> None:
    page = signed_in(app, world.people["olga"]).get("/inbox").page

    assert "Eligibility checks: fibre title" in page.text
    assert page.links["Complete eligibility checks"] == "/applications/1"


@pytest.mark.ground("in_review")
def test_an_approver_sees_decisions_and_no_checks(app: Flask, world: World) -> None:
    with app.app_context():
        waiting = scene.draft(world, chapter="bo")
        scene.apply(world, waiting, "submit", "bo1", Role.APPLICANT)
        row = db.session.get_one(Application, 1)
        scene.review(world, row)
        scene.apply(world, row, "to_panel", "olga", Role.OFFICER)
        scene.apply(world, row, "recommend", "omar", Role.OFFICER, kind="award", amount=Decimal(9_000))

    page = signed_in(app, world.people["pia"]).get("/inbox").page

    assert "Decide: fibre title" in page.text
    assert "Eligibility checks: fibre title" not in page.text


@pytest.mark.ground("active")
def test_finance_sees_payments_and_no_list_of_applications(app: Flask, world: World) -> None:
    page = signed_in(app, world.people["fay"]).get("/inbox").page

    assert "Prepare payments from 2026 contribution" in page.text
    assert "All in progress" not in page.text


def test_an_auditor_sees_the_lists_and_no_tasks(app: Flask, world: World) -> None:
    page = signed_in(app, world.people["uma"]).get("/inbox").page

    assert "Nothing for you to do" in page.text
    assert "All in progress" in page.text


def test_an_alert_is_on_top_with_the_hours_left(app: Flask, world: World, settings: Settings) -> None:
    with app.app_context():
        id = alert(world)
    advance(settings, 2 * 3_600)

    page = signed_in(app, world.people["olga"]).get("/inbox").page

    assert "9 h 5" in page.text
    assert page.links["View application"] == f"/applications/{id}"


def test_every_page_counts_the_hours_of_an_alert_the_same_way(app: Flask, world: World, settings: Settings) -> None:
    with app.app_context():
        id = alert(world)
    advance(settings, 2 * 3_600)
    client = signed_in(app, world.people["olga"])

    page, inbox, row = (" ".join(client.get(url).page.text.split()) for url in (f"/applications/{id}", "/inbox", LIST))

    assert "with us · hour 3 of 12" in page
    assert "in 10 hours" in inbox
    assert "3 / 12 h" in row


@pytest.mark.ground("submitted")
def test_every_page_counts_the_days_of_the_checks_the_same_way(app: Flask, world: World, settings: Settings) -> None:
    advance(settings, 11 * 86_400)
    client = signed_in(app, world.people["olga"])

    page, inbox, row = (" ".join(client.get(url).page.text.split()) for url in ("/applications/1", "/inbox", LIST))

    assert "with us · day 12 of 14" in page
    assert "in 3 days" in inbox
    assert "12 / 14" in row


@pytest.mark.ground("in_review")
@pytest.mark.parametrize(
    ("sent", "held"), [(("rex", "ria", "rob"), "You"), (("rex", "ria"), "1 reviewer"), (("rex",), "2 reviewers")]
)
def test_an_application_is_with_those_who_must_act(app: Flask, world: World, sent: tuple[str, ...], held: str) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
        scene.review(world, row, sent)
        for name in {"rex", "ria", "rob"} - {*sent}:
            with transaction():
                assignments.assign(
                    application=row, reviewer=world.people[name], actor=world.actor("olga", Role.OFFICER)
                )

    text = signed_in(app, world.people["olga"]).get(LIST).get_data(as_text=True)

    assert re.findall('data-label="With">(.*?)</td>', text) == [held]


def test_an_overdue_alert_is_shown_as_overdue(app: Flask, world: World, settings: Settings) -> None:
    with app.app_context():
        alert(world)
    advance(settings, 13 * 3_600)

    assert "over" in signed_in(app, world.people["olga"]).get("/inbox").page.text


@pytest.mark.ground("in_review")
def test_an_ordinary_application_is_not_shown_as_an_alert(app: Flask, world: World) -> None:
    assert "Disaster alert" not in signed_in(app, world.people["olga"]).get("/inbox").page.text


def test_a_conflict_hides_an_alert(app: Flask, world: World) -> None:
    with app.app_context():
        id = alert(world)
        with transaction():
            db.session.add(Conflict(application_id=id, person_id=world.people["olga"].id, kinds="person"))
            scene.recorded()

    assert "Disaster alert" not in signed_in(app, world.people["olga"]).get("/inbox").page.text
    assert "Disaster alert" in signed_in(app, world.people["omar"]).get("/inbox").page.text


def tasks(app: Flask, world: World, name: str) -> list[str]:
    """The titles of the tasks in a person's inbox."""
    text = signed_in(app, world.people[name]).get("/inbox").get_data(as_text=True)
    return re.findall(r'<h2 class="small">(.*: fibre title)</h2>', text)


@pytest.mark.ground("in_review")
def test_inviting_reviewers_is_a_task_until_enough_are_invited(app: Flask, world: World) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
    found = [signed_in(app, world.people["olga"]).get("/inbox").page.links.get("Invite reviewers")]
    with app.app_context():
        scene.review(world, db.session.get_one(Application, row.id), ("rex",))
    first = tasks(app, world, "olga")
    for name in ("ria", "rob"):
        with app.app_context(), transaction():
            assignments.assign(
                application=db.session.get_one(Application, row.id),
                reviewer=world.people[name],
                actor=world.actor("olga", Role.OFFICER),
            )

    assert found == [f"/applications/{row.id}/reviewers"]
    assert first == ["Invite reviewers: fibre title"]
    assert tasks(app, world, "olga") == []


@pytest.mark.ground("in_review")
def test_a_reviewed_application_is_a_task_until_it_is_sent_to_panel(app: Flask, world: World) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
        scene.review(world, row)

    assert tasks(app, world, "olga") == tasks(app, world, "omar") == ["Send to panel: fibre title"]


@pytest.mark.ground("in_review")
def test_the_person_who_completed_the_checks_is_not_asked_to_recommend_or_decide(app: Flask) -> None:
    with app.app_context(), transaction():
        made = scene.found()
        made.calls["BTN-S"] = scene.open_call(made, "BTN-S", 9_000)
    with app.app_context():
        panel = db.session.get_one(Application, 1)
        scene.review(made, panel)
        scene.apply(made, panel, "to_panel", "olga", Role.OFFICER)
        small = scene.in_review(made, code="BTN-S", chapter="bo", amount=4_000)
        scene.review(made, small, ("rex", "ria"))

    assert tasks(app, made, "olga") == []
    assert sorted(tasks(app, made, "omar")) == ["Decide: fibre title", "Recommend: fibre title"]


@pytest.mark.ground("in_review")
def test_an_approver_is_not_asked_to_decide_on_their_own_recommendation(app: Flask, world: World) -> None:
    with app.app_context():
        with transaction():
            persons.appoint(world.people["pia"], Role.OFFICER, actor=scene.SYSTEM)
        row = db.session.get_one(Application, 1)
        scene.review(world, row)
        scene.apply(world, row, "to_panel", "olga", Role.OFFICER)
        scene.apply(world, row, "recommend", "pia", Role.OFFICER, kind="award", amount=Decimal(9_000))

    assert tasks(app, world, "pia") == []


@pytest.mark.ground("awarded")
def test_officer_and_approver_both_see_the_agreement_to_sign_and_the_officer_the_condition(
    app: Flask, world: World
) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        scene.apply(world, award.agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
    before = {name: tasks(app, world, name) for name in ("olga", "pia", "fay")}
    with app.app_context():
        agreement = db.session.get_one(Award, award.id).agreement
        scene.apply(world, agreement, "countersign", "pia", Role.APPROVER, name="Pia Demo", read=True)
    signed = {name: tasks(app, world, name) for name in ("olga", "pia")}
    with app.app_context():
        agreement = db.session.get_one(Award, award.id).agreement
        scene.apply(world, agreement, "met", "olga", Role.OFFICER, proof="It is on file.")

    countersign = ["Countersign: fibre title"]
    assert before == {"olga": countersign, "pia": countersign, "fay": []}
    assert signed == {"olga": ["Check whether the condition is met: fibre title"], "pia": []}
    assert tasks(app, world, "olga") == []


@pytest.mark.ground("active")
def test_a_reported_and_paid_grant_is_a_task_to_close(app: Flask, world: World) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        scene.paid(world, award)
        scene.reported(world, award, 1)
        scene.paid(world, award)
    before = tasks(app, world, "olga")
    with app.app_context():
        scene.reported(world, db.session.get_one(Award, award.id), 2)
    ready = tasks(app, world, "olga")
    with app.app_context():
        scene.apply(world, db.session.get_one(Award, award.id).application, "close", "olga", Role.OFFICER)

    assert (before, ready, tasks(app, world, "olga")) == ([], ["Close the grant: fibre title"], [])


@pytest.mark.ground("active")
def test_the_last_payment_also_makes_the_grant_ready_to_close(app: Flask, world: World) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        scene.reported(world, award, 1)
        scene.reported(world, award, 2)
        before = tasks(app, world, "olga")
        scene.paid(world, award)

    assert (before, tasks(app, world, "olga")) == ([], ["Close the grant: fibre title"])


@pytest.mark.ground("in_review")
def test_a_conflict_removes_every_task(app: Flask, world: World) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
        scene.review(world, row)
        with transaction():
            db.session.add(Conflict(application_id=row.id, person_id=world.people["omar"].id, kinds="family"))
            scene.recorded()

    assert (tasks(app, world, "omar"), len(tasks(app, world, "olga"))) == ([], 1)


@pytest.mark.ground("active")
def test_a_person_who_signed_or_submitted_for_the_grantee_does_not_answer_it_later(app: Flask, world: World) -> None:
    with app.app_context():
        signed = scene.awarded(world, chapter="bo")
        scene.apply(world, signed.agreement, "sign", "bo1", Role.APPLICANT, name="Bea Demo", read=True)
        scene.received(world, db.session.get_one(Award, 1), 1)
        for name in ("mg1", "bo1"):
            with transaction():
                locking.hold(world.people[name])
                row = db.session.query(Membership).filter_by(person_id=world.people[name].id).one()
                row.ended_at = now()
                persons.appoint(world.people[name], Role.OFFICER, actor=scene.SYSTEM)

    assert sorted(tasks(app, world, "olga")) == ["Countersign: fibre title", "Review the report: fibre title"]
    assert [tasks(app, world, name) for name in ("mg1", "bo1")] == [[], []], "each is a rival of the other"
