"""The list of who holds which role."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import true

from grants.db import today, transaction
from grants.queries import appointments
from grants.services import persons
from tests import world as w
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from tests.web.reading import statements
from workflows.engine.roles import Role

STAFF = len(w.STAFF)


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Nia, an officer of one programme until a near day; Ned, its administrator; Nils, a reviewer of one call."""
    return prepare("holders", begin)


def begin() -> None:
    """Fill the database."""
    made = w.build(programmes=("BTN-L", "BTN-S"))
    with transaction():
        near, far = today() + timedelta(days=60), today() + timedelta(days=61)
        persons.appoint(w.person("nia"), Role.OFFICER, programme="BTN-L", ends_on=near, actor=w.SYSTEM)
        persons.appoint(w.person("ned"), Role.ADMINISTRATOR, programme="BTN-L", ends_on=far, actor=w.SYSTEM)
        persons.appoint(w.person("nils"), Role.REVIEWER, call_id=made.calls["BTN-S"].id, actor=w.SYSTEM)
        persons.appoint(w.person("nora"), Role.AUDITOR, programme="BTN-S", actor=w.SYSTEM)


def of(app: Flask, name: str) -> Careful:
    """A browser of this person."""
    with app.app_context():
        person = w.found().people[name]
    return signed_in(app, person)


def names(client: Careful, query: str = "") -> list[str]:
    """The names in the first column, in lower case and without the mark of demo people."""
    text = client.get(f"/roles{query}").text
    parts = text.partition("<tbody>")[2].partition("</tbody>")[0].split('<th scope="row">')[1:]
    return [part.partition(" (demo)")[0].rpartition(">")[2].lower() for part in parts]


@pytest.mark.parametrize("reader", ["ada", "uma"])
def test_administrators_and_auditors_read_every_role_that_is_held(app: Flask, reader: str) -> None:
    found = names(of(app, reader))

    assert found == sorted([*w.STAFF, "nia", "ned", "nils", "nora"])


@pytest.mark.parametrize(("reader", "shown"), [("ned", ["ned", "nia"]), ("nora", ["nils", "nora"])])
def test_a_limited_reader_sees_the_roles_within_theirs(app: Flask, reader: str, shown: list[str]) -> None:
    assert names(of(app, reader)) == shown


def test_without_visibility_a_limited_reader_would_see_all(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(appointments, "visible", lambda *_: true())

    assert len(names(of(app, "ned"))) == STAFF + 4


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?role=officer", ["nia", "olga", "omar"]),
        ("?role=administrator&programme=BTN-S", ["ada"]),
        ("?role=reviewer&programme=BTN-S", ["nils", "rex", "ria", "rob", "ron"]),
        ("?role=officer&programme=BTN-L", ["nia", "olga", "omar"]),
        ("?words=NI", ["nia", "nils"]),
        ("?soon=yes", ["nia"]),
        ("?words=nobody", []),
        ("?role=nonsense&programme=x&soon=x&words=nora&after=x", ["nora"]),
    ],
)
def test_the_list_is_filtered(app: Flask, query: str, shown: list[str]) -> None:
    assert names(of(app, "uma"), query) == shown


def test_a_near_end_is_amber(app: Flask) -> None:
    client = of(app, "uma")

    assert 'class="soon"' in client.get("/roles?words=nia").text
    assert 'class="soon"' not in client.get("/roles?words=ned").text


def test_pages_follow_each_other_without_gap_or_double(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appointments, "PAGE", 5)
    client, found, query = of(app, "ada"), list[str](), ""
    while True:
        found += names(client, query)
        links = [href for href in client.get(f"/roles{query}").page.hrefs if "after=" in href]
        if not links:
            break
        query = links[0].removeprefix("/roles")

    assert found == sorted([*w.STAFF, "nia", "ned", "nils", "nora"])


def test_only_administrators_find_the_pages_of_people(app: Flask) -> None:
    assert 'href="/people/' in of(app, "ada").get("/roles").text
    assert 'href="/people/' not in of(app, "uma").get("/roles").text


def test_the_page_takes_a_fixed_number_of_statements(app: Flask) -> None:
    client = of(app, "uma")
    client.get("/roles")
    with statements(app) as sent:
        client.get("/roles")

    assert len(sent) <= 12
