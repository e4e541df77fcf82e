"""A person's copy of their data, and closing their account."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Device, Event, Membership, Person
from grants.queries import closures as found
from grants.services import closures, persons, transitions
from grants.services.refusals import Refused
from grants.web.persons import account_view
from tests import world as w
from tests.browser import Answer, Careful, anonymous, browser, named
from tests.history.proof import found as verified
from tests.web.passwords import entered, sign_in
from workflows.engine.roles import Role

pytestmark = pytest.mark.ground("small")

PATH = "/account/close"


def close(client: Careful, **fields: Any) -> Answer:
    """Send the form that closes the account."""
    page = client.get(PATH)
    if any(form.action == PATH for form in page.page.forms):
        return client.submit(page, PATH, **{"confirmed": "y"} | fields)
    token = page.page.form("/sign-out").fields["csrf_token"]
    return client.post(PATH, data={"csrf_token": token, "confirmed": "y", **fields})


def stored(app: Flask, id: int) -> Person:
    """The row of the person with this id."""
    with app.app_context():
        return db.session.get_one(Person, id)


def number(app: Flask, name: str) -> int:
    """The id of the person with this name."""
    with app.app_context():
        return named(name).id


def leave(app: Flask, name: str) -> None:
    """Somebody else closes this account."""
    with app.app_context(), transaction():
        persons.end(named(name), actor=w.SYSTEM, apply=transitions.apply)


def test_an_account_is_closed_and_names_nobody_any_more(app: Flask) -> None:
    client, id = browser(app, "mg1"), number(app, "mg1")

    answer = close(client)
    after = client.get(answer.location)

    one = stored(app, id)
    assert (answer.status_code, after.page.h1.strip()) == (302, "Your account is closed")
    assert (one.name, one.email, one.ended_at is not None) == ("Closed account", f"closed-{id}@erased.invalid", True)
    assert client.get("/account").status_code == 302
    with app.app_context():
        keys = [event.key for event in db.session.query(Event).filter_by(subject="person", subject_id=id)]
        assert keys[-2:] == ["end", "erase"]
        assert db.session.query(Membership).filter_by(person_id=id, ended_at=None).count() == 0


def test_history_stays_valid(app: Flask) -> None:
    before = verified(app)
    close(browser(app, "mg1"))

    assert verified(app) == before


def test_the_address_is_free_again(app: Flask) -> None:
    close(browser(app, "mg1"))

    with app.app_context(), transaction():
        w.person("mg1")
    assert number(app, "mg1")


def test_the_password_and_the_tick_are_asked_for(app: Flask) -> None:
    client = entered(app, "mg1")
    id = number(app, "mg1")

    wrong = close(client, present_password="a guess that is wrong")
    page = client.get(PATH)
    unticked = client.submit(page, PATH, present_password="correct horse battery staple")

    assert (wrong.status_code, unticked.status_code) == (422, 422)
    assert "Tick the box to confirm." in unticked.page.text
    assert stored(app, id).ended_at is None
    assert sign_in(anonymous(app), "mg1").status_code == 302
    with app.app_context():
        assert db.session.query(Device).filter_by(person_id=id).count() == 2


def test_the_last_contact_stays(app: Flask) -> None:
    leave(app, "mg2")
    client = browser(app, "mg1")

    answer = close(client)

    assert answer.status_code == 403
    assert "You are the only person who acts for Chapter MG." in client.get("/account").page.text
    assert "/organisations/" in answer.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("olga", "You have the role “Programme officer”."),
        ("ada", "You are the only person with the role “Administrator”."),
    ],
)
def test_a_role_of_the_foundation_is_ended_first(app: Flask, name: str, sentence: str) -> None:
    answer = close(browser(app, name))

    assert (answer.status_code, sentence.split("“", maxsplit=1)[0] in answer.page.text) == (403, True)
    assert stored(app, number(app, name)).ended_at is None


def test_a_reviewer_without_open_reviews_closes_the_account(app: Flask) -> None:
    assert close(browser(app, "rex")).status_code == 302


def test_a_reviewer_with_an_open_review_reads_where_it_is(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        row = w.in_review(world, "BTN-S", amount=4_000)
        w.scored(world, row, "rex")
    answer = close(browser(app, "rex"))

    assert (answer.status_code, "1 review is assigned to you." in answer.page.text) == (403, True)


def test_without_the_guard_the_last_contact_would_leave(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    leave(app, "mg2")
    id = number(app, "mg1")
    monkeypatch.setattr(account_view, "reasons_to_stay", lambda _: [])
    monkeypatch.setattr(found, "obstacles", lambda _: [])

    assert close(browser(app, "mg1")).status_code == 302
    assert stored(app, id).ended_at is not None


def closed_together(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Both contacts of a chapter close their accounts at the same time; how many stay."""
    ids, together = [number(app, name) for name in ("mg1", "mg2")], threading.Barrier(2)

    def leave_now(id: int) -> None:
        with app.app_context():
            person = db.session.get_one(Person, id)
            together.wait()
            try:
                with transaction():
                    closures.close(person, apply=transitions.apply)
            except Refused:
                db.session.rollback()

    threads = [threading.Thread(target=leave_now, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(stored(app, id).ended_at is None for id in ids)


@pytest.mark.parametrize("_", range(3))
def test_of_two_last_contacts_one_stays(app: Flask, monkeypatch: pytest.MonkeyPatch, _: int) -> None:
    assert closed_together(app, monkeypatch) == 1


def test_the_copy_has_what_is_stored_and_nothing_of_others(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        w.draft(world, "BTN-S", "mg")
        w.draft(world, "BTN-S", "bo")
        drafts = {row.organisation_id: row.id for row in db.session.query(Application)}
        own = drafts[world.chapters["mg"].id]
    answer = browser(app, "mg1").get("/account/data")
    copy = json.loads(answer.text)

    assert answer.headers["Content-Disposition"].startswith("attachment; filename=account-")
    assert answer.headers["Cache-Control"] == "no-store"
    assert (copy["account"]["email"], copy["account"]["has_password"]) == ("mg1@example.org", False)
    assert [one["organisation"] for one in copy["organisations"]] == ["Chapter MG"]
    assert [one["id"] for one in copy["drafts"]] == [own]
    assert [one["message"] for one in copy["history"]] == ["Account created", "Acts for Chapter MG"]
    assert len(copy["sessions"]) == 1
    assert not {"password_hash", "token_sha256"} & {key for one in (copy["account"], *copy["sessions"]) for key in one}
    assert "Bo" not in answer.text.replace("Both", "")


def test_a_role_that_has_ended_is_in_the_copy(app: Flask) -> None:
    copy = json.loads(browser(app, "olga").get("/account/data").text)

    assert [(one["role"], one["ended_at"]) for one in copy["roles"]] == [(str(Role.OFFICER), None)]
