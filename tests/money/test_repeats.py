"""A form that is sent many times has one effect and one answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from grants.db import RequestTransaction, db, request_transaction, transaction
from grants.models import Application, Document, IdempotencyKey, Person
from grants.queries.sessions import COOKIE
from grants.services import idempotency
from grants.services.idempotency import Answer, OtherContent
from grants.web.site import idempotency as edge
from tests.browser import Careful, signed_in
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, together
from tests.reused import Reused

pytestmark = pytest.mark.sweep

SENDERS = 20
ANSWER = Answer(302, "/made/1", "text/html; charset=utf-8", "Made.")
Sent = tuple[int, str | None, bytes]


@pytest.fixture
def web(copies: Copies, webs: Reused, due: str) -> Iterator[Flask]:
    """The web application on a complete draft."""
    with copies(due) as app, webs.on(app.extensions["settings"]) as made:
        yield made


@pytest.fixture
def applicant(web: Flask) -> Careful:
    """A browser of the person whose draft it is."""
    with web.app_context():
        chapter = db.session.query(Person).filter_by(email="bo1@example.org").one()
    return signed_in(web, chapter)


def test_twenty_requests_at_once_have_one_effect_and_one_answer(web: Flask, applicant: Careful) -> None:
    answers = sent_together(web, applicant, "/applications/2/send", "/transitions/submit")

    assert (len(set(answers)), answers[0][:2]) == (1, (302, "/applications/2"))
    with web.app_context():
        assert db.session.get_one(Application, 2).step == "checks"
        assert db.session.query(Document).filter_by(kind="receipt", application_id=2).count() == 1
        assert db.session.query(IdempotencyKey).count() == 1


def test_twenty_requests_at_once_begin_one_draft(web: Flask, applicant: Careful) -> None:
    for number in range(1, ROUNDS + 1):
        answers = sent_together(web, applicant, "/calls/1/apply", "/apply")

        assert (len(set(answers)), answers[0][0]) == (1, 302)
        assert drafts(web) == 1 + number


def test_without_the_mechanism_they_begin_more_than_one(
    web: Flask, applicant: Careful, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: at 1357a98, sixteen simultaneous requests without a key started sixteen drafts."""
    monkeypatch.setattr(edge, "_answer", lambda do: do())

    answers = sent_together(web, applicant, "/calls/1/apply", "/apply", count=2)

    assert len(set(answers)) == 2
    assert drafts(web) == 3


def drafts(web: Flask) -> int:
    """How many drafts there are."""
    with web.app_context():
        return db.session.query(Application).filter_by(step="draft").count()


def sent_together(web: Flask, first: Careful, page: str, action: str, count: int = SENDERS) -> list[Sent]:
    """Send the same form of a page from this many browsers of one person at once; return each answer."""
    form = first.get(page).page.form(action)
    barrier = threading.Barrier(count)
    answers: list[Sent] = []

    def send() -> None:
        browser = web.test_client()
        for cookie in (first.get_cookie("grants_form"), first.get_cookie(COOKIE)):
            assert cookie is not None
            browser.set_cookie(cookie.key, cookie.value)
        barrier.wait(30)
        answer = browser.post(form.action, data=form.fields)
        answers.append((answer.status_code, answer.location, answer.get_data()))

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def stored(person: int = 1, body: bytes = b"one") -> Answer | None:
    """Claim the key and, if it is new, answer."""
    if answer := idempotency.claim("key", person=person, body=body):
        return answer
    idempotency.keep("key", ANSWER)
    return None


def test_the_complete_answer_is_stored_with_the_key(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        with transaction():
            assert stored() is None
        with transaction():
            assert stored() == ANSWER


def stored_and_killed() -> None:
    """Claim the key, change something, and be killed before the end."""
    stored()
    db.session.get_one(Person, 1).name = "Another name"
    db.session.info.get("request", RequestTransaction()).changed = True
    raise KeyboardInterrupt


@pytest.mark.parametrize(("person", "body"), [(1, b"two"), (2, b"one")])
def test_the_same_key_with_other_content_or_from_another_person_is_refused(
    awarded_app: Flask, person: int, body: bytes
) -> None:
    with awarded_app.app_context():
        with transaction():
            stored()
        with pytest.raises(OtherContent), transaction():
            stored(person, body)


def test_a_key_that_was_rolled_back_is_new_again(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        with pytest.raises(KeyboardInterrupt), transaction():
            stored_and_killed()
        with transaction():
            assert stored(body=b"two") is None


def test_a_repeated_request_waits_for_the_first_and_gets_the_same_answer(awarded_app: Flask) -> None:
    answers = []

    def send() -> Callable[[], None]:
        def act() -> None:
            answers.append(stored())
            db.session.execute(db.text("SELECT pg_sleep(0.2)"))

        return act

    assert together(awarded_app, [send] * 5) == [DONE] * 5
    assert answers == [None] + [ANSWER] * 4


def test_the_effect_and_the_key_are_stored_together_or_not_at_all(awarded_app: Flask) -> None:
    """The process is killed after the effect and before the answer: both are gone."""
    with awarded_app.app_context():
        with pytest.raises(KeyboardInterrupt), request_transaction():
            stored_and_killed()
        assert db.session.query(IdempotencyKey).count() == 0
        assert db.session.get_one(Person, 1).name != "Another name"
