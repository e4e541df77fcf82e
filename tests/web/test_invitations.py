"""Invitations to review: withdrawn, given again, and ended by a conflict of interest that another person can lift."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Assignment, Conflict, Event, Outbox
from grants.queries import cases
from grants.queries.reviews import written
from grants.services import persons, transitions
from grants.services.refusals import Refused
from grants.services.reviews import assignments, conflicts
from tests import world as w
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.world import World
from workflows.engine.roles import CLOCK, Role

pytestmark = pytest.mark.sweep

WHY = "The review is not needed any more."


@pytest.fixture(scope="session")
def ground(prepare: Prepare, in_review: str) -> str:
    """Rex, Ria and Rob have submitted reviews of an application, and Ron is invited."""
    return prepare("invitations", begin, in_review)


def begin() -> None:
    """Fill the database."""
    world, row = w.found(), w.first()
    w.review(world, row)
    with transaction():
        assignments.assign(application=row, reviewer=world.people["ron"], actor=world.actor("olga", Role.OFFICER))


@pytest.fixture
def world(app: Flask) -> World:
    """The people and the call."""
    with app.app_context():
        return w.found()


def of(world: World, name: str) -> Assignment:
    """The assignment of this reviewer."""
    return db.session.query(Assignment).filter_by(person_id=world.people[name].id).one()


def step(app: Flask, world: World, name: str) -> str:
    """The step of the assignment of this reviewer."""
    with app.app_context():
        return of(world, name).step


def newest_mail(app: Flask) -> dict[str, Any]:
    """The newest mail of the outbox."""
    with app.app_context():
        row = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id.desc()).limit(1).one()
        return dict(row.args)


def act(app: Flask, world: World, name: str, key: str, **fields: str) -> int:
    """Olga acts on the assignment of this reviewer, on the page with the reviewers."""
    olga = signed_in(app, world.people["olga"])
    with app.app_context():
        id = of(world, name).id
    return olga.submit(
        olga.get("/applications/1/reviewers"), f"/assignments/{id}/transitions/{key}", **fields
    ).status_code


def test_an_officer_withdraws_an_invitation_with_a_reason(app: Flask, world: World) -> None:
    assert act(app, world, "ron", "withdraw", reason=WHY, confirmed="yes") == 302

    assert step(app, world, "ron") == "withdrawn"
    mail = newest_mail(app)
    assert (mail["person"], WHY in str(mail["text"])) == (world.people["ron"].id, True)
    assert "fibre title" not in signed_in(app, world.people["ron"]).get("/inbox").text
    with app.app_context():
        event = db.session.query(Event).filter_by(key="withdraw", about="assignment").one()
        assert (event.step_from, event.step_to, event.audience) == ("asked", "withdrawn", "office")


def test_without_a_reason_the_form_is_shown_again(app: Flask, world: World) -> None:
    assert act(app, world, "ron", "withdraw", reason="No") == 422
    assert step(app, world, "ron") == "asked"


@pytest.mark.parametrize("key", ["decline", "withdraw"])
def test_a_reviewer_who_dropped_out_is_invited_again(app: Flask, world: World, key: str) -> None:
    with app.app_context():
        by = ("ron", Role.REVIEWER) if key == "decline" else ("olga", Role.OFFICER)
        w.apply(world, of(world, "ron"), key, *by, reason=WHY)

    assert act(app, world, "ron", "invite_again") == 302

    assert step(app, world, "ron") == "asked"
    assert newest_mail(app)["path"] == "/reviews/4"
    with app.app_context():
        assert (of(world, "ron").reason, of(world, "ron").cleared_at) == ("", None)


def test_a_reviewer_in_conflict_is_not_invited_again_until_it_is_lifted(app: Flask, world: World) -> None:
    with app.app_context():
        w.apply(world, of(world, "rex"), "conflict", "rex", Role.REVIEWER, money=True)
    olga = signed_in(app, world.people["olga"])
    assert "Rex (demo) has a conflict of interest." in olga.get("/applications/1/reviewers").page.text

    shown = olga.get("/applications/1")
    assert "Rex (demo)" in shown.page.text
    assert (
        olga.submit(olga.get("/conflicts/1/lift"), "/lift", reason="He had left that employer in 2019.").status_code
        == 302
    )
    assert act(app, world, "rex", "invite_again") == 302

    with app.app_context():
        conflict, assignment = db.session.query(Conflict).one(), of(world, "rex")
        assert (conflict.lifted_by, assignment.step) == (world.people["olga"].id, "asked")
        assert assignment.review is not None
        assert assignment.review.sent_at is None


def counted(app: Flask) -> tuple[int, int]:
    """The reviews that count for the decision, and those on the page that compares them."""
    with app.app_context():
        row = db.session.query(Application).one()
        board = written.board(written.of(row), row.call.data.rubric, row.stage)
        return cases.of(row, now()).reviews_in, len(board.totals)


def test_a_review_leaves_the_count_when_its_author_declares_a_conflict(app: Flask, world: World) -> None:
    assert counted(app) == (3, 3)
    rex = signed_in(app, world.people["rex"])
    with app.app_context():
        id = of(world, "rex").id

    rex.submit(rex.get(f"/reviews/{id}/conflict"), "/conflict", author="y")

    assert counted(app) == (2, 2)
    mail = newest_mail(app)
    assert (mail["role"], "no longer counts" in str(mail["text"])) == ("officer", True)
    with app.app_context(), pytest.raises(Refused, match="3 reviews are required; 2 submitted so far"):
        w.apply(world, db.session.query(Application).one(), "to_panel", "olga", Role.OFFICER)


def test_if_a_conflict_left_the_assignment_as_it_is_the_review_would_count(app: Flask, world: World) -> None:
    """Counter-test: only the conflict is stored, as a form of its own would."""
    with app.app_context(), transaction() as session:
        session.add(Conflict(application_id=1, person_id=world.people["rex"].id, kinds="author"))
        w.recorded()

    assert counted(app) == (3, 3)


def test_staff_declare_a_conflict_on_the_page_of_the_application(app: Flask, world: World) -> None:
    pia = signed_in(app, world.people["pia"])
    assert "/applications/1/conflict" in pia.get("/applications/1").text

    answer = pia.submit(pia.get("/applications/1/conflict"), "/conflict", person="y")

    assert answer.location.endswith("/applications?conflict=1")
    assert "not see this application again unless the conflict is lifted." in pia.get(answer.location).page.text
    assert pia.get("/applications/1").status_code == 404
    assert "has declared a conflict of interest" in str(newest_mail(app)["text"])
    with app.app_context():
        event = db.session.query(Event).filter_by(key="declare").one()
        assert (event.about, event.person_id, event.audience) == ("conflict", world.people["pia"].id, "office")


def test_a_declaration_needs_a_kind(app: Flask, world: World) -> None:
    pia = signed_in(app, world.people["pia"])

    answer = pia.submit(pia.get("/applications/1/conflict"), "/conflict")

    assert (answer.status_code, "Select what applies to you." in answer.page.text) == (422, True)


def test_the_review_of_an_officer_in_conflict_leaves_the_count_too(app: Flask, world: World) -> None:
    """Rex is an officer as well, as in data of an earlier release."""
    with app.app_context(), transaction():
        persons.appoint(world.people["rex"], Role.OFFICER, actor=CLOCK)
    with app.app_context(), transaction():
        row = db.session.query(Application).one()
        conflicts.declare_as_staff(
            row, kinds=["member"], actor=world.actor("rex", Role.OFFICER), apply=transitions.apply
        )

    assert (step(app, world, "rex"), counted(app)) == ("conflicted", (2, 2))
    with app.app_context():
        assert db.session.query(Conflict).count() == 1


def declared(app: Flask, world: World, name: str) -> int:
    """Declare a conflict of this member of staff; its id."""
    with app.app_context():
        with transaction():
            conflicts.declare_as_staff(
                db.session.query(Application).one(),
                kinds=["money"],
                actor=world.actor(name, Role.OFFICER),
                apply=transitions.apply,
            )
        return db.session.query(Conflict).one().id


def test_no_one_lifts_their_own_conflict(app: Flask, world: World) -> None:
    id = declared(app, world, "olga")

    with app.app_context(), pytest.raises(Refused, match="another person must lift it"), transaction():
        conflicts.lift(db.session.get_one(Conflict, id), reason=WHY, actor=world.actor("olga", Role.OFFICER))
    assert signed_in(app, world.people["olga"]).get(f"/conflicts/{id}/lift").status_code == 404


def test_a_lifted_conflict_shows_the_application_again_and_is_lifted_once(app: Flask, world: World) -> None:
    id = declared(app, world, "olga")
    omar, olga = signed_in(app, world.people["omar"]), signed_in(app, world.people["olga"])
    assert olga.get("/applications/1").status_code == 404

    assert omar.submit(omar.get(f"/conflicts/{id}/lift"), "/lift", reason="").status_code == 422
    assert omar.submit(omar.get(f"/conflicts/{id}/lift"), "/lift", reason=WHY).status_code == 302

    assert olga.get("/applications/1").status_code == 200
    with app.app_context(), pytest.raises(Refused, match="already been lifted"), transaction():
        conflicts.lift(db.session.get_one(Conflict, id), reason=WHY, actor=world.actor("omar", Role.OFFICER))


def test_when_the_application_is_withdrawn_its_reviewers_are_removed(app: Flask, world: World) -> None:
    with app.app_context():
        row = db.session.query(Application).one()
        w.apply(world, row, "withdraw", "mg1", Role.APPLICANT, reason="We found other money for it.")

    assert [step(app, world, name) for name in ("rex", "ron")] == ["sent", "released"]
    with app.app_context():
        event = db.session.query(Event).filter_by(key="release").one()
        assert (event.step_from, event.step_to, event.role) == ("asked", "released", "clock")


@pytest.mark.parametrize("key", ["release", "end_role"])
def test_a_reviewer_is_removed_only_when_the_review_or_the_role_is_over(app: Flask, world: World, key: str) -> None:
    with app.app_context(), pytest.raises(Refused), transaction():
        transitions.apply(of(world, "ron"), key, actor=w.SYSTEM)
