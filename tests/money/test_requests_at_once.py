"""The races over decisions once more, as browsers run them: two people press a button at the same instant.

`test_limits.py` and `test_judging.py` let commands meet. Here whole requests do, which have loaded the row, its call
and the roles of the reader before anything is locked. The counter-tests hold nothing, and show the damage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Assignment, Award, Call, Check, Event, Person
from grants.queries import cases
from grants.queries.cases import assignments as sending
from grants.services import persons, transitions
from grants.web import transitions as route
from grants.web.applications import eligibility
from tests import world
from tests.browser import signed_in
from tests.money.conftest import Copies
from tests.money.racing import ROUNDS, unlock
from tests.money.test_judging import Meeting
from tests.money.test_races import unlock_all
from tests.reused import Reused
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

Press = Callable[[], int]
"""Sends a form that a browser has loaded; returns the status of the answer."""
Pages = Callable[[str], AbstractContextManager[Flask]]
HERE = "/applications/1"
LONG = 10
"""Seconds that a request waits for another which nothing holds back."""


@pytest.fixture
def pages(copies: Copies, webs: Reused) -> Pages:
    """The web application on a copy of a prepared database."""

    @contextmanager
    def opened(source: str) -> Iterator[Flask]:
        with copies(source) as app, webs.on(app.extensions["settings"]) as web:
            yield web

    return opened


def press(web: Flask, name: str, page: str, action: str, **fields: Any) -> Press:
    """The button of a page that this person has opened."""
    with web.app_context():
        person = db.session.query(Person).filter_by(email=f"{name}@example.org").one()
    browser = signed_in(web, person)
    form = browser.get(page).page.form(action)
    return lambda: browser.post(form.action, data={**form.fields, **fields}).status_code


def meet(meeting: Meeting, first: Press, other: Press) -> tuple[int, int]:
    """The other request arrives while the first is between reading and writing."""
    with ThreadPoolExecutor(2) as pool:
        early = pool.submit(first)
        assert meeting.read.wait(10)
        late = pool.submit(other)
        late.add_done_callback(lambda _: meeting.ended.set())
        return early.result(30), late.result(30)


def order(web: Flask, *keys: str) -> list[str]:
    """The keys of these events in the order in which they were recorded."""
    with web.app_context():
        rows = db.session.query(Event.key).filter(Event.key.in_(keys)).order_by(Event.id)
        return [key for (key,) in rows][-len(keys) :]


# Two approvers award at once, where an organisation may hold two grants and holds one.


def awarding(web: Flask, name: str, id: int) -> Press:
    """An approver awards an application in full."""
    return press(web, name, f"/applications/{id}", "/transitions/award", amount="10,000.00", confirmed="yes")


def grants(web: Flask, chapter: int, patch: pytest.MonkeyPatch, longest: float) -> tuple[int, list[int]]:
    """Award one application of the chapter, then two at once; returns how many grants it then holds."""
    first = 1001 + 3 * chapter
    assert awarding(web, "pia", first)() == 302
    pia, pam = awarding(web, "pia", first + 1), awarding(web, "pam", first + 2)
    answers = meet(Meeting(patch, cases, "of", longest=longest), pia, pam)
    with web.app_context():
        held = db.session.query(Award).join(Application).filter(Application.organisation_id == 1001 + chapter)
        return held.count(), sorted(answers)


def second_approver(web: Flask) -> None:
    """Pam is an approver too."""
    with web.app_context(), transaction():
        persons.appoint(world.person("pam"), Role.APPROVER, actor=world.SYSTEM)


def test_two_approvers_award_no_more_than_an_organisation_may_hold(pages: Pages, nearly_full: str) -> None:
    with pages(nearly_full) as web:
        second_approver(web)
        for chapter in range(ROUNDS // 5):
            with pytest.MonkeyPatch.context() as patch:
                assert grants(web, chapter, patch, 0.15) == (2, [302, 409])


def test_without_the_lock_two_approvers_award_one_grant_too_many(
    pages: Pages, nearly_full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pages(nearly_full) as web:
        second_approver(web)
        unlock_all(monkeypatch)
        assert grants(web, 0, monkeypatch, LONG) == (3, [302, 302])


# An officer passes the application to review while another finds that a check failed.


def passing(web: Flask, patch: pytest.MonkeyPatch, longest: float) -> tuple[str, int]:
    """The step of the application afterwards, and the number of its failed checks."""
    with web.app_context():
        key = db.session.get_one(Application, 1).call.data.checks[0][0]
    failed = {f"{key}-verdict": "failed", f"{key}-note": "The chapter is not in the list."}
    onward = press(web, "omar", HERE, "/transitions/pass")
    verdict = press(web, "olga", HERE, f"/checks/{key}", **failed)
    meet(Meeting(patch, cases, "of", longest=longest), onward, verdict)
    with web.app_context():
        count = db.session.query(Check).filter_by(verdict="failed").count()
        return db.session.get_one(Application, 1).step, count


def test_an_application_is_not_in_review_with_a_failed_check(
    pages: Pages, checked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pages(checked) as web:
        assert passing(web, monkeypatch, 0.15) == ("review", 0)


def test_without_the_lock_it_is_in_review_with_a_failed_check(
    pages: Pages, checked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with pages(checked) as web:
        assert passing(web, monkeypatch, LONG) == ("review", 1)


# A reviewer submits while the application goes to the panel.


def reviewing(web: Flask, patch: pytest.MonkeyPatch, longest: float) -> list[str]:
    """The review and the panel in the order of their events; only one of them if the other is refused."""
    with web.app_context():
        id = db.session.query(Assignment).filter_by(step="ready").one().id
    send = press(web, "ron", f"/reviews/{id}", "/send")
    panel = press(web, "omar", HERE, "/transitions/to_panel")
    assert meet(Meeting(patch, sending, "missing", longest=longest), send, panel) == (302, 302)
    return order(web, "send", "to_panel")


def test_a_review_is_not_submitted_after_the_panel_began(
    pages: Pages, fourth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pages(fourth) as web:
        assert reviewing(web, monkeypatch, 0.15) == ["send", "to_panel"]


def test_without_the_lock_a_review_is_submitted_after_the_panel_began(
    pages: Pages, fourth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel leaves the open assignment as it is here, because its version is a second safeguard."""
    unlock(monkeypatch)
    monkeypatch.setattr(transitions, "_end_parts", lambda _: None)
    with pages(fourth) as web:
        assert reviewing(web, monkeypatch, LONG) == ["to_panel", "send"]


# An applicant submits a draft, or begins one, while an officer closes the call.


def submitting(web: Flask) -> Press:
    """The chapter submits its draft."""
    return press(web, "mg1", f"{HERE}/send", "/transitions/submit")


def beginning(web: Flask) -> Press:
    """Another chapter begins a draft."""
    return press(web, "bo1", "/calls/1/apply", "/apply")


LATE = [(submitting, route, "answers"), (beginning, eligibility, "load")]
"""What an applicant does, and what the route calls after the call is loaded and before anything is locked."""
Late = tuple[Callable[[Flask], Press], Any, str]


def closing(web: Flask, late: Late, patch: pytest.MonkeyPatch) -> tuple[int, str]:
    """The answer to an applicant whose request has loaded the call before it was closed, and the step of the call."""
    command, module, name = late
    sent, close = command(web), press(web, "olga", "/office/calls/1", "/transitions/close", confirmed="yes")
    answer, closed = meet(Meeting(patch, module, name, longest=LONG), sent, close)
    assert closed == 302
    with web.app_context():
        return answer, db.session.query(Call).one().step


@pytest.mark.parametrize("late", LATE)
def test_a_call_that_has_closed_takes_nothing_from_an_open_page(
    pages: Pages, large_draft: str, monkeypatch: pytest.MonkeyPatch, late: Late
) -> None:
    with pages(large_draft) as web:
        assert closing(web, late, monkeypatch) == (409, "closed")


@pytest.mark.parametrize("late", LATE)
def test_without_the_lock_a_call_that_has_closed_takes_more_from_an_open_page(
    pages: Pages, large_draft: str, monkeypatch: pytest.MonkeyPatch, late: Late
) -> None:
    unlock(monkeypatch)
    with pages(large_draft) as web:
        assert closing(web, late, monkeypatch) == (302, "closed")
