"""Signing in by a mailed link: the page never shows who has an account, and nobody is locked out of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.jobs import processing
from grants.models import Link, Outbox, Person
from grants.queries.sessions import hashed
from grants.services import links, locking, outbox, persons, sessions, transitions
from tests import world as w
from tests.browser import Answer, Careful, anonymous
from tests.databases import advance
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink, receiving
from tests.web.reading import statements

pytestmark = pytest.mark.ground("small")

OLGA, NOBODY = "olga@example.org", "nobody@example.org"
TOKEN = re.compile(r"/link/([\w-]{43})")


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A mail server of the application."""
    with receiving(app) as kept:
        yield kept


def ask(app: Flask, email: str = OLGA, way: str = links.SIGN_IN, *, place: str = "192.0.2.1") -> Answer:
    """Ask for a link on the sign-in page, from this place."""
    browser = anonymous(app)
    form = browser.get("/sign-in").page.form("/sign-in")
    fields = {**form.fields, "email": email, "way": way}
    return browser.post("/sign-in", data=fields, environ_base={"REMOTE_ADDR": place})


def ordered(app: Flask) -> list[int]:
    """The rows of the outbox that order a link."""
    with app.app_context():
        wanted = db.session.query(Outbox.id).filter(Outbox.args.has_key("link"), Outbox.done_at.is_(None))
        return [id for (id,) in wanted.order_by(Outbox.id)]


def send(app: Flask) -> list[str]:
    """Write the mails that were ordered; the paths of the links that exist then, newest last."""
    rows = ordered(app)
    with app.app_context():
        processing.work(rows)
        return [row.problem for row in db.session.query(Outbox).filter(Outbox.id.in_(rows)).order_by(Outbox.id)]


def paths(sink: Sink) -> list[str]:
    """The links in the mails that arrived."""
    return [f"/link/{found[1]}" for mail in sink.got if (found := TOKEN.search(plain(mail)))]


def used(app: Flask, path: str, **fields: str) -> int:
    """Use a link; the status of the answer."""
    browser = anonymous(app)
    shown = browser.get(path)
    return browser.submit(shown, path, **fields).status_code if shown.status_code == 200 else shown.status_code


def observed(app: Flask, email: str) -> tuple[int, str, list[str]]:
    """What somebody who asks for a link can see: the status and the text, and the statements that take its time."""
    with statements(app) as sent:
        answer = ask(app, email)
    return answer.status_code, answer.page.text.replace(email, "…"), list(sent)


def end_omar(app: Flask) -> None:
    """End the account of Omar."""
    with app.app_context(), transaction():
        omar = db.session.get_one(Person, w.found().people["omar"].id)
        persons.end(omar, actor=w.SYSTEM, apply=transitions.apply)


def test_nobody_sees_who_has_an_account(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "PLACE_WANTED", 1_000)
    end_omar(app)
    observed(app, "first@example.org")  # compiles the statements

    observations = [observed(app, email) for email in (OLGA, NOBODY, "omar@example.org")]

    assert observations[0] == observations[1] == observations[2]
    assert observations[0][0] == 200


def test_a_page_that_looks_for_the_account_would_be_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: orders a mail for an account that exists alone."""
    whole = links.ask

    def naive(email: str, purpose: str, *, address: str) -> None:
        if links.persons.at(email) is not None:  # type: ignore[attr-defined]
            whole(email, purpose, address=address)

    monkeypatch.setattr(links, "ask", naive)
    observed(app, "first@example.org")

    assert observed(app, OLGA)[2] != observed(app, NOBODY)[2]


@pytest.mark.parametrize(
    ("purpose", "fields", "subject"),
    [
        (links.SIGN_IN, {}, "Sign in to Foundation Grants"),
        (links.PASSWORD, {"password": "a mast on a hill"}, "Choose a new password"),
    ],
)
def test_the_mailed_link_works_once(app: Flask, sink: Sink, purpose: str, fields: dict[str, str], subject: str) -> None:
    ask(app, " Olga@Example.org ", purpose)
    problems = send(app)
    [path] = paths(sink)

    assert problems == [""]
    assert (sink.got[0]["To"], sink.got[0]["Subject"]) == (OLGA, subject)
    assert [used(app, path, **fields) for _ in range(2)] == [302, 404]


def test_the_outbox_holds_neither_token_nor_address(app: Flask, sink: Sink) -> None:
    ask(app)
    with app.app_context():
        args = db.session.query(Outbox.args).filter(Outbox.args.has_key("link")).scalar()
    send(app)
    with app.app_context():
        stored = [row.token_sha256 for row in db.session.query(Link)]

    assert args == {"link": "sign_in", "account": hashed(OLGA)}
    assert stored == [hashed(path.removeprefix("/link/")) for path in paths(sink)]


def test_no_mail_goes_to_an_address_without_an_account(app: Flask, sink: Sink) -> None:
    end_omar(app)
    for email in (NOBODY, "omar@example.org"):
        ask(app, email)

    assert send(app) == ["Not sent: no account has the address."] * 2
    assert sink.got == []


def test_a_mail_that_could_not_be_sent_in_time_is_dropped(app: Flask, sink: Sink, settings: Settings) -> None:
    ask(app)
    advance(settings, 1_201)

    assert send(app) == ["Not sent: the link was asked for too long ago."]
    assert sink.got == []


def test_a_retry_sends_another_link(app: Flask, sink: Sink, settings: Settings) -> None:
    ask(app)
    sink.answer = "451 Later"
    send(app)
    sink.answer = "250 Kept"
    advance(settings, 60)
    send(app)

    refused, kept = paths(sink)
    assert refused != kept
    assert used(app, kept) == 302


def test_one_place_gets_three_links_for_an_account_and_the_same_page_ever_after(app: Flask, settings: Settings) -> None:
    pages = {ask(app).page.text for _ in range(6)}
    from_there = len(ordered(app))
    ask(app, place="192.0.2.2")
    elsewhere = len(ordered(app))
    advance(settings, 901)
    ask(app)

    assert (len(pages), from_there, elsewhere, len(ordered(app))) == (1, 3, 4, 5)


def test_unlimited_a_mailbox_could_be_flooded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "WANTED", 1_000)
    for _ in range(6):
        ask(app)

    assert len(ordered(app)) == 6


def test_one_place_cannot_ask_for_many_accounts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "PLACE_WANTED", 4)
    for number in range(8):
        ask(app, f"person{number}@example.org")

    assert len(ordered(app)) == 4


def test_an_attack_from_many_places_does_not_lock_out_the_owner(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "ACCOUNT_WANTED", 4)
    for number in range(12):
        ask(app, place=f"198.51.100.{number % 4}")
    before = len(ordered(app))
    ask(app, place="203.0.113.1")
    send(app)

    assert (before, len(sink.got)) == (4, 5)
    assert used(app, paths(sink)[-1]) == 302


def test_a_stranger_who_asks_for_links_does_not_end_that_of_the_owner(app: Flask, sink: Sink) -> None:
    ask(app)
    send(app)
    for number in range(3):
        ask(app, place=f"198.51.100.{number}")
    send(app)
    first, *others = paths(sink)

    assert used(app, first) == 302
    assert [used(app, path) for path in others] == [404] * 3


def test_replaced_by_those_of_a_stranger_the_link_of_the_owner_would_not_work(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "SET_UP", links.SIGN_IN)
    ask(app)
    send(app)
    ask(app, place="198.51.100.1")
    send(app)

    assert used(app, paths(sink)[0]) == 404


def test_too_many_wrong_passwords_pause_the_password_and_not_the_link(app: Flask, sink: Sink) -> None:
    browser = anonymous(app)
    form = browser.get("/sign-in")
    answers = [browser.submit(form, "/sign-in", email=OLGA, password="wrong") for _ in range(sessions.TRIES + 1)]
    ask(app, place="127.0.0.1")
    send(app)

    assert "or ask for a sign-in link" in answers[-1].page.text
    assert used(app, paths(sink)[0]) == 302


def enter(browser: Careful, **fields: str) -> Answer:
    """Press the Enter key in the sign-in form."""
    return browser.submit(browser.get("/sign-in"), "/sign-in", **fields)


def test_the_enter_key_asks_for_a_link_unless_a_password_was_typed(app: Flask) -> None:
    mailed = enter(anonymous(app), email=OLGA)
    typed = enter(anonymous(app), email=OLGA, password="wrong")

    assert (mailed.status_code, mailed.page.h1, len(ordered(app))) == (200, "Check your email", 1)
    assert (typed.status_code, typed.page.h1) == (422, "Sign in")


@pytest.mark.parametrize(
    ("way", "email", "error"),
    [("password_typed", OLGA, "Enter your password."), (links.SIGN_IN, " ", "Enter your email address.")],
)
def test_what_is_missing_is_named(app: Flask, way: str, email: str, error: str) -> None:
    answer = ask(app, email, way)

    assert (answer.status_code, ordered(app)) == (422, [])
    assert error in answer.page.text


@pytest.mark.parametrize(
    ("language", "subject"),
    [("fr", "Connectez-vous à Foundation Grants"), ("es", "Inicie sesión en Foundation Grants")],
)
def test_the_mail_is_in_the_language_of_its_recipient(app: Flask, sink: Sink, language: str, subject: str) -> None:
    with app.app_context(), transaction():
        olga = db.session.get_one(Person, w.found().people["olga"].id)
        locking.hold(olga)
        olga.language = language
        w.recorded()
    ask(app)
    send(app)

    assert sink.got[0]["Subject"] == subject
    assert "20 minut" in plain(sink.got[0])


def test_a_claim_that_was_overtaken_sends_nothing_twice(app: Flask, sink: Sink, settings: Settings) -> None:
    ask(app)
    [row] = ordered(app)
    with app.app_context():
        assert outbox.claim(row) is not None
        assert outbox.claim(row) is None
    advance(settings, 91)
    send(app)

    assert len(sink.got) == 1
