"""Staff who are to review an application learn neither why other reviewers do not, nor how far they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from grants.access import principals
from grants.access.principals import Principal
from grants.db import db, transaction
from grants.models import Assignment, Conflict, Person, Score
from grants.services import persons
from tests import world as w
from tests.access.test_judged_before_joining import send
from tests.access.test_reviewers_who_apply import invite
from tests.browser import browser, named
from tests.prepared import Prepare
from tests.sweeps import swept
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

APPLICATION = 1
"""Ria has declined to review it, Rob has scored two criteria, Ron has a conflict of interest, and Rex is invited."""
REFUSAL = "The budget looks padded, and I will not spend a day on it."
PROGRESS = "started, 2 of"
CONFLICT = "My employer or I could gain or lose financially from the decision."
SECRETS = (REFUSAL, PROGRESS, CONFLICT)
PAGES = ("", "/reviews", "/history", "/proposal", "/reviewers")
STAFF = (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
INVITED = "You have been invited to review this application. Decline the invitation first"
OPENED = "You have opened this application as a reviewer, so another person must do this."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application with a reviewer at each step."""
    return prepare("progress_of_others", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    row = w.in_review(world)
    for name in ("rex", "ria", "ron"):
        invite(world, row, name)
    w.apply(world, of("ria"), "decline", "ria", Role.REVIEWER, reason=REFUSAL)
    w.apply(world, of("ron"), "conflict", "ron", Role.REVIEWER, money=True)
    review = w.scored(world, row, "rob")
    with transaction() as session:
        for score in session.query(Score).filter_by(review_id=review.id).order_by(Score.id).offset(2):
            score.points = None
        w.recorded()


def of(name: str) -> Assignment:
    """The assignment of a reviewer."""
    return db.session.query(Assignment).filter_by(application_id=APPLICATION, person_id=named(name).id).one()


def become(role: Role, *, opened: bool) -> None:
    """Rex, who has opened the proposal or not, becomes a member of staff."""
    if opened:
        w.apply(w.found(), of("rex"), "clear", "rex", Role.REVIEWER, none=True)
    with transaction():
        persons.appoint(named("rex"), role, actor=w.SYSTEM)


def learnt(app: Flask, name: str = "rex") -> set[str]:
    """What the pages of the application tell the person about the other reviewers."""
    client, found = browser(app, name), set()
    for page in PAGES:
        answer = client.get(f"/applications/{APPLICATION}{page}")
        assert answer.status_code in {200, 403}
        found |= {secret for secret in SECRETS if secret in " ".join(answer.page.text.split())}
    return found


@pytest.mark.parametrize("opened", [False, True], ids=["invited", "opened"])
@pytest.mark.parametrize("role", swept(map(pytest.param, STAFF), lambda _: True))
def test_staff_who_are_to_review_learn_neither_reasons_nor_progress(app: Flask, role: Role, *, opened: bool) -> None:
    with app.app_context():
        become(role, opened=opened)
    text = browser(app, "rex").get(f"/applications/{APPLICATION}").page.text

    assert learnt(app) == set()
    assert all(f"{name} (demo)" in text for name in ("Ria", "Rob", "Ron"))
    assert all(step in text for step in ("declined", "Reviewing", "has a conflict of interest"))


@pytest.fixture
def unaware(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows who is to review."""
    real, nothing = principals.principal_of, frozenset[int]()

    def without(person: Person, ties: Iterable[Sequence[Any]]) -> Principal:
        return replace(real(person, ties), reviewing=nothing)

    monkeypatch.setattr(principals, "principal_of", without)


@pytest.mark.usefixtures("unaware")
@pytest.mark.parametrize("role", STAFF)
def test_without_the_record_they_would_read_them(app: Flask, role: Role) -> None:
    with app.app_context():
        become(role, opened=False)

    assert learnt(app) == {REFUSAL, PROGRESS}


def test_staff_who_do_not_review_read_them(app: Flask) -> None:
    assert learnt(app, "olga") == learnt(app, "pia") == learnt(app, "uma") == {REFUSAL, PROGRESS}


def conflict_of(app: Flask, name: str) -> str:
    """The address at which a person's conflict of interest is lifted."""
    with app.app_context():
        return f"/conflicts/{db.session.query(Conflict).filter_by(person_id=named(name).id).one().id}/lift"


@pytest.mark.parametrize(("opened", "reason"), [(False, INVITED), (True, OPENED)], ids=["invited", "opened"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER])
def test_they_do_not_read_which_conflict_another_reviewer_has(
    app: Flask, role: Role, reason: str, *, opened: bool
) -> None:
    address = conflict_of(app, "ron")
    with app.app_context():
        become(role, opened=opened)
    rex = browser(app, "rex")
    answers = [rex.get(address), send(rex, address, reason="")]

    assert address not in rex.get(f"/applications/{APPLICATION}").page.hrefs
    assert [(one.status_code, reason in one.page.text, CONFLICT in one.page.text) for one in answers] == [
        (409, True, False)
    ] * 2


@pytest.mark.usefixtures("unaware")
def test_without_the_record_they_would_read_the_conflict(app: Flask) -> None:
    with app.app_context():
        become(Role.OFFICER, opened=False)

    assert CONFLICT in browser(app, "rex").get(conflict_of(app, "ron")).page.text


def test_an_officer_who_does_not_review_reads_and_lifts_it(app: Flask) -> None:
    address, olga = conflict_of(app, "ron"), browser(app, "olga")
    page = olga.get(address)

    assert address in olga.get(f"/applications/{APPLICATION}").page.hrefs
    assert CONFLICT in page.page.text
    assert olga.submit(page, address, reason="He was mistaken about it.").status_code == 302
