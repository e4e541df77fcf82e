"""Organisations that exist already when somebody registers: how they are found, chosen and protected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Person, Registration, Verification
from grants.queries import matches
from grants.services import links, persons, registrations, transitions
from tests import world as w
from tests.browser import Answer, Careful, anonymous
from tests.jobs.test_mailing import Sink, receiving
from tests.web.registering import WHOLE, added, contact, counts, paths, register, send, together, use

pytestmark = [pytest.mark.ground("large"), pytest.mark.sweep]


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A mail server of the application."""
    with receiving(app) as kept:
        yield kept


@pytest.mark.parametrize("guarded", [True, False])
def test_of_two_people_who_register_one_organisation_at_once_the_second_gets_the_match(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Ten rounds. Without the second look at what exists, both register it."""
    monkeypatch.setattr(links, "PLACE_WANTED", 1_000)
    if not guarded:
        monkeypatch.setattr(registrations, "_expect_no_match", lambda *_: None)
    found = set()
    for number in range(10 if guarded else 1):
        word = "abcdefghij"[number] * 9
        for person in range(2):
            name = f"Réseau {word}{' Togo' if person else ''}"
            register(app, email=f"k{number}{person}@example.org", organisation=name, legal_name=f"Réseau {word}")
        send(app)
        answers = list[Answer]()
        browsers = [anonymous(app) for _ in range(2)]
        pages = [(browser, browser.get(path), path) for browser, path in zip(browsers, paths(sink)[-2:], strict=True)]

        def click(browser: Careful, page: Answer, path: str, answers: list[Answer] = answers) -> None:
            answers.append(browser.submit(page, path))

        together(click, pages)
        found.add(tuple(sorted(answer.status_code for answer in answers)))
        if guarded:
            second = next(answer for answer in answers if answer.status_code == 409)
            assert "Is this your organisation?" in second.page.text

    assert found == ({(302, 409)} if guarded else {(302, 302)})


def test_a_match_is_asked_about_once_and_everything_is_kept(app: Flask) -> None:
    name = contact(app)

    answer = register(app, country="MG", organisation=f"{name} chapter", legal_name="Chapitre MG")

    fields = answer.page.form("/register").fields
    assert answer.status_code == 422
    assert "Not registered yet: one answer is missing" in answer.page.text
    assert name in answer.page.text
    assert "None of these" in answer.page.text
    assert (fields["name"], fields["legal_name"], fields["authorised"]) == (["Kossi A. (demo)"], ["Chapitre MG"], ["y"])
    assert "match" not in fields
    again = register(app, country="MG", organisation=f"{name} chapter", legal_name="Chapitre MG", match="none")
    assert again.page.h1 == "Confirm your email address"


def test_a_match_shows_public_facts_alone(app: Flask) -> None:
    answer = register(app, country="MG", organisation=contact(app))

    for secret in ("mg1", "mg2", "Mg1", "2 people"):
        assert secret not in answer.get_data(as_text=True)


def test_none_of_these_registers_a_new_organisation(app: Flask, sink: Sink) -> None:
    before = counts(app)
    register(app, country="MG", organisation="Chapter MG Nord", legal_name="Chapter MG", match="none")
    send(app)

    use(app, paths(sink)[0])

    assert added(app, before) == WHOLE


def test_an_organisation_without_people_is_taken_over_and_verified(app: Flask, sink: Sink) -> None:
    with app.app_context(), transaction():
        id = w.organisation("Internet Society Togo Chapter", "TG", "fr").id
    before = counts(app)
    asked = register(app)
    register(app, match=str(id))
    send(app)

    use(app, paths(sink)[0])

    assert "No one has an account for it yet." in asked.page.text
    assert added(app, before) == {name: 1 for name in WHOLE if name != "organisation"}
    with app.app_context():
        assert db.session.query(Verification).one().organisation_id == id


def test_an_organisation_with_people_is_asked_and_nothing_else_happens(app: Flask, sink: Sink) -> None:
    before = counts(app)
    register(app, country="MG", organisation=contact(app), match="1")
    send(app)
    browser = anonymous(app)

    done = use(app, paths(sink)[0], browser)

    assert added(app, before) == {"person": 1, "join_request": 1, "sign_in": 1}
    assert done.location == "/join-requests"
    assert "Elles ont jusqu’au" in browser.get("/join-requests").page.text
    assert browser.get("/organisations/1").status_code in {403, 404}


def test_an_organisation_whose_people_have_left_is_not_taken_over(app: Flask, sink: Sink) -> None:
    for name in ("mg1", "mg2"):
        with app.app_context(), transaction():
            persons.end(db.session.get_one(Person, w.found().people[name].id), actor=w.SYSTEM, apply=transitions.apply)
    before = counts(app)
    register(app, country="MG", organisation=contact(app), match="1")
    send(app)

    use(app, paths(sink)[-1])

    assert added(app, before) == {"person": 1, "join_request": 1, "sign_in": 1}


def test_without_that_question_a_stranger_would_take_it_over(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(registrations, "_joins_unasked", lambda *_: True)
    register(app, country="MG", organisation=contact(app), match="1", with_call=False)
    send(app)
    browser = anonymous(app)

    use(app, paths(sink)[0], browser)

    assert browser.get("/organisations/1").status_code == 200


@pytest.mark.parametrize("match", ["2", "999", "x", ""])
def test_an_organisation_that_was_not_offered_cannot_be_chosen(app: Flask, match: str) -> None:
    answer = register(app, country="MG", organisation=contact(app), match=match)

    assert answer.status_code == 422
    with app.app_context():
        assert db.session.query(Registration).count() == 0


def test_nor_on_the_page_of_the_link(app: Flask, sink: Sink) -> None:
    """The form says that the page had offered the chapter."""
    register(app)
    send(app)
    path, browser, before = paths(sink)[0], anonymous(app), counts(app)
    form = browser.get(path).page.form(path)

    browser.post(path, data={**form.fields, "shown": "1", "match": "1"})

    assert added(app, before) == dict.fromkeys(WHOLE, 1), "it is registered as a new organisation"


def test_without_that_look_a_stranger_would_take_over_what_was_not_offered(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(registrations, "_offered", lambda _, chosen: chosen)
    with app.app_context(), transaction():
        other = w.organisation("Réseau Communautaire du Lac", "BO", "es").id
    register(app, with_call=False)
    send(app)
    path, browser = paths(sink)[0], anonymous(app)
    form = browser.get(path).page.form(path)

    browser.post(path, data={**form.fields, "shown": str(other), "match": str(other)})

    assert browser.get(f"/organisations/{other}").status_code == 200


ALIKE = [
    ("ISOC Togo", "Internet Society Togo Chapter"),
    ("Internet Society Québec", "INTERNET SOCIETY QUEBEC CHAPTER"),
    ("Réseaux libres du Sud", "Reseaux Libres Sud asbl"),
    ("جمعية الإنترنت", "جمعية الإنترنت"),
]
UNLIKE = [
    ("Internet Society Togo", "Internet Society Benin"),
    ("Ж", "Открытая сеть"),
    ("Open Networks", "Closed Minds"),
    ("Internet Society New York", "Internet Society San Francisco"),
]


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_names_of_one_organisation_are_alike(first: str, second: str) -> None:
    assert matches.alike(matches.folded(first), matches.folded(second))


@pytest.mark.parametrize(("first", "second"), UNLIKE)
def test_names_of_two_organisations_are_not(first: str, second: str) -> None:
    assert not matches.alike(matches.folded(first), matches.folded(second))


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.Example.org/a?b", "example.org"),
        ("exämple.org", "xn--exmple-cua.org"),
        ("no website", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_website_is_compared_by_its_host(website: str, domain: str) -> None:
    assert matches.domain_of(website) == domain


def test_the_same_number_or_website_is_a_match_in_any_country(app: Flask, sink: Sink) -> None:
    register(app, country="BE", register="BE-BCE_KBO", register_number="0875.696.796", website="https://togo.example")
    send(app)
    use(app, paths(sink)[0])
    other: dict[str, Any] = {
        "organisation": "Quite Another",
        "legal_name": "Quite Another",
        "country": "FR",
        "place": "192.0.2.2",
    }

    by_number = register(app, register="BE-BCE_KBO", register_number="BE0875696796", **other)
    by_website = register(app, website="www.togo.example/about", **other)
    neither = register(app, website="https://facebook.com/togo", **other)

    assert ["ISOC Togo" in answer.page.text for answer in (by_number, by_website, neither)] == [True, True, False]
