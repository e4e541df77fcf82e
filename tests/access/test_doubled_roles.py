"""Nobody becomes a reviewer who can read the other reviews in another role, and nobody invites themselves."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Appointment, Assignment
from grants.queries.reviews import assignments as candidates
from grants.services import persons, transitions
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import Answer, browser, named
from tests.prepared import Prepare
from workflows.engine.roles import Role
from workflows.flows import assignment
from workflows.rules.reviews import not_oneself

pytestmark = pytest.mark.sweep

ONESELF = "You cannot invite yourself to review."
READS = "has, or had, access to the other reviews in another role."
OPENED = "You have opened this application as a reviewer, so another person must do this."
SENT, FRESH = 1, 2
"""The applications: one with two submitted reviews to which Rex is invited, and one without a review."""
STAFF = {"dora": Role.OFFICER, "audi": Role.AUDITOR, "pat": Role.APPROVER}


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two applications in review, and people who are reviewers and staff."""
    return prepare("doubled", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    with transaction():
        for name in (*STAFF, "gone", "early"):
            persons.appoint(w.person(name), Role.REVIEWER, actor=w.SYSTEM)
        for name, role in (*STAFF.items(), ("gone", Role.OFFICER), ("early", Role.OFFICER)):
            persons.appoint(named(name), role, actor=w.SYSTEM)
    end("early")
    row = w.in_review(world)
    w.review(world, row, ("ria", "rob"))
    end("gone")
    with transaction():
        assignments.assign(application=row, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER))
    w.in_review(world)


def end(name: str) -> None:
    """The person is no longer an officer."""
    with transaction():
        held = db.session.query(Appointment).filter_by(person_id=named(name).id, role=str(Role.OFFICER)).one()
        persons.dismiss(held, actor=w.SYSTEM, apply=transitions.apply)


def invite(app: Flask, by: str, name: str, application: int = SENT) -> Answer:
    """The person invites another one, with the form of the page."""
    client = browser(app, by)
    form = client.get(f"/applications/{application}/reviewers").page.form("/reviewers")
    with app.app_context():
        chosen = named(name).id
    return client.post(form.action, data={**form.fields, "reviewer": str(chosen)})


def step(app: Flask, name: str, application: int = SENT) -> str | None:
    """The step of the person's assignment; None without one."""
    with app.app_context():
        found = db.session.query(Assignment.step).filter_by(application_id=application, person_id=named(name).id)
        return found.scalar()


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks who can read the other reviews."""
    monkeypatch.setattr(candidates, "_readers", lambda *_: frozenset())


@pytest.fixture
def selfless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks who invites whom."""
    monkeypatch.setattr(assignments, "not_oneself", lambda *_: None)


@pytest.mark.usefixtures("unread")
def test_an_officer_does_not_invite_themselves(app: Flask) -> None:
    answer = invite(app, "dora", "dora")

    assert (answer.status_code, ONESELF in answer.page.text) == (409, True)
    assert step(app, "dora") is None


@pytest.mark.usefixtures("unread", "selfless")
def test_without_the_guards_an_officer_would_invite_themselves(app: Flask) -> None:
    assert invite(app, "dora", "dora").status_code == 302
    assert step(app, "dora") == "asked"


@pytest.mark.parametrize("application", [SENT, FRESH])
@pytest.mark.parametrize("name", STAFF)
def test_staff_who_can_read_the_reviews_are_not_invited(app: Flask, name: str, application: int) -> None:
    page = browser(app, "olga").get(f"/applications/{application}/reviewers").page
    answer = invite(app, "olga", name, application)

    assert f"{name.title()} (demo) {READS}" in page.text
    assert (answer.status_code, READS in answer.page.text) == (409, True)
    assert step(app, name, application) is None


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("name", STAFF)
def test_without_the_guard_they_would_be_invited(app: Flask, name: str) -> None:
    assert invite(app, "olga", name).status_code == 302
    assert step(app, name) == "asked"


def test_a_role_that_ended_before_the_first_review_does_not_matter(app: Flask) -> None:
    """Whoever was an officer when a review had been submitted is not invited, also when the role has ended since."""
    found = {name: invite(app, "olga", name).status_code for name in ("gone", "early")}

    assert found == {"gone": 409, "early": 302}
    assert invite(app, "olga", "gone", FRESH).status_code == 302


def decline_and_read(app: Flask) -> str:
    """Rex, who has become an officer, declines his invitation and reads the reviews."""
    with app.app_context(), transaction():
        persons.appoint(named("rex"), Role.OFFICER, actor=w.SYSTEM)
    rex = browser(app, "rex")
    with app.app_context():
        own = db.session.query(Assignment.id).filter_by(application_id=SENT, person_id=named("rex").id).scalar()
    rex.submit(rex.get(f"/reviews/{own}"), "/transitions/decline", reason="No time this month.")
    assert w.WHY in rex.get(f"/applications/{SENT}/reviews").page.text
    return f"/assignments/{own}/transitions/invite_again"


def again(app: Flask, by: str, address: str) -> Answer:
    """The person sends the form that invites again."""
    client = browser(app, by)
    form = client.get(f"/applications/{SENT}/reviewers").page.form("/reviewers")
    return client.post(address, data=form.fields)


def test_a_reviewer_who_declined_and_read_the_reviews_is_not_invited_again(app: Flask) -> None:
    address = decline_and_read(app)
    own, other = again(app, "rex", address), again(app, "olga", address)

    assert (own.status_code, ONESELF in own.page.text, READS in own.page.text) == (409, True, True)
    assert (other.status_code, f"Rex (demo) {READS}" in other.page.text) == (409, True)
    assert READS in browser(app, "olga").get(f"/applications/{SENT}/reviewers").page.text
    assert step(app, "rex") == "declined"


@pytest.mark.usefixtures("unread")
def test_without_the_guard_they_would_be_invited_again(app: Flask) -> None:
    assert again(app, "olga", decline_and_read(app)).status_code == 302
    assert step(app, "rex") == "asked"


def test_a_row_that_leads_to_an_invitation_asks_who_is_invited() -> None:
    rows = [row for row in assignment.FLOW.transitions if "asked" in row.target]

    assert [row.key for row in rows if not_oneself not in row.guards] == []


def test_a_reviewer_does_not_send_the_application_to_the_panel(app: Flask) -> None:
    """Ria, who has submitted her review, becomes an officer."""
    with app.app_context(), transaction():
        persons.appoint(named("ria"), Role.OFFICER, actor=w.SYSTEM)
    ria = browser(app, "ria")
    page, tasks = ria.get(f"/applications/{SENT}").page, ria.get("/inbox").page
    choice = ria.get(f"/applications/{SENT}/reviewers").page

    assert OPENED in page.text
    assert (OPENED in choice.text, "Invite reviewer" in choice.text) == (True, False)
    assert [form.action for form in page.forms if "/transitions/" in form.action] == []
    assert f"/applications/{SENT}" not in [href.partition("#")[0] for href in tasks.hrefs]
