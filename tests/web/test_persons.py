"""People and their roles."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Appointment, Person, SignIn
from tests import world as scene
from tests.browser import signed_in
from tests.world import World


@pytest.fixture(scope="session")
def ground(small: str) -> str:
    """Every test begins with a call for small grants."""
    return small


@pytest.fixture
def world(app: Flask) -> World:
    """People, two chapters and a call."""
    with app.app_context():
        return scene.found()


def roles(app: Flask, person: int) -> list[tuple[str, str | None, int | None]]:
    """The current roles of a person."""
    with app.app_context():
        held = db.session.query(Appointment).filter_by(person_id=person, ended_at=None).order_by(Appointment.id)
        return [(one.role, one.programme, one.call_id) for one in held]


def test_people_are_found_by_name_and_address(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["ada"])

    page = client.get("/people?words=OLGA@").page

    assert "Olga (demo)" in page.text
    assert "Omar (demo)" not in page.text


def test_a_percent_sign_is_not_a_pattern(app: Flask, world: World) -> None:
    assert "No one found" in signed_in(app, world.people["ada"]).get("/people?words=%25").page.text


@pytest.mark.parametrize(("scope", "kept"), [("everything", (None, None)), ("programme:BTN-S", ("BTN-S", None))])
def test_a_role_is_given_everywhere_or_in_one_programme(
    app: Flask, world: World, scope: str, kept: tuple[str | None, int | None]
) -> None:
    client, mia = signed_in(app, world.people["ada"]), world.people["mg1"].id

    client.give_role(f"/people/{mia}", role="reviewer", scope=scope)

    assert roles(app, mia) == [("reviewer", *kept)]


def test_a_role_is_given_in_one_call(app: Flask, world: World) -> None:
    client, mia, call = signed_in(app, world.people["ada"]), world.people["mg1"].id, world.calls["BTN-S"].id

    client.give_role(f"/people/{mia}", role="reviewer", scope=f"call:{call}")

    assert roles(app, mia) == [("reviewer", None, call)]
    assert "Call: " in client.get(f"/people/{mia}").page.text


def test_no_role_and_no_scope_is_selected_in_advance(app: Flask, world: World) -> None:
    client, mia = signed_in(app, world.people["ada"]), world.people["mg1"].id

    answer = client.get(f"/people/{mia}?role=&scope=")

    assert (answer.status_code, roles(app, mia)) == (422, [])
    assert answer.page.text.count("Select a role.") == answer.page.text.count("Select a scope.") == 2


def test_a_role_ends_only_with_its_tick(app: Flask, world: World) -> None:
    client, olga = signed_in(app, world.people["ada"]), world.people["olga"].id

    answer = client.submit(client.get(f"/people/{olga}"), "/end")

    assert (answer.status_code, "Tick the box to confirm." in answer.page.text) == (422, True)
    assert [role for role, _, _ in roles(app, olga)] == ["officer"]


def test_the_page_warns_of_the_last_holder_and_of_an_applicant(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["ada"])
    auditor, path = f"/people/{world.people['uma'].id}", f"/people/{world.people['mg1'].id}"
    applicant, alone = client.get(path).page.text, client.get(auditor).page.text
    client.give_role(path, role="auditor", scope="everything")

    assert "acts for an applicant:" in applicant
    assert "acts for an applicant:" not in alone
    assert "No one else has this role: Auditor." in alone
    assert "No one else has this role" not in client.get(auditor).page.text


def test_the_same_role_twice_is_refused_with_a_reason(app: Flask, world: World) -> None:
    client, mia = signed_in(app, world.people["ada"]), world.people["mg1"].id
    client.give_role(f"/people/{mia}", role="reviewer", scope="everything")

    answer = client.give_role(f"/people/{mia}", role="reviewer", scope="everything")

    assert answer.status_code == 409
    assert "This person already holds this role." in answer.text


def test_a_refused_role_is_shown_on_its_page_with_what_was_chosen(app: Flask, world: World) -> None:
    client, mia, call = signed_in(app, world.people["ada"]), world.people["mg1"].id, world.calls["BTN-S"].id
    chosen = {"role": "reviewer", "scope": f"call:{call}"}
    client.give_role(f"/people/{mia}", **chosen)

    answer = client.give_role(f"/people/{mia}", **chosen)
    again = client.give_role(f"/people/{mia}", role="auditor", scope="everything")

    fields = answer.page.form(f"/people/{mia}").fields
    assert (answer.status_code, answer.page.h1) == (409, client.get(f"/people/{mia}").page.h1)
    assert {name: fields[name] for name in chosen} == {name: [text] for name, text in chosen.items()}
    assert (again.status_code, roles(app, mia)) == (302, [("reviewer", None, call), ("auditor", None, None)])


def test_when_a_role_ends_the_person_is_signed_out(app: Flask, world: World) -> None:
    client, olga = signed_in(app, world.people["ada"]), world.people["olga"].id
    hers = signed_in(app, world.people["olga"])

    page = client.get(f"/people/{olga}")
    assert "End role…" in page.page.text
    assert (
        "loses this role at once and is signed out everywhere. You can assign the role again later." in page.page.text
    )

    client.submit(page, "/end", confirmed="yes")

    assert roles(app, olga) == []
    assert hers.get("/applications").status_code == 302
    with app.app_context():
        assert db.session.query(SignIn).filter_by(person_id=olga).count() == 0


def test_no_one_can_give_roles_to_themselves(app: Flask, world: World) -> None:
    client, ada = signed_in(app, world.people["ada"]), world.people["ada"].id

    page = client.get(f"/people/{ada}").page
    token = page.form("/sign-out").fields["csrf_token"]
    answer = client.post(f"/people/{ada}", data={"csrf_token": token, "role": "finance", "scope": "everything"})

    assert "Not available to you · Assign a role" in page.text
    assert "You cannot change your own roles. Ask another administrator." in page.text
    assert [form.action for form in page.forms if form.action.startswith(("/people", "/appointments"))] == []
    assert answer.status_code == 409
    assert roles(app, ada) == [("administrator", None, None)]


@pytest.mark.parametrize("name", ["olga", "pia", "fay", "uma", "rex", "mg1"])
def test_only_an_administrator_sees_the_people(app: Flask, world: World, name: str) -> None:
    client = signed_in(app, world.people[name])

    refused = client.get("/people")
    assert (refused.status_code, "You need the role “Administrator”." in refused.page.text) == (403, True)
    assert client.get(f"/people/{world.people['ada'].id}").status_code == 403


@pytest.mark.parametrize(
    ("code", "language"),
    [("fr", "French (Français)"), ("es", "Spanish (Español)"), ("ar", "Arabic (العربية)"), ("en", "English")],
)
def test_a_language_is_shown_by_its_name_even_if_pages_do_not_have_it(
    app: Flask, world: World, code: str, language: str
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, world.people["mg1"].id).language = code
        scene.recorded()

    administrators = signed_in(app, world.people["ada"]).get(f"/people/{world.people['mg1'].id}")

    assert (administrators.status_code, language in administrators.page.text) == (200, True)


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Africa/Nairobi", "Nairobi (UTC+3)"),
        ("Asia/Kolkata", "Kolkata (UTC+5:30)"),
        ("America/Montevideo", "Montevideo (UTC−3)"),
        ("UTC", "UTC"),
    ],
)
def test_a_time_zone_is_shown_by_its_city_and_difference(app: Flask, world: World, zone: str, name: str) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, world.people["mg1"].id).timezone = zone
        scene.recorded()

    text = signed_in(app, world.people["mg1"]).get("/account").page.text

    assert name in text


@pytest.mark.parametrize("name", ["ada", "olga", "fay", "rex", "mg1"])
def test_everyone_sees_their_own_account(app: Flask, world: World, name: str) -> None:
    page = signed_in(app, world.people[name]).get("/account").page

    assert f"{name}@example.org" in page.text
