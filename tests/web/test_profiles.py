"""The legal details of an organisation: checked numbers, versions, and what an award keeps."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Award, Organisation, Profile
from grants.queries import profiles as stored
from grants.services import profiles, registers, transitions
from grants.services.profiles import Details
from grants.services.refusals import Refused
from grants.services.registers import REGISTERS, Entered
from tests import world as w
from tests.browser import Answer, Careful, browser
from tests.web.test_verifications import verify
from workflows.engine.roles import Role

LARGE = pytest.mark.ground("large")
HERE = "/organisations/1/legal-details"
BELGIAN = "0875.696.796"


def save(client: Careful, **fields: Any) -> Answer:
    """Send the form with these fields."""
    given = {"legal_name": "Chapitre de Madagascar", **fields}
    return client.submit(client.get(f"{HERE}/change"), "/change", **given)


def versions(app: Flask) -> list[tuple[int, str, str, str]]:
    """Number, legal name, register number and identifier of each stored version."""
    with app.app_context():
        rows = db.session.query(Profile).order_by(Profile.number)
        return [(row.number, row.legal_name, row.register_number, row.identifier) for row in rows]


@pytest.mark.parametrize("code", REGISTERS)
def test_the_example_of_each_register_is_right_and_one_digit_more_is_wrong(code: str) -> None:
    example = REGISTERS[code].example

    assert registers.checked(Entered(code, example)).number.isalnum()
    with pytest.raises(Refused):
        registers.checked(Entered(code, f"{example}1"))


def test_the_number_of_the_belgian_chapter_becomes_an_open_identifier() -> None:
    found = registers.checked(Entered("BE-BCE_KBO", BELGIAN))

    assert registers.identifier(found, 7) == "BE-BCE_KBO-0875696796"


@LARGE
def test_saving_adds_a_version_and_the_page_shows_the_present_one(app: Flask) -> None:
    client = browser(app, "mg1")
    before = client.get("/organisations/1").page.text

    save(client, register="BE-BCE_KBO", register_number=BELGIAN)
    save(client, register="other", register_name="Registre des associations", register_number="R-0412 / ع")
    page = client.get("/organisations/1").page.text
    earlier = client.get(HERE).page.text

    assert "No legal details yet" in before
    assert versions(app) == [
        (1, "Chapitre de Madagascar", "0875696796", "BE-BCE_KBO-0875696796"),
        (2, "Chapitre de Madagascar", "R-0412 / ع", "ISF-ORG-000001"),
    ]
    assert "kept as text, not checked" in page
    assert "Version 2, " in page
    assert "by Mg1 (demo)" in page
    assert "BE-BCE_KBO-0875696796" in earlier


WRONG = {
    "check digits": ({"register": "BE-BCE_KBO", "register_number": "0875.696.797"}, "check digits are wrong"),
    "no register": ({"register_number": BELGIAN}, "Select the register of this number."),
    "no number": ({"register": "BE-BCE_KBO"}, "Enter the number in the register, or select no register."),
    "no name": ({"register": "other", "register_number": "5"}, "Enter the name of the register."),
    "no legal name": ({"legal_name": " "}, "Enter the legal name of the organisation."),
    "long legal name": ({"legal_name": "x" * 201}, "Enter 200 characters or fewer in “Legal name”: you entered 201."),
    "website": ({"website": "no website"}, "Enter the address of a website, such as https://example.org."),
}


@LARGE
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_refused_with_a_sentence_and_kept(app: Flask, case: str) -> None:
    fields, sentence = WRONG[case]

    answer = save(browser(app, "mg1"), city="Antananarivo", **fields)

    assert answer.status_code == 422
    assert sentence in answer.page.text
    assert "Antananarivo" in answer.get_data(as_text=True)
    assert versions(app) == []


@LARGE
def test_without_the_check_a_wrong_number_would_be_stored(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registers, "checked", lambda entered: entered)

    save(browser(app, "mg1"), register="BE-BCE_KBO", register_number="1")

    assert versions(app) == [(1, "Chapitre de Madagascar", "1", "BE-BCE_KBO-1")]


@LARGE
@pytest.mark.parametrize("name", ["Ж", "جمعية الإنترنت", "x" * 200, "“Net” & <b>'Co'</b>"])
def test_any_name_is_kept_as_it_is(app: Flask, name: str) -> None:
    client = browser(app, "mg1")
    save(client, legal_name=name, website="https://münchen.example/verein")

    assert versions(app)[0][1] == name
    assert name in client.get("/organisations/1").page.text


@LARGE
def test_saving_the_same_adds_no_version(app: Flask) -> None:
    client = browser(app, "mg1")

    answers = [save(client) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(versions(app)) == 1


@LARGE
def test_the_second_of_two_people_sees_the_conflict_and_keeps_the_text(app: Flask) -> None:
    first, second = browser(app, "mg1"), browser(app, "mg2")
    shown = second.get(f"{HERE}/change")
    save(first)

    answer = second.submit(shown, "/change", legal_name="Another name")

    assert (answer.status_code, len(versions(app))) == (409, 1)
    assert "Another name" in answer.get_data(as_text=True)


@LARGE
def test_of_changes_at_once_each_round_keeps_one(app: Flask) -> None:
    clients = [browser(app, name) for name in ("mg1", "mg2")]
    for number in range(1, 11):
        shown, statuses = [client.get(f"{HERE}/change") for client in clients], list[int]()

        def send(client: Careful, page: Answer, name: str, statuses: list[int] = statuses) -> None:
            statuses.append(client.submit(page, "/change", legal_name=name).status_code)

        threads = [
            threading.Thread(target=send, args=(client, page, f"{number}-{place}"))
            for place, (client, page) in enumerate(zip(clients, shown, strict=True))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (sorted(statuses), len(versions(app))) == ([302, 409], number)


@LARGE
def test_an_award_keeps_the_version_that_it_was_decided_on(app: Flask) -> None:
    with app.app_context():
        made = w.found()
        for version, name in enumerate(("First", "Second")):
            with transaction() as session:
                organisation = session.get_one(Organisation, made.chapters["mg"].id)
                actor = made.actor("mg1", Role.APPLICANT, organisation)
                details = Details(name)
                profiles.change(organisation, details=details, actor=actor, version=version, apply=transitions.apply)
            if not version:
                verify(made)
                award = w.awarded(made)
        number = award.number
        kept = db.session.query(Award).filter_by(number=number).one()
        assert kept.profile is not None
        assert (kept.profile.legal_name, stored.present(made.chapters["mg"]).legal_name) == ("First", "Second")  # type: ignore[union-attr]
        path = f"/awards/{kept.id}"

    assert "Legal details, version 1" in browser(app, "mg1").get(path).page.text
