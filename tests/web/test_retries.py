"""Several failed jobs are retried together: each takes effect once, also if two people retry them at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import bindparam, func, select, update

from grants.db import GRANTS_NOW, db, transaction
from grants.models import Application, Outbox
from grants.queries import failures
from grants.services import outbox
from tests import world as w
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from tests.web.reading import conflict, statements, words
from workflows.engine.roles import Role

PEOPLE = ("olga", "omar")
REFUSED = "550 b'no such mailbox'"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """In every test three jobs of one application have failed: the receipt and two mails."""
    return prepare("several", begin)


def begin() -> None:
    """Fill the database."""
    w.in_review(w.build(programmes=("BTN-L",)))
    with transaction():
        for row in db.session.scalars(select(Outbox)):
            row.attempts, row.dead_at, row.problem = 1, GRANTS_NOW, REFUSED


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


def jobs(app: Flask) -> list[int]:
    """The ids of all jobs that are given up."""
    with app.app_context():
        return list(db.session.scalars(select(Outbox.id).where(Outbox.dead_at.is_not(None)).order_by(Outbox.id)))


def retry(client: Careful, *rows: int) -> tuple[int, str]:
    """The status of the answer to these selected jobs, and what the page that follows says."""
    answer = client.submit(client.get("/failures"), "/failures/again", rows=[str(row) for row in rows])
    return answer.status_code, words(client.get(answer.location) if answer.location else answer)


def test_the_selected_jobs_are_retried_and_the_others_are_not(app: Flask, world: w.World) -> None:
    first, second, third = jobs(app)

    status, text = retry(signed_in(app, world.people["ada"]), first, second)

    assert status == 302
    assert "2 jobs are being retried." in text
    assert jobs(app) == [third]


def test_jobs_that_another_person_has_retried_are_counted_apart(app: Flask, world: w.World) -> None:
    first, second, third = jobs(app)
    ada = signed_in(app, world.people["ada"])
    page = ada.get("/failures")
    retry(signed_in(app, world.people["olga"]), first)

    answer = ada.submit(page, "/failures/again", rows=[str(row) for row in (first, second, third)])

    text = words(ada.get(answer.location))
    assert "2 jobs are being retried. 1 other job had been retried or had succeeded already." in text
    assert jobs(app) == []


def test_when_all_were_retried_already_nothing_changes_and_the_page_says_so(app: Flask, world: w.World) -> None:
    rows = jobs(app)
    olga, ada = (signed_in(app, world.people[name]) for name in ("olga", "ada"))
    page = ada.get("/failures")
    retry(olga, *rows)

    answer = ada.submit(page, "/failures/again", rows=[str(row) for row in rows])

    assert answer.status_code == 409
    assert "Another person has already retried these jobs, or they have since succeeded." in words(answer)


def test_the_same_form_sent_again_gets_the_first_answer(app: Flask, world: w.World) -> None:
    rows = [str(row) for row in jobs(app)]
    ada = signed_in(app, world.people["ada"])
    page = ada.get("/failures")

    found = [ada.submit(page, "/failures/again", rows=rows) for _ in range(2)]

    assert [answer.location for answer in found] == ["/failures?retried=3"] * 2


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "Select at least one job."),
        ([str(number) for number in range(1, failures.PAGE + 2)], "Select fewer jobs: at most those on one page."),
        (["one"], "No job was retried"),
    ],
)
def test_a_selection_that_cannot_be_used_is_explained(
    app: Flask, world: w.World, rows: list[str], sentence: str
) -> None:
    ada = signed_in(app, world.people["ada"])

    answer = ada.submit(ada.get("/failures"), "/failures/again", rows=rows)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert len(jobs(app)) == 3


@pytest.mark.parametrize("row", ["999999", "2147483648"])
def test_with_a_job_that_does_not_exist_none_is_retried(app: Flask, world: w.World, row: str) -> None:
    ada = signed_in(app, world.people["ada"])

    answer = ada.submit(ada.get("/failures"), "/failures/again", rows=[str(jobs(app)[0]), row])

    assert (answer.status_code, len(jobs(app))) == (404, 3)


def test_a_conflict_hides_the_selected_jobs(app: Flask, world: w.World) -> None:
    omar = signed_in(app, world.people["omar"])
    page = omar.get("/failures")
    with app.app_context():
        conflict(world.people["omar"], db.session.get_one(Application, 1))

    answer = omar.submit(page, "/failures/again", rows=[str(row) for row in jobs(app)])

    assert (answer.status_code, len(jobs(app))) == (404, 3)


def test_of_two_people_at_the_same_time_each_job_has_one(app: Flask, world: w.World) -> None:
    rows = jobs(app)
    for _ in range(5):
        together = Barrier(len(PEOPLE))

        def retried(name: str, start: Barrier = together) -> int:
            with app.app_context(), transaction():
                start.wait()
                return sum(outbox.retry(row, actor=world.actor(name, Role.OFFICER)) for row in rows)

        with ThreadPoolExecutor(len(PEOPLE)) as people:
            assert sum(people.map(retried, PEOPLE)) == len(rows)
        with app.app_context(), transaction():
            db.session.execute(update(Outbox).values(dead_at=GRANTS_NOW))


def second_worker(app: Flask, world: w.World) -> bool:
    """Whether a second worker can claim a job that another one works on, after a second person has retried it."""
    row = jobs(app)[0]
    with app.app_context():
        with transaction():
            outbox.retry(row, actor=world.actor("olga", Role.OFFICER))
        assert outbox.claim(row) is not None
        with transaction():
            outbox.retry(row, actor=world.actor("omar", Role.OFFICER))
        return outbox.claim(row) is not None


def test_a_second_retry_does_not_give_the_job_to_a_second_worker(app: Flask, world: w.World) -> None:
    assert second_worker(app, world) is False


def test_without_the_guard_two_workers_would_do_the_job(
    app: Flask, world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"dead_at": None, "leased_until": None, "next_at": GRANTS_NOW, "not_before": None}
    monkeypatch.setattr(outbox, "GIVEN_UP", select(Outbox.id).where(Outbox.id == bindparam("row")))
    monkeypatch.setattr(failures, "listed", lambda *_, **__: ([object()], None))
    monkeypatch.setattr(
        outbox, "_revive", lambda wanted: bool(db.session.execute(update(Outbox).where(wanted).values(**values)))
    )

    assert second_worker(app, world) is True


def test_each_job_says_who_is_affected_and_what_to_do(app: Flask, world: w.World) -> None:
    with app.app_context():
        mail = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id).limit(1).one()
        recipient = str(mail.args["person"])

    office, ada = (signed_in(app, world.people[name]).get("/failures") for name in ("olga", "ada"))

    assert "which cannot open it" in words(office)
    assert "The applicant, who cannot open it" in words(ada)
    for page in (office, ada):
        assert "Find out whether the address is right. Retry once the mail server accepts it." in words(page)
    assert "Correct the data that the reason names, then select “Create again”." in words(office)
    assert "Ask a programme officer to correct the data that the reason names." in words(ada)
    assert f"/people/{recipient}" in ada.page.hrefs
    assert not [one for one in office.page.hrefs if one.startswith("/people/")]


def test_the_subject_of_a_mail_is_shown_with_its_application_only(app: Flask, world: w.World) -> None:
    office, ada = (signed_in(app, world.people[name]).get("/failures") for name in ("olga", "ada"))

    assert "Email: “" in words(office)
    assert "Email: “" not in words(ada)


def test_a_longer_page_sends_no_more_statements(app: Flask, world: w.World) -> None:
    olga = signed_in(app, world.people["olga"])
    olga.get("/failures")
    with statements(app) as few:
        olga.get("/failures")
    with app.app_context(), transaction():
        row = db.session.query(Outbox).filter_by(kind="mail").limit(1).one()
        for _ in range(20):
            db.session.add(Outbox(kind="mail", queue="default", args=row.args, dead_at=func.grants_now()))

    with statements(app) as many:
        olga.get("/failures")

    assert len(many) == len(few) <= 12
