"""Failed jobs: visible to people who may see the case, and retried by people who may do so."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from grants.access.principals import Principal
from grants.db import GRANTS_NOW, db, transaction
from grants.models import Application, Outbox
from grants.queries import failures
from grants.services import outbox
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from tests.web.reading import conflict, words
from workflows.engine.roles import Role

PROBLEM = "The letter ꙮ has no glyph in our fonts."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """In every test the receipt of one application could not be printed, and a mail about it could not be sent."""
    return prepare("failed", begin)


def begin() -> None:
    """Fill the database."""
    w.in_review(w.build(programmes=("BTN-L",)))
    with transaction():
        for row in db.session.scalars(select(Outbox)):
            row.attempts, row.dead_at, row.problem = 5, GRANTS_NOW, PROBLEM


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


def shown(client: Careful) -> tuple[int, int]:
    """Number of failures that the page lists, and how many of them lead to the application."""
    text = client.get("/failures").get_data(as_text=True)
    return text.count(PROBLEM), text.count("fibre title</a>")


def dead(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(Outbox.dead_at.is_not(None))) or 0


def test_staff_see_the_reason_and_the_case(app: Flask, world: w.World) -> None:
    assert shown(signed_in(app, world.people["olga"])) == (dead(app), dead(app))
    assert dead(app) == 3


def test_an_administrator_sees_the_failure_but_not_the_case(app: Flask, world: w.World) -> None:
    assert shown(signed_in(app, world.people["ada"])) == (dead(app), 0)


def test_a_conflict_hides_the_failures_of_the_case(app: Flask, world: w.World) -> None:
    omar = signed_in(app, world.people["omar"])
    before = shown(omar)
    with app.app_context():
        conflict(world.people["omar"], db.session.get_one(Application, 1))
        row = db.session.scalars(select(Outbox.id).limit(1)).one()

    assert (before, shown(omar)) == ((3, 3), (0, 0))
    token = omar.get("/failures").page.form("/sign-out").fields["csrf_token"]
    assert omar.post(f"/failures/{row}/again", data={"csrf_token": token}).status_code == 404
    assert dead(app) == 3


def test_a_retry_returns_the_job_to_the_queue_with_the_same_token(app: Flask, world: w.World) -> None:
    olga = signed_in(app, world.people["olga"])
    with app.app_context():
        row = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).one()

    answer = olga.submit(olga.get("/failures"), f"/failures/{row}/again")

    assert answer.location == "/failures"
    with app.app_context():
        again = db.session.get_one(Outbox, row)
        assert (again.dead_at, again.attempts, again.done_at) == (None, 5, None)


def test_of_two_people_who_retry_a_job_the_second_changes_nothing(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).one()
        done = []
        for name in ("olga", "omar"):
            with transaction():
                done.append(outbox.retry(row, actor=world.actor(name, Role.OFFICER)))

    assert done == [True, False]


def test_the_second_of_two_people_reads_that_the_job_is_retried_already(app: Flask, world: w.World) -> None:
    olga, omar = (signed_in(app, world.people[name]) for name in ("olga", "omar"))
    with app.app_context():
        row = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).one()
    again = f"/failures/{row}/again"
    pages = [client.get("/failures") for client in (olga, omar)]

    first, second = (client.submit(page, again) for client, page in zip((olga, omar), pages, strict=True))

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Another person has already retried this job, or it has since succeeded." in words(second)


def test_a_job_that_another_person_retries_at_the_same_instant_costs_nobody_their_role(
    app: Flask, world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = failures.listed

    def retried_first(reader: Principal, *, only: int) -> object:
        db.session.execute(update(Outbox).where(Outbox.id == only).values(dead_at=None, next_at=func.grants_now()))
        return listed(reader, only=only)

    monkeypatch.setattr(failures, "listed", retried_first)
    with app.app_context():
        row = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).one()
        with transaction():
            assert outbox.retry(row, actor=world.actor("olga", Role.OFFICER)) is False


def test_an_auditor_can_read_the_failures_and_a_grantee_cannot(app: Flask, world: w.World) -> None:
    uma, mia = signed_in(app, world.people["uma"]), signed_in(app, world.people["mg1"])
    page = uma.get("/failures")
    token = page.page.form("/sign-out").fields["csrf_token"]

    assert shown(uma) == (3, 3)
    assert "/again" not in page.get_data(as_text=True)
    assert (
        uma.post("/failures/1/again", data={"csrf_token": token}).status_code,
        mia.get("/failures").status_code,
    ) == (403, 403)


def test_the_officer_sees_that_an_invitation_to_a_reviewer_failed(app: Flask, world: w.World) -> None:
    with app.app_context():
        with transaction():
            assignments.assign(
                application=db.session.get_one(Application, 1),
                reviewer=world.people["ron"],
                actor=world.actor("olga", Role.OFFICER),
            )
        row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert row is not None
        assert str(row.args["path"]).startswith("/reviews/")
        with transaction():
            row.dead_at, row.problem = GRANTS_NOW, PROBLEM

    assert shown(signed_in(app, world.people["olga"])) == (dead(app), dead(app))
