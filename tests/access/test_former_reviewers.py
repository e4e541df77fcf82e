"""A former reviewer who acts for another applicant of the call sees nothing more of the rival."""

from __future__ import annotations

from email.message import Message as Email

import pytest
from flask import Flask
from sqlalchemy import true

from grants.access import visibility
from grants.db import db, transaction
from grants.jobs import mailing, processing
from grants.models import Application, Appointment, Assignment, Outbox
from grants.services import persons, transitions
from grants.services.reviews import assignments
from tests import world as w
from tests.access.test_reviewers_who_apply import invite, join
from tests.browser import browser, named
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

IN_REVIEW, DECIDED = 1, 2
FORMER = {
    "declined": ("rex", IN_REVIEW),
    "withdrawn": ("ria", IN_REVIEW),
    "released": ("ron", IN_REVIEW),
    "sent": ("rob", DECIDED),
}
"""Who has an assignment that ended at this step, and of which application."""
SECRETS = ("fibre title", "Chapter MG", "fibre partners")
FORMS = ("", "/clear", "/send", "/conflict")
every_end = pytest.mark.parametrize(("step", "name", "id"), [(step, *one) for step, one in FORMER.items()], ids=FORMER)


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two applications with reviewers who no longer take part; the chapter in Bolivia has a draft in the call."""
    return prepare("former_reviewers", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    row = w.in_review(world)
    for name in ("rex", "ria", "ron"):
        invite(world, row, name)
    w.apply(world, of("rex", row.id), "decline", "rex", Role.REVIEWER, reason="No time this month.")
    w.apply(world, of("ria", row.id), "withdraw", "olga", Role.OFFICER, reason="There are enough reviewers.")
    with transaction():
        held = db.session.query(Appointment).filter_by(person_id=named("ron").id).one()
        persons.dismiss(held, actor=w.SYSTEM, apply=transitions.apply)
    with transaction():
        persons.appoint(named("ron"), Role.REVIEWER, actor=w.SYSTEM)
    decided = w.in_review(world)
    w.review(world, decided)
    w.apply(world, decided, "to_panel", "olga", Role.OFFICER)
    w.apply(world, decided, "recommend", "omar", Role.OFFICER, kind="decline", feedback=w.WHY)
    w.apply(world, decided, "decline", "pia", Role.APPROVER, feedback=w.WHY)
    w.begun(world, "BTN-L", "bo")


def of(name: str, application: int) -> Assignment:
    """The assignment of a reviewer."""
    return db.session.query(Assignment).filter_by(application_id=application, person_id=named(name).id).one()


def shown(app: Flask, name: str, address: str) -> list[str]:
    """What a page tells the person of the rival."""
    answer = browser(app, name).get(address)
    return [word for word in SECRETS if word in answer.get_data(as_text=True)]


def becomes_a_rival(app: Flask, step: str, name: str, id: int) -> int:
    """The person joins the chapter in Bolivia; returns their assignment, which stays as it was."""
    with app.app_context():
        join(name, "bo")
        assert of(name, id).step == step
        return of(name, id).id


@every_end
def test_a_former_reviewer_sees_nothing_of_a_rival(app: Flask, step: str, name: str, id: int) -> None:
    own = becomes_a_rival(app, step, name, id)
    client = browser(app, name)
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]
    forms = [f"/reviews/{own}{form}" for form in FORMS] + [
        f"/assignments/{own}/transitions/{key}" for key in ("decline", "conflict", "clear", "send")
    ]

    assert {client.get(f"/reviews/{own}{page}").status_code for page in ("", "/conflict")} == {404}
    assert {client.post(form, data={"csrf_token": token, "none": "yes"}).status_code for form in forms} == {404}
    assert shown(app, name, "/reviews") == []
    assert f'"/reviews/{own}"' not in client.get("/reviews").get_data(as_text=True)


@every_end
def test_without_the_filter_they_would_see_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, step: str, name: str, id: int
) -> None:
    monkeypatch.setattr(visibility, "_to_answer", lambda _: true())
    own = becomes_a_rival(app, step, name, id)

    assert shown(app, name, f"/reviews/{own}/conflict")[:2] == list(SECRETS[:2])
    assert shown(app, name, "/reviews") == ["fibre title"]


@every_end
def test_a_former_reviewer_who_has_not_applied_sees_what_they_saw(app: Flask, step: str, name: str, id: int) -> None:
    with app.app_context():
        own = of(name, id).id

    assert shown(app, name, f"/reviews/{own}")
    assert shown(app, name, "/reviews") == ["fibre title"]


def open_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Rex is invited again and becomes a rival, as in the data of an earlier release; returns his assignment."""
    monkeypatch.setattr(assignments, "release_involved", lambda *_, **__: None)
    with app.app_context():
        w.apply(w.found(), of("rex", IN_REVIEW), "invite_again", "olga", Role.OFFICER)
    return becomes_a_rival(app, "asked", "rex", IN_REVIEW)


def test_an_open_assignment_stays_visible_for_declaring_the_conflict(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = open_again(app, monkeypatch)
    rex = browser(app, "rex")

    assert rex.submit(rex.get(f"/reviews/{own}"), "/clear", applied="yes").status_code == 302
    assert rex.get(f"/reviews/{own}").status_code == 404


def mails_of(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the mails that Ria gets once she has become a rival."""
    found: list[str] = []

    def keep(_: object, message: Email) -> None:
        if str(message["To"]) == "ria@example.org":
            found.append(str(message["Subject"]))

    monkeypatch.setattr(mailing, "deliver", keep)
    becomes_a_rival(app, "withdrawn", *FORMER["withdrawn"])
    with app.app_context():
        waiting = [row.id for row in db.session.query(Outbox).filter_by(kind="mail", done_at=None)]
        db.session.rollback()
        processing.work(waiting)
    return found


def test_the_mail_about_a_withdrawn_invitation_does_not_reach_a_rival(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mails_of(app, monkeypatch) == []


def test_without_the_filter_the_mail_would_reach_them(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        reference = db.session.get_one(Application, IN_REVIEW).reference
    monkeypatch.setattr(visibility, "_to_answer", lambda _: true())

    assert any(str(reference) in subject for subject in mails_of(app, monkeypatch))
