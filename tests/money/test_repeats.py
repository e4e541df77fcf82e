"""A form that is sent many times has one effect and one answer."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from grants.db import ConstraintViolated, db, transaction
from grants.models import Application, Document, IdempotencyKey, Person
from grants.queries.sessions import COOKIE
from grants.services import idempotency
from grants.services.refusals import Refused
from grants.web import create_app
from tests.browser import signed_in
from tests.money.conftest import Copies
from tests.money.racing import DONE, together

SENDERS = 20


@pytest.fixture
def web(copies: Copies, due: str) -> Iterator[Flask]:
    """The web application on a complete draft."""
    with copies(due) as app:
        made = create_app(app.extensions["settings"])
        yield made
        with made.app_context():
            db.engine.dispose()


def test_twenty_requests_at_once_have_one_effect_and_one_answer(web: Flask) -> None:
    answers = sent_together(web, SENDERS)

    assert answers == [(302, "/applications/2")] * SENDERS
    with web.app_context():
        assert db.session.get_one(Application, 2).step == "checks"
        assert db.session.query(Document).filter_by(kind="receipt", application_id=2).count() == 1
        assert db.session.query(IdempotencyKey).count() == 1


def sent_together(web: Flask, count: int) -> list[tuple[int, str]]:
    """Send the same form from this many browsers of one person at once; return status and location of each answer."""
    with web.app_context():
        chapter = db.session.query(Person).filter_by(email="bo1@example.org").one()
    first = signed_in(web, chapter)
    fields = first.get("/applications/2/send").page.form("/transitions/submit").fields
    barrier, answers = threading.Barrier(count), []

    def send() -> None:
        browser = web.test_client()
        for cookie in (first.get_cookie("grants_form"), first.get_cookie(COOKIE)):
            assert cookie is not None
            browser.set_cookie(cookie.key, cookie.value)
        barrier.wait(30)
        answer = browser.post("/applications/2/transitions/submit", data=fields)
        answers.append((answer.status_code, str(answer.location)))

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_same_key_with_another_body_is_refused(awarded_app: Flask) -> None:
    with awarded_app.app_context(), transaction():
        idempotency.perform("key", person=1, body=b"one", do=lambda: "/one")

    with awarded_app.app_context(), pytest.raises(Refused, match="different content"), transaction():
        idempotency.perform("key", person=1, body=b"two", do=lambda: "/two")


def test_the_same_key_from_another_person_is_refused(awarded_app: Flask) -> None:
    with awarded_app.app_context(), transaction():
        idempotency.perform("key", person=1, body=b"one", do=lambda: "/one")

    with awarded_app.app_context(), pytest.raises(Refused), transaction():
        idempotency.perform("key", person=2, body=b"one", do=lambda: "/one")


def test_a_refused_form_may_be_sent_again_with_the_same_key(awarded_app: Flask) -> None:
    def refuse() -> str:
        raise ConstraintViolated("some rule")

    with awarded_app.app_context():
        with pytest.raises(ConstraintViolated), transaction():
            idempotency.perform("key", person=1, body=b"one", do=refuse)
        with transaction():
            assert idempotency.perform("key", person=1, body=b"two", do=lambda: "/two") == "/two"


def test_a_repeated_request_waits_for_the_first_and_gets_the_same_answer(awarded_app: Flask) -> None:
    done, answers = [], []

    def send() -> Callable[[], None]:
        def act() -> str:
            done.append(1)
            db.session.execute(db.text("SELECT pg_sleep(0.2)"))
            return f"/made/{len(done)}"

        return lambda: answers.append(idempotency.perform("key", person=1, body=b"one", do=act))

    assert together(awarded_app, [send] * 5) == [DONE] * 5
    assert (done, answers) == ([1], ["/made/1"] * 5)


def test_without_its_key_a_form_has_an_effect_each_time(awarded_app: Flask) -> None:
    numbers = itertools.count(1)

    with awarded_app.app_context(), transaction():
        answers = [idempotency.perform("", person=1, body=b"one", do=lambda: str(next(numbers))) for _ in range(2)]

    assert answers == ["1", "2"]
