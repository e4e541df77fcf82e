"""What a role would allow stands on the page before it is assigned, and is checked again between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from grants.access.permissions import ALLOWED, Permission
from grants.db import db, today, transaction
from grants.models import Appointment, Person
from grants.queries import previews
from grants.queries.previews import READING, SENTENCES, Place
from grants.services import persons
from tests import world as w
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from tests.web.reading import statements
from workflows.engine.roles import APPOINTED, Role


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A submitted application, a reviewer of one programme and a finance person of everything."""
    return prepare("previews", begin)


def begin() -> None:
    """Fill the database."""
    made = w.build(programmes=("BTN-L", "BTN-S", "RES"))
    w.submitted(made)
    with transaction():
        persons.appoint(w.person("nia"), Role.REVIEWER, programme="BTN-L", actor=w.SYSTEM)
        persons.appoint(w.person("odo"), Role.OFFICER, call_id=made.calls["RES"].id, actor=w.SYSTEM)


def named(name: str) -> Person:
    """The person with this name."""
    return db.session.query(Person).filter_by(email=f"{name}@example.org").one()


def of(name: str, role: Role, programme: str | None = None, call: str | None = None) -> previews.Preview:
    """The preview of this role of the person."""
    place = Place(programme, w.found().calls[call].id if call else None)
    held = db.session.query(Appointment).filter_by(person_id=named(name).id).order_by(Appointment.id).all()
    return previews.preview(named(name), role, place, held)


def texts(found: tuple[object, ...]) -> list[str]:
    """The sentences in English."""
    return [str(one) for one in found]


def conflicts(name: str, role: Role, programme: str | None = None, call: str | None = None) -> list[str]:
    """The beginnings of the sentences about conflicts."""
    return [text.partition(" that ")[0] for text in texts(of(name, role, programme, call).conflicts)]


def test_an_approver_of_everything_approves_in_every_call(app: Flask) -> None:
    with app.app_context():
        found = of("mg1", Role.APPROVER)

    assert found.calls == 3
    assert "1 submitted application to read" in texts(found.allows)
    assert "Award grant: in 2 calls" in texts(found.allows)
    assert "Prepare payment batches" in texts(found.denies)


def test_the_numbers_follow_the_scope(app: Flask) -> None:
    with app.app_context():
        one, none = of("mg1", Role.OFFICER, programme="BTN-L"), of("mg1", Role.OFFICER, call="RES")

    assert (one.calls, none.calls) == (1, 1)
    assert "1 submitted application to read" in texts(one.allows)
    assert "0 submitted applications to read" in texts(none.allows)
    assert ("Create calls" in texts(one.allows), "Create calls" in texts(none.denies)) == (True, True)


def test_what_one_permission_needs_everything_for_is_not_promised_for_less(app: Flask) -> None:
    with app.app_context():
        whole, part = of("rex", Role.FINANCE), of("rex", Role.FINANCE, programme="RES")

    assert "Record contributions to funds" in texts(whole.allows)
    assert "Record contributions to funds" in texts(part.denies)


@pytest.mark.parametrize("role", APPOINTED)
def test_nothing_is_both_allowed_and_not(app: Flask, role: Role) -> None:
    with app.app_context():
        found = of("mg1", role)

    assert set(texts(found.allows)) & set(texts(found.denies)) == set()
    assert found.allows
    assert found.denies


LEFT_OUT = {
    Permission.OWN_ACCOUNT, Permission.SEE_INBOX, Permission.READ_MESSAGES, Permission.SETTLE_MESSAGE,
    Permission.ANSWER_ASSIGNMENT, Permission.DECLARE_CONFLICT, Permission.LIFT_CONFLICT, Permission.READ_CALL,
    Permission.READ_DOCUMENT, Permission.READ_ORGANISATION, Permission.READ_ATTACHMENT,
    Permission.READ_ORGANISATION_DOCUMENT, Permission.DECIDE_JOIN_REQUEST, Permission.SET_INVITATION,
    Permission.RETRY_FAILURE, Permission.REPLACE_DOCUMENT,
}  # fmt: skip
"""Permissions that follow from others, so that a preview does not name them."""


def test_every_permission_of_the_foundation_is_named_or_left_out_on_purpose() -> None:
    held = {permission for permission, roles in ALLOWED.items() if roles & set(APPOINTED)}

    assert held == {*SENTENCES, *READING, *LEFT_OUT}


@pytest.mark.parametrize(
    ("name", "role", "programme", "found"),
    [
        ("nia", Role.OFFICER, "BTN-L", ["Nia (demo) already has the role Reviewer in 1 call"]),
        ("nia", Role.OFFICER, "RES", []),
        ("nia", Role.FINANCE, None, []),
        ("odo", Role.APPROVER, "RES", ["Odo (demo) already has the role Programme officer in 1 call"]),
        ("odo", Role.FINANCE, None, ["Odo (demo) already has the role Programme officer in 1 call"]),
        ("odo", Role.REVIEWER, "BTN-L", []),
        ("pia", Role.FINANCE, None, ["Pia (demo) already has the role Approver in 3 calls"]),
        ("mg1", Role.APPROVER, None, ["Mg1 (demo) has acted for an applicant to 1 call"]),
        ("mg1", Role.APPROVER, "RES", []),
        ("rex", Role.REVIEWER, None, []),
    ],
)
def test_conflicts_are_those_of_roles_with_a_call_in_common(
    app: Flask, name: str, role: Role, programme: str | None, found: list[str]
) -> None:
    with app.app_context():
        assert conflicts(name, role, programme) == found


def page_of(app: Flask, name: str) -> tuple[Careful, str]:
    """Ada's browser, and the page of this person."""
    with app.app_context():
        return signed_in(app, w.found().people["ada"]), f"/people/{named(name).id}"


def given(app: Flask, name: str) -> int:
    """How many roles the person holds."""
    with app.app_context():
        return db.session.query(Appointment).filter_by(person_id=named(name).id).count()


def test_looking_changes_nothing_and_the_button_names_the_conflict(app: Flask) -> None:
    client, path = page_of(app, "odo")

    shown = client.get(f"{path}?role=approver&scope=everything")

    assert "Assign role with 1 conflict" in shown.text
    assert "Choose a scope in which there is no conflict" in shown.text
    assert given(app, "odo") == 1


def test_what_has_changed_since_is_shown_again_and_not_assigned(app: Flask) -> None:
    client, path = page_of(app, "rex")
    shown = client.get(f"{path}?role=approver&scope=everything")
    with app.app_context(), transaction():
        persons.appoint(named("rex"), Role.OFFICER, ends_on=today() + timedelta(days=9), actor=w.SYSTEM)

    refused = client.submit(shown, path)
    before = given(app, "rex")
    done = client.submit(refused, path)

    assert (refused.status_code, "This has changed since it was shown" in refused.text) == (409, True)
    assert (before, done.status_code, given(app, "rex")) == (2, 302, 3)


def test_without_the_second_look_it_would_be_assigned(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(previews.Preview, "digest", "same")
    client, path = page_of(app, "rex")
    shown = client.get(f"{path}?role=approver&scope=everything")
    with app.app_context(), transaction():
        persons.appoint(named("rex"), Role.OFFICER, actor=w.SYSTEM)

    assert (client.submit(shown, path).status_code, given(app, "rex")) == (302, 3)


def test_the_page_takes_a_fixed_number_of_statements(app: Flask) -> None:
    client, path = page_of(app, "odo")
    client.get(f"{path}?role=approver&scope=everything")
    with statements(app) as sent:
        client.get(f"{path}?role=approver&scope=everything")

    assert len(sent) <= 12, sent


def test_nobody_previews_a_role_of_their_own(app: Flask) -> None:
    client, path = page_of(app, "ada")

    assert 'id="preview"' not in client.get(f"{path}?role=finance&scope=everything").text
