"""An ended role ends what it gave: a dismissed reviewer opens, scores and submits nothing more.

The counter-tests show what happened before: the reviewer opened new proposals and scored them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import true

from grants.access import visibility
from grants.access.principals import Principal
from grants.cli import init
from grants.db import db, now, transaction
from grants.models import Application, Appointment, Assignment, Event, Outbox, Person, Review
from grants.services import persons, transitions
from grants.services.refusals import Refused
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.world import World
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Rex is invited to review one application, has scored another and submitted the review of a third."""
    return prepare("ended_roles", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L", "BTN-S"))
    invited, scored, sent = (w.in_review(world, chapter=name) for name in ("mg", "bo", "mg"))
    with transaction():
        assignments.assign(application=invited, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER))
    w.scored(world, scored, "rex")
    w.review(world, sent, ("rex",))


@pytest.fixture
def world(app: Flask) -> World:
    """The people and the call."""
    with app.app_context():
        return w.found()


def end(app: Flask, world: World, name: str = "rex") -> None:
    """Ada ends the first role of a person on their page."""
    ada, id = signed_in(app, world.people["ada"]), world.people[name].id
    assert ada.submit(ada.get(f"/people/{id}"), "/end", confirmed="yes").status_code == 302


def states(app: Flask) -> list[str]:
    """The state of each assignment."""
    with app.app_context():
        return [one.step for one in db.session.query(Assignment).order_by(Assignment.id)]


def statuses(app: Flask, person: Person) -> list[int]:
    """What the person gets for the page of each assignment."""
    with app.app_context():
        ids = [one.id for one in db.session.query(Assignment).order_by(Assignment.id)]
    client = signed_in(app, person)
    return [client.get(f"/reviews/{id}").status_code for id in ids]


def also_applicant(app: Flask, world: World) -> None:
    """Rex joins a chapter, so that he can still sign in and see pages when his role has ended."""
    with app.app_context(), transaction():
        rex = db.session.get_one(Person, world.people["rex"].id)
        persons.join(rex, w.organisation("Chapter KE", "KE", "en"), actor=w.SYSTEM)


def test_ending_a_role_closes_its_open_assignments_and_keeps_what_was_submitted(app: Flask, world: World) -> None:
    end(app, world)

    assert states(app) == ["released", "released", "sent"]
    with app.app_context():
        events = db.session.query(Event).filter_by(key="end_role").order_by(Event.id).all()
        assert [(event.about_id, event.person_id, event.audience) for event in events] == [
            (1, None, "office"),
            (2, None, "office"),
        ]


def test_ending_a_role_hides_every_proposal(app: Flask, world: World) -> None:
    also_applicant(app, world)
    assert statuses(app, world.people["rex"]) == [200, 200, 200]

    end(app, world)

    assert statuses(app, world.people["rex"]) == [403, 403, 403]
    assert signed_in(app, world.people["rex"]).get("/reviews").status_code == 403


def test_the_officers_get_a_mail_and_the_task(app: Flask, world: World) -> None:
    with app.app_context():
        first = db.session.query(Application).order_by(Application.id).limit(1).one()
        w.review(world, first, ("ria", "rob"))
    olga, task = signed_in(app, world.people["olga"]), f'href="/applications/{first.id}/reviewers"'
    before = olga.get("/inbox").text

    end(app, world)

    assert (task in before, task in olga.get("/inbox").text) == (False, True)
    with app.app_context():
        mails = [row.args for row in db.session.query(Outbox).order_by(Outbox.id) if row.kind == "mail"][-4:]
        mailed = {(mail["person"], mail["path"]) for mail in mails}
        assert mailed == {(world.people[name].id, f"/applications/{id}") for name in ("olga", "omar") for id in (1, 2)}
        assert all("will not review application" in str(mail["text"]) for mail in mails)


def test_a_role_that_another_appointment_covers_goes_on(app: Flask, world: World) -> None:
    """Rex is appointed everywhere and for BTN-L; losing the first changes nothing there, losing the second does."""
    with app.app_context(), transaction():
        rex = db.session.get_one(Person, world.people["rex"].id)
        persons.appoint(rex, Role.REVIEWER, programme="BTN-L", actor=w.SYSTEM)

    end(app, world)
    assert states(app) == ["asked", "ready", "sent"]
    assert statuses(app, world.people["rex"]) == [200, 200, 200]

    end(app, world)
    assert states(app) == ["released", "released", "sent"]


def test_a_role_limited_to_another_programme_shows_nothing(app: Flask, world: World) -> None:
    with app.app_context(), transaction():
        rex = db.session.get_one(Person, world.people["rex"].id)
        persons.appoint(rex, Role.REVIEWER, programme="BTN-S", actor=w.SYSTEM)

    end(app, world)

    assert statuses(app, world.people["rex"]) == [404, 404, 404]
    assert "fibre title" not in signed_in(app, world.people["rex"]).get("/reviews").page.text


def unappoint(app: Flask) -> None:
    """The role ends in the table alone, as in a database of an earlier release."""
    with app.app_context(), transaction() as session:
        for appointment in session.query(Appointment).filter_by(role="reviewer"):
            appointment.ended_at = now()
        w.recorded()


def test_assignments_that_an_earlier_release_left_open_are_closed(app: Flask, world: World) -> None:
    unappoint(app)

    with app.app_context():
        init.close_leftovers()

    assert states(app) == ["released", "released", "sent"]


def test_the_assignments_of_appointed_reviewers_are_not(app: Flask, world: World) -> None:
    with app.app_context():
        init.close_leftovers()

    assert states(app) == ["asked", "ready", "sent"]


def answers(app: Flask, world: World) -> list[str]:
    """Open the invited proposal, save and submit the review of the scored one: what each command comes to."""
    rex, found = world.actor("rex", Role.REVIEWER), []
    with app.app_context():
        invited, scored, _ = db.session.query(Assignment).order_by(Assignment.id).all()
        commands: list[Callable[[], None]] = [
            lambda: transitions.apply(invited, "clear", actor=rex, answers={"none": True}),
            lambda: transitions.apply(scored, "send", actor=rex),
        ]
        for command in commands:
            try:
                with transaction():
                    command()
                found.append("done")
            except Refused as refused:
                found.append(str(refused))
    return found


def test_each_command_asks_for_the_role_again(app: Flask, world: World) -> None:
    unappoint(app)

    assert answers(app, world) == ["You are no longer appointed as a reviewer for this call."] * 2


def test_without_that_question_a_dismissed_reviewer_would_open_and_score(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unappoint(app)
    monkeypatch.setattr(Principal, "covers", lambda *_: True)

    assert answers(app, world) == ["done", "done"]
    assert states(app) == ["ready", "sent", "sent"]


def test_without_the_filter_a_dismissed_reviewer_would_read_on(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rex keeps a role for another programme, so that the page of reviews is still his."""
    with app.app_context(), transaction():
        rex = db.session.get_one(Person, world.people["rex"].id)
        persons.appoint(rex, Role.REVIEWER, programme="BTN-S", actor=w.SYSTEM)
    end(app, world)
    monkeypatch.setattr(visibility, "_covered", lambda *_: true())
    monkeypatch.setattr(Principal, "covers", lambda *_: True)

    client = signed_in(app, world.people["rex"])

    assert "fibre problem" in client.get("/reviews/3").page.text


def test_a_person_without_the_role_is_not_invited(app: Flask, world: World) -> None:
    unappoint(app)
    with app.app_context():
        row = db.session.query(Application).order_by(Application.id).limit(1).one()
        ron = db.session.get_one(Person, world.people["ron"].id)

        with pytest.raises(Refused, match=r"Ron \(demo\) is not appointed as a reviewer for this call"), transaction():
            assignments.assign(application=row, reviewer=ron, actor=world.actor("olga", Role.OFFICER))


def requests(app: Flask, world: World) -> list[int]:
    """Rex, who keeps the role in another programme, opens the invited proposal and submits the scored review."""
    with app.app_context(), transaction():
        rex = db.session.get_one(Person, world.people["rex"].id)
        persons.appoint(rex, Role.REVIEWER, programme="BTN-S", actor=w.SYSTEM)
    with app.app_context():
        rubric = world.calls["BTN-L"].data.rubric
        version = db.session.query(Review).filter_by(assignment_id=2).one().version
    marks = {f"{name}_{one.key}": text for one in rubric for name, text in (("score", "5"), ("comment", w.WHY))}
    review = {
        "version": str(version),
        "fund": "yes",
        "amount": "10,000.00",
        "confidence": "5",
        "strengths": w.WHY,
        "concerns": w.WHY,
    }
    client = signed_in(app, world.people["rex"])
    token = {"csrf_token": client.get("/account").page.form("/sign-out").fields["csrf_token"]}
    return [
        client.post("/reviews/1/clear", data=token | {"none": "y"}).status_code,
        client.post("/reviews/2/send", data=token | review | marks).status_code,
    ]


def test_a_dismissed_reviewer_finds_neither_proposal_nor_review(app: Flask, world: World) -> None:
    unappoint(app)

    assert requests(app, world) == [404, 404]
    assert states(app) == ["asked", "ready", "sent"]


def test_without_the_filter_a_dismissed_reviewer_would_open_and_score_in_the_browser(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unappoint(app)
    monkeypatch.setattr(visibility, "_covered", lambda *_: true())
    monkeypatch.setattr(Principal, "covers", lambda *_: True)

    assert requests(app, world) == [302, 302]
    assert states(app) == ["ready", "sent", "sent"]
