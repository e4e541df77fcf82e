"""Registering an organisation: the form, the mailed link, and attacks on both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Organisation, Outbox, Person, Registration, SignIn, Verification
from grants.queries.sessions import COOKIE, hashed
from grants.services import links, locking, persons, registrations, transitions
from tests import world as w
from tests.browser import Answer, Careful, anonymous
from tests.databases import advance
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink, receiving
from tests.web.reading import statements
from tests.web.registering import TOGO, WHOLE, added, call_id, counts, paths, register, send, together, use

pytestmark = [pytest.mark.ground("large"), pytest.mark.sweep]


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A mail server of the application."""
    with receiving(app) as kept:
        yield kept


def test_nothing_exists_until_the_link_is_used_and_then_everything_does(app: Flask, sink: Sink) -> None:
    before = counts(app)
    answer = register(app)
    send(app)
    waiting = added(app, before)
    [path] = paths(sink)
    opened = [anonymous(app).get(path) for _ in range(3)]
    still = added(app, before)

    browser = anonymous(app)
    done = use(app, path, browser)

    assert (answer.status_code, answer.page.h1) == (200, "Confirm your email address")
    assert sink.got[0]["To"] == "kossi@example.org"
    assert sink.got[0]["Subject"].endswith("ISOC Togo")
    assert [one.status_code for one in opened] == [200] * 3
    assert (waiting, still) == ({}, {})
    assert added(app, before) == WHOLE
    assert re.fullmatch(r"/applications/\d+/write", done.location)
    assert "Vous n’avez pas encore déposé votre candidature" in browser.get(done.location).page.text
    with app.app_context():
        row = db.session.query(Organisation).filter_by(name="ISOC Togo").one()
        assert (row.kind, row.country, db.session.query(Verification).one().step) == ("chapter", "TG", "registered")


def test_every_page_says_that_nothing_is_applied_for_yet(app: Flask, sink: Sink) -> None:
    pages = [anonymous(app).get(f"/calls/{call_id(app)}/register"), register(app)]
    send(app)
    pages.append(anonymous(app).get(paths(sink)[0]))

    assert all("You have not applied yet." in page.page.text for page in pages)
    assert all("Submit your proposal by" in page.page.text for page in pages)


def test_without_a_call_there_is_no_draft(app: Flask, sink: Sink) -> None:
    before = counts(app)
    register(app, with_call=False)
    send(app)

    done = use(app, paths(sink)[0])

    assert added(app, before) == {name: 1 for name in WHOLE if name != "application"}
    assert done.location.startswith("/organisations/")


def test_who_may_not_apply_is_registered_and_reads_the_reason(app: Flask, sink: Sink) -> None:
    register(app, kind="individual", organisation="Kossi A.", legal_name="Kossi A.")
    send(app)
    browser = anonymous(app)

    done = use(app, paths(sink)[0], browser)

    assert done.location == f"/calls/{call_id(app)}/apply"
    reason = "Cet appel n’est pas ouvert aux personnes menant des recherches à titre individuel."
    assert reason in browser.get(done.location).page.text


MISSING = {
    "kind": "Select the type of organisation.",
    "country": "Select the country.",
    "organisation": "Enter the name of the organisation.",
    "legal_name": "Enter the legal name of the organisation.",
    "name": "Enter your name.",
    "email": "Enter your email address.",
    "authorised": "Confirm that you are authorised to act for this organisation.",
    "informed": "Confirm that the Foundation may store what you enter.",
}


@pytest.mark.parametrize("field", MISSING)
def test_what_is_missing_is_named_and_the_rest_is_kept(app: Flask, field: str) -> None:
    given: dict[str, Any] = {field: None}
    answer = register(app, **given)

    assert answer.status_code == 422
    assert MISSING[field] in answer.page.text
    kept = answer.page.form("/register").fields
    assert kept["name" if field != "name" else "organisation"] in (["Kossi A. (demo)"], ["ISOC Togo"])
    with app.app_context():
        assert db.session.query(Registration).count() == 0


def test_neither_declaration_is_ticked_in_advance(app: Flask) -> None:
    fields = anonymous(app).get("/register").page.form("/register").fields

    assert not {"authorised", "informed", "kind", "match"} & set(fields)


@pytest.mark.parametrize(
    "email",
    ["kossi.chapter.example", "a b@example.org", '"quoted"@example.org', f"{'x' * 300}@example.org", "@", "a@b@c"],
)
def test_what_is_no_address_is_refused(app: Flask, email: str) -> None:
    answer = register(app, email=email)

    assert answer.status_code == 422
    assert email in answer.get_data(as_text=True) or '"' in email


@pytest.mark.parametrize("name", ["Ж", "جمعية الإنترنت في توغو", "“N” & <b>'C'</b>", "y" * 200])
def test_any_name_is_registered_as_it_is(app: Flask, sink: Sink, name: str) -> None:
    register(app, organisation=name, legal_name=name, email="ökö@exämple.org")
    with app.app_context():
        assert db.session.query(Registration.organisation).scalar() == name
        with transaction():
            issued = registrations.issue(db.session.query(Registration.id).scalar())
        assert issued is not None

    use(app, f"/link/registration/{issued[2]}")

    with app.app_context():
        assert db.session.query(Organisation).filter_by(name=name).count() == 1
        assert db.session.query(Person).filter_by(email="ökö@exämple.org").count() == 1


def test_a_wrong_register_number_is_refused(app: Flask) -> None:
    answer = register(app, country="BE", register="BE-BCE_KBO", register_number="0875.696.797")

    assert answer.status_code == 422
    assert "check digits are wrong" in answer.page.text


def observed(app: Flask, email: str) -> tuple[int, str, list[str]]:
    """What somebody who registers can see: status, text, and the statements that take its time."""
    with statements(app) as sent:
        answer = register(app, email=email)
    return answer.status_code, answer.page.text.replace(email, "…"), list(sent)


def test_nobody_sees_whether_an_address_has_an_account(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "PLACE_WANTED", 1_000)
    observed(app, "first@example.org")  # compiles the statements

    shown = [observed(app, email) for email in ("olga@example.org", "mg1@example.org", "nobody@example.org")]

    assert shown[0] == shown[1] == shown[2]


def test_a_page_that_looks_for_the_account_would_be_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    whole = registrations.ask

    def naive(entry: registrations.Entry, **rest: Any) -> None:
        if registrations.persons.at(entry.email) is None:  # type: ignore[attr-defined]
            whole(entry, **rest)

    monkeypatch.setattr(registrations, "ask", naive)
    observed(app, "first@example.org")

    assert observed(app, "olga@example.org")[2] != observed(app, "nobody@example.org")[2]


def test_a_person_with_an_account_keeps_it_and_gets_a_mail_that_says_so(app: Flask, sink: Sink) -> None:
    before = counts(app)
    register(app, email="BO1@example.org", name="Somebody Else")
    send(app)

    browser = anonymous(app)

    done = use(app, paths(sink)[0], browser)

    assert "You already have an account with this address." in plain(sink.got[0])
    assert added(app, before) == {name: 1 for name in WHOLE if name not in {"person", "sign_in"}}
    assert done.location.startswith("/sign-in?next=/applications/"), "the link works for longer than those that sign in"
    assert browser.get_cookie(COOKIE) is None
    with app.app_context():
        assert db.session.query(Person).filter_by(email="bo1@example.org").one().name == "Bo1 (demo)"


def test_without_that_rule_an_old_link_would_open_the_account(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    register(app, email="bo1@example.org")
    send(app)
    confirm = registrations.confirm
    monkeypatch.setattr(registrations, "confirm", lambda *given, **named: replace(confirm(*given, **named), new=True))
    browser = anonymous(app)

    use(app, paths(sink)[0], browser)

    assert browser.get("/account").status_code == 200


def test_an_account_that_has_ended_gets_no_mail(app: Flask, sink: Sink) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Person, w.found().people["omar"].id)
        persons.end(person, actor=w.SYSTEM, apply=transitions.apply)
    register(app, email="omar@example.org")

    assert (send(app)[-1], sink.got) == (
        "Not sent: the registration was used or has ended, or the account has ended.",
        [],
    )


def test_neither_outbox_nor_table_holds_a_token(app: Flask, sink: Sink) -> None:
    register(app)
    with app.app_context():
        args = db.session.query(Outbox.args).filter(Outbox.args.has_key("registration")).scalar()
    send(app)
    with app.app_context():
        row = db.session.query(Registration).one()

    assert args == {"registration": row.id}
    assert row.tokens == [hashed(path.rpartition("/")[2]) for path in paths(sink)]


def test_a_link_works_once_and_a_replay_gets_nothing(app: Flask, sink: Sink) -> None:
    register(app)
    send(app)
    [path] = paths(sink)
    browser = anonymous(app)
    shown = browser.get(path)
    use(app, path)
    before = counts(app)

    answers = [browser.submit(shown, path), anonymous(app).get(path), anonymous(app).get("/link/registration/unknown")]

    assert {(answer.status_code, answer.page.text) for answer in answers} == {(404, answers[0].page.text)}
    assert (added(app, before), browser.get_cookie(COOKIE)) == ({}, None)


def test_a_link_ends_after_its_day_and_the_clock_deletes_what_was_entered(
    app: Flask, settings: Settings, sink: Sink
) -> None:
    register(app)
    send(app)
    with app.app_context(), transaction():
        registrations.purge()
        kept = db.session.query(Registration).count()
    advance(settings, 86_401)

    answer = anonymous(app).get(paths(sink)[0])
    with app.app_context(), transaction():
        registrations.purge()
        left = db.session.query(Registration).count()

    assert (kept, answer.status_code, left) == (1, 404, 0)


def test_of_two_clicks_at_once_one_creates_everything(app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten rounds, each with a registration of its own."""
    monkeypatch.setattr(links, "PLACE_WANTED", 1_000)
    for number in range(10):
        name = f"Réseau {'abcdefghij'[number] * 9}"
        register(app, email=f"k{number}@example.org", organisation=name, legal_name=name)
        send(app)
        path, before = paths(sink)[-1], counts(app)
        browsers = [anonymous(app) for _ in range(2)]
        pages, statuses = [browser.get(path) for browser in browsers], list[int]()

        def click(browser: Careful, page: Answer, path: str = path, statuses: list[int] = statuses) -> None:
            statuses.append(browser.submit(page, path).status_code)

        together(click, list(zip(browsers, pages, strict=True)))

        assert (sorted(statuses), added(app, before)) == ([302, 404], WHOLE)


def test_mails_are_limited_by_place_and_the_page_stays_the_same(app: Flask) -> None:
    texts = {register(app).page.text for _ in range(links.WANTED + 2)}
    elsewhere = register(app, place="198.51.100.9").page.text

    assert texts == {elsewhere}
    with app.app_context():
        assert db.session.query(Registration).count() == links.WANTED + 1


def test_a_form_of_another_site_registers_nothing(app: Flask) -> None:
    answer = anonymous(app).post("/register", data=TOGO)

    assert answer.status_code == 400


def test_a_session_that_is_open_here_ends_with_the_link(app: Flask, sink: Sink, settings: Settings) -> None:
    """The link signs in to the account of its address, and ends the session that another person has opened."""
    register(app)
    send(app)
    browser = anonymous(app)
    with app.app_context(), transaction():
        person = w.found().people["mg1"]
        locking.hold(person)
        token = registrations.sign_in.open_for(person, settings)  # type: ignore[attr-defined]
    browser.set_cookie(COOKIE, token)

    use(app, paths(sink)[0], browser)

    kept = browser.get_cookie(COOKIE)
    assert kept is not None
    assert kept.value != token
    with app.app_context():
        assert db.session.query(SignIn).filter_by(person_id=w.found().people["mg1"].id).count() == 0
