"""The second factors of an account: set up, added, removed, reset; each recorded and mailed."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Event, Outbox, RecoveryCode
from grants.queries import factors
from grants.queries.sessions import Current, hashed
from grants.services import locking
from grants.services.factors import encryption, recovery, registry
from tests import world as w
from tests.browser import Answer, Careful, anonymous, browser
from tests.databases import advance
from tests.second_factors import SECRET, give_app
from tests.web import passwords
from tests.web.passwords import SECOND_STEP, let_sign_in
from tests.web.test_second_step import half, recover, take_factors, token
from workflows.engine.message import Message

pytestmark = pytest.mark.ground("small")

APP = "/account/factors/app"
LATER = 30 * 60
"""How many seconds after signing in it is too late to set up the first factor."""


def without_factor(app: Flask, name: str = "fay") -> Careful:
    """A browser in which this person, who has no factor, has entered the password."""
    window = half(app, name)
    take_factors(app, name)
    return window


def shown_secret(answer: Answer) -> str:
    """The key that a page shows for typing."""
    return answer.get_data(as_text=True).partition('class="key" dir="ltr">')[2].partition("<")[0].replace(" ", "")


def set_up(window: Careful, page: Answer | None = None) -> Answer:
    """Set up an app with the code of the secret that the page shows."""
    page = page or window.get(APP)
    shown = pyotp.TOTP(shown_secret(page)).now()
    return window.submit(page, APP, code=shown, label="Phone")


def keys(app: Flask, name: str = "fay") -> list[str]:
    """The keys of this person's events about factors, oldest first."""
    with app.app_context():
        about = db.session.query(Event).filter_by(subject="person", subject_id=w.found().people[name].id)
        return [one.key for one in about.order_by(Event.number) if "factor" in one.key or "recovery" in one.key]


def test_the_first_sign_in_sets_up_an_app_and_shows_recovery_codes_once(app: Flask) -> None:
    window = without_factor(app)
    led = window.get("/funds")
    first = token(window)

    page = window.get(window.get(led.location).location)
    answer = set_up(window, page)

    codes = re.findall("[A-Z2-9]{4}(?:-[A-Z2-9]{4}){5}", answer.page.text)
    assert (answer.status_code, answer.page.h1, len(set(codes))) == (200, "Your recovery codes", 10)
    assert answer.page.links["I have saved the codes"] == "/funds"
    assert token(window) != first
    assert window.get("/funds").status_code == 200
    assert keys(app)[-2:] == ["add_factor", "recovery_codes"]
    with app.app_context():
        stored = {one.code_sha256 for one in db.session.query(RecoveryCode)}
        everything = " ".join(str(row.args) for row in db.session.query(Outbox))
    assert hashed(codes[0]) not in stored
    assert not any(one in everything for one in codes)
    passwords.sign_out(window)
    assert recover(half(app), codes[0]).status_code == 302


def test_the_secret_is_stored_encrypted_for_its_person(app: Flask) -> None:
    window = without_factor(app)
    page = window.get(APP)
    set_up(window, page)

    with app.app_context():
        factor = factors.apps(w.found().people["fay"].id)[0]
        assert shown_secret(page) not in str(factor.secret)
        ours = encryption.decrypt(factor.secret or "", person=factor.person_id, key=str(app.secret_key))
        assert ours == shown_secret(page)
        with pytest.raises(encryption.Undecipherable):
            encryption.decrypt(factor.secret or "", person=factor.person_id + 1, key=str(app.secret_key))
        with pytest.raises(encryption.Undecipherable):
            encryption.decrypt(factor.secret or "", person=factor.person_id, key="another key")


@pytest.mark.parametrize("sealed", ["", "x", "é", "A" * 80])
def test_a_secret_that_we_have_not_made_is_refused(app: Flask, sealed: str) -> None:
    window = without_factor(app)

    answer = window.submit(window.get(APP), APP, code=pyotp.TOTP(SECRET).now(), sealed=sealed)

    assert answer.status_code == 422
    assert "The key on this page could not be read." in answer.page.text


def test_a_wrong_code_shows_the_same_secret_again(app: Flask) -> None:
    window = without_factor(app)
    page = window.get(APP)

    answer = window.submit(page, APP, code="000000", label="Fay’s phone")

    assert (answer.status_code, shown_secret(answer)) == (422, shown_secret(page))
    assert "This code is incorrect." in answer.page.text
    assert answer.page.form(APP).fields["label"] == ["Fay’s phone"]


def test_the_same_secret_is_set_up_once(app: Flask) -> None:
    """Its codes would work two times otherwise."""
    window = without_factor(app)
    page = window.get(APP)
    set_up(window, page)

    answer = set_up(window, page)

    assert answer.status_code == 422
    assert "This app is set up already." in answer.page.text


def test_of_two_first_factors_at_the_same_time_one_is_added(app: Flask) -> None:
    """A thief of the password who waits on the page does not add a factor beside that of the owner."""
    windows = [without_factor(app) for _ in range(2)]
    pages = [(window, window.get(APP)) for window in windows]

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(lambda one: set_up(*one).status_code, pages))

    with app.app_context():
        assert len(factors.of(w.found().people["fay"].id)) == 1
    assert answers[0] == 200
    assert answers[1] != 200


def owner(app: Flask, name: str = "fay", apps: int = 1) -> Careful:
    """A browser of a person with so many apps."""
    with app.app_context():
        person = w.found().people[name]
        for _ in range(apps):
            with transaction():
                give_app(app, person)
        return browser(app, name)


def remove(window: Careful) -> Answer:
    """Remove the first factor that the page lets the person remove."""
    page = window.get("/account/factors")
    action = next(form.action for form in page.page.forms if form.action.endswith("/remove"))
    return window.submit(page, action)


def test_a_factor_is_removed_recorded_and_mailed(app: Flask) -> None:
    window = owner(app, apps=2)

    answer = remove(window)

    assert (answer.status_code, keys(app)[-1]) == (302, "remove_factor")
    with app.app_context():
        assert len(factors.of(w.found().people["fay"].id)) == 1
        mail = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert mail is not None
        assert str(mail.args["subject"]).count("A second factor was removed from your account") == 1


def test_the_last_required_factor_stays_and_the_page_says_what_to_add_first(app: Flask) -> None:
    window = owner(app)
    page = window.get("/account/factors")
    with app.app_context():
        id = factors.of(w.found().people["fay"].id)[0].id

    answer = window.post(f"/account/factors/{id}/remove", data=page.page.form("/sign-out").fields)

    assert [form.action for form in page.page.forms if form.action.endswith("/remove")] == []
    assert "Add another authenticator app or passkey first" in " ".join(page.page.text.split())
    assert answer.status_code == 409
    assert "Add another authenticator app or passkey first" in answer.page.text


def test_unguarded_the_last_factor_would_go(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    window = owner(app)
    monkeypatch.setattr("grants.queries.factors.roles", lambda _: frozenset())
    with app.app_context():
        id = factors.of(w.found().people["fay"].id)[0].id

    window.post(f"/account/factors/{id}/remove", data=window.get("/account").page.form("/sign-out").fields)

    with app.app_context():
        assert factors.of(w.found().people["fay"].id) == []


def test_a_person_without_a_role_adds_a_factor_is_asked_for_it_and_removes_it(app: Flask) -> None:
    let_sign_in(app, "mg1")
    window = anonymous(app)
    passwords.sign_in(window, "mg1")
    set_up(window)
    passwords.sign_out(window)
    form = window.get("/sign-in")
    asked = window.submit(form, "/sign-in", email="mg1@example.org", password=passwords.SECRET)

    with app.app_context():
        factor = factors.apps(w.found().people["mg1"].id)[0]
        secret = encryption.decrypt(factor.secret or "", person=factor.person_id, key=str(app.secret_key))
    answer = window.submit(window.get(SECOND_STEP), SECOND_STEP, code=pyotp.TOTP(secret).at(_soon()))

    assert (asked.location, answer.location) == (SECOND_STEP, "/inbox")
    assert remove(window).status_code == 302
    with app.app_context():
        assert factors.of(factor.person_id) == []
        assert factors.codes_left(factor.person_id) == 0


def _soon() -> int:
    """An instant in the next time step, because the code of the present one has been used."""
    return int(time.time()) + 30


def test_a_reset_ends_factors_codes_and_sessions_with_its_reason(app: Flask) -> None:
    window = owner(app, apps=2)
    with app.app_context():
        person = w.found().people["fay"]
        with transaction():
            recovery.renew(person, actor=w.SYSTEM)
        with transaction():
            ended = registry.reset(person, reason="Lost the phone; called back at the office number.", actor=w.SYSTEM)
        left = len(factors.of(person.id)), factors.codes_left(person.id)
        event = db.session.query(Event).order_by(Event.id.desc()).first()

    assert (ended, left) == (2, (0, 0))
    assert event is not None
    assert event.key == "reset_factors"
    assert window.get("/inbox").location == "/sign-in?next=/inbox"


def test_new_codes_are_shown_and_the_old_ones_end(app: Flask) -> None:
    window = owner(app)
    page = window.get("/account/factors")

    answer = window.submit(page, "/account/factors/recovery-codes")

    assert (answer.status_code, answer.page.h1) == (200, "Your recovery codes")
    assert "10 recovery codes are left." in " ".join(window.get("/account/factors").page.text.split())


def late(app: Flask, name: str = "mg1") -> tuple[Careful, Answer]:
    """A browser that its owner, who has no factor, has left half an hour ago, and the page that sets one up."""
    window = browser(app, name)
    page = window.get(APP)
    advance(app.extensions["settings"], LATER)
    return window, page


def set_up_late(window: Careful, page: Answer) -> Answer:
    """Set up an app with the code that it shows LATER, by the clock of the database."""
    shown = pyotp.TOTP(shown_secret(page)).at(int(time.time()) + LATER)
    return window.submit(page, APP, code=shown, label="Phone")


def test_a_session_alone_sets_up_no_first_factor(app: Flask) -> None:
    """A stranger at the browser of somebody who has signed in long ago would shut the owner out."""
    window, page = late(app)

    answer = set_up_late(window, page)

    assert (answer.status_code, answer.page.h1.strip()) == (401, "Sign in again")
    assert window.get(APP).location == f"/sign-in?next={APP}"
    with app.app_context():
        assert factors.of(w.found().people["mg1"].id) == []


def test_signing_in_again_goes_on_with_the_form(app: Flask) -> None:
    let_sign_in(app, "mg1")
    window, page = late(app)

    again = passwords.sign_in_on_the_spot(window, set_up_late(window, page), "mg1")
    answer = window.submit(again, APP)

    assert (again.status_code, answer.status_code, answer.page.h1.strip()) == (200, 200, "Your recovery codes")


def test_unguarded_a_stranger_would_shut_the_owner_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    window, page = late(app)
    monkeypatch.setattr(Current, "is_recent", True)

    assert set_up_late(window, page).status_code == 200


def test_recovery_codes_have_120_bits_and_earlier_ones_still_work(app: Flask) -> None:
    browser, shown = half(app), codes_of(app)
    with app.app_context(), transaction() as session:
        person = w.found().people["fay"]
        locking.hold(person)
        session.add(RecoveryCode(person_id=person.id, code_sha256=hashed(f"recovery code of {person.id}: {'A' * 16}")))
        w.recorded()

    assert {len(one.replace("-", "")) for one in shown} == {24}
    assert len(recovery.ALPHABET) ** 24 >= 2**120
    assert recover(browser, "AAAA-AAAA-AAAA-AAAA").status_code == 302


def codes_of(app: Flask) -> list[str]:
    """New recovery codes of Fay."""
    with app.app_context(), transaction():
        return list(recovery.renew(w.found().people["fay"], actor=w.SYSTEM))


def test_new_recovery_codes_are_mailed_but_not_the_first_ones(app: Flask) -> None:
    codes_of(app)
    first = subjects(app)
    codes_of(app)

    assert (first, subjects(app)) == ([], ["New recovery codes were created for your account"])


def subjects(app: Flask) -> list[str]:
    """The subjects of the mails that wait, oldest first."""
    with app.app_context():
        rows = db.session.query(Outbox).order_by(Outbox.id)
        return [str(Message.from_json(row.args["subject"])) for row in rows]  # type: ignore[arg-type]
