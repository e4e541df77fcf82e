"""The second step of signing in: without it a session opens nothing; a code works once; guessing is slowed down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from grants.db import db, now, transaction
from grants.models import Event, Factor, SignInFailure
from grants.queries.sessions import COOKIE, TRUSTED, Current
from grants.services import locking, persons
from grants.services.factors import attempts, recovery, totp, trusted_devices
from grants.web.site import authorization
from tests import world as w
from tests.browser import Answer, Careful, anonymous
from tests.databases import advance
from tests.second_factors import code
from tests.web import passwords
from tests.web.passwords import SECOND_STEP, let_sign_in
from workflows.engine.roles import Actor, Role

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

OPEN = {
    "assets.show", "documents.number", "health.show", "invitations.accept", "invitations.show", "links.show",
    "links.use", "mailbox.index", "mailbox.show", "provider_accounts.begin", "provider_accounts.finish",
    "registrations.show", "registrations.use", "second_step.create",
    "second_step.passkey_options", "second_step.show", "second_step.use_passkey", "sessions.create", "sessions.end",
    "sessions.new", "static", "unsubscriptions.show", "unsubscriptions.use",
}  # fmt: skip
"""What a session opens before the second step, read by eye: the step itself, signing in and out, what pages load, and
pages whose address is a secret."""
SECRETS = {"token", "code"}
"""The arguments of addresses that are as good as a password."""
FIRST_FACTOR = {"factors.new_app", "factors.add_app", "factors.passkey_options", "factors.add_passkey"}
"""What it opens besides to a person who has no factor yet."""
WRONG = "000000"


def half(app: Flask, name: str = "fay", place: str = "192.0.2.1") -> Careful:
    """A browser in which this person has entered the password only."""
    let_sign_in(app, name)
    browser = anonymous(app)
    browser.environ_base["REMOTE_ADDR"] = place
    form = browser.get("/sign-in").page.form("/sign-in")
    fields = {**form.fields, "email": f"{name}@example.org", "password": passwords.SECRET}
    answer = browser.post("/sign-in", data=fields)
    assert (answer.status_code, answer.location) == (302, SECOND_STEP)
    return browser


def enter(browser: Careful, text: str, **fields: Any) -> Answer:
    """Enter a code on the page of the second step."""
    return browser.submit(browser.get(SECOND_STEP), SECOND_STEP, code=text, **fields)


def token(browser: Careful) -> str:
    """The token of the session of this browser."""
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def take_factors(app: Flask, name: str) -> None:
    """End the factors of this person, as if they had never had one."""
    with app.app_context(), transaction():
        person = w.found().people[name]
        locking.hold(person)
        for factor in db.session.query(Factor).filter_by(person_id=person.id):
            factor.ended_at = now()
        w.recorded()


def reached(app: Flask, kept: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The routes, beside those of OPEN, that do more for a thief of this token than lead to the second step."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    found, addresses = set(), app.url_map.bind("localhost")
    thief = FlaskClient(app, app.response_class)
    thief.set_cookie(COOKIE, kept)
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, 1) | {"noun": "batches", "part": "history"}
        for method in sorted((rule.methods or set()) & {"GET", "POST"} if rule.endpoint not in OPEN else ()):
            answer = thief.open(addresses.build(rule.endpoint, values, method), method=method)
            led = answer.status_code == 302 and answer.location.startswith(SECOND_STEP)
            if not led and answer.status_code != 401:
                found.add(rule.endpoint)
    return found


def test_before_the_second_step_a_session_opens_nothing_else(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every route, as a thief of the password would try it."""
    assert reached(app, token(half(app)), monkeypatch) == set()


def test_a_person_without_a_factor_can_only_set_up_the_first_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = half(app)
    take_factors(app, "fay")

    assert reached(app, token(browser), monkeypatch) == FIRST_FACTOR


def test_the_routes_that_it_opens_are_those_that_declare_it(app: Flask) -> None:
    declared = {name: getattr(view, "before_second_step", "") for name, view in app.view_functions.items()}

    assert {name for name, reach in declared.items() if reach == authorization.ALWAYS} == OPEN
    assert {name for name, reach in declared.items() if reach == authorization.ENROLLING} == FIRST_FACTOR


def secret_views(app: Flask) -> set[str]:
    """The routes with a secret in their address."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments & SECRETS}


def test_no_address_with_a_secret_is_led_away_with_it_in_the_query(app: Flask) -> None:
    """Proxies log the query of a request, but not these addresses."""
    browser, addresses = half(app), app.url_map.bind("localhost")
    found = secret_views(app) - {"documents.number"}
    pages = [addresses.build(name, {"token": "secret"}, "GET") for name in found if name.endswith(".show")]

    answers = [browser.get(page) for page in [*pages, "/v/FG-2026-1/secret"]]

    assert found == {
        "links.show", "links.use", "invitations.show", "invitations.accept", "registrations.show", "registrations.use",
        "unsubscriptions.show", "unsubscriptions.use",
    }  # fmt: skip
    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [(404, None)] * 5


def test_without_that_declaration_the_token_would_stand_in_a_query(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.delattr(app.view_functions["invitations.show"], "before_second_step")

    assert half(app).get("/invitation/secret").location == f"{SECOND_STEP}?next=/invitation/secret"


def test_unguarded_the_password_alone_opens_the_funds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    browser = half(app)
    before = browser.get("/funds").status_code
    monkeypatch.setattr(Current, "complete", True)

    assert (before, browser.get("/funds").status_code) == (302, 200)


def test_unguarded_the_password_alone_would_add_a_factor(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: a person who has a factor adds another one only after showing it."""
    browser = half(app)
    before = browser.get("/account/factors/app").location
    monkeypatch.setattr(app.view_functions["factors.new_app"], "before_second_step", authorization.ALWAYS)

    assert before.startswith(SECOND_STEP)
    assert browser.get("/account/factors/app").status_code == 200


def test_a_code_opens_the_page_that_was_wanted(app: Flask) -> None:
    browser = half(app)
    wanted = browser.get("/funds")

    page = browser.get(wanted.location)
    answer = browser.submit(page, SECOND_STEP, code=code(app))

    assert wanted.location == f"{SECOND_STEP}?next=/funds"
    assert (answer.status_code, answer.location) == (302, "/funds")
    assert browser.get("/funds").status_code == 200


def test_the_token_changes_with_the_second_step(app: Flask) -> None:
    """Somebody who knew the token of the first step, or planted it, does not pass the second one."""
    browser, thief = half(app), anonymous(app)
    first = token(browser)
    thief.set_cookie(COOKIE, first)

    enter(browser, code(app))

    assert token(browser) != first
    assert (browser.get("/inbox").status_code, thief.get("/inbox").location) == (200, "/sign-in?next=/inbox")


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}-{1} ", "{0}{1}"])
def test_a_code_is_read_as_apps_write_it(app: Flask, typed: str) -> None:
    shown = code(app)

    assert enter(half(app), typed.format(shown[:3], shown[3:])).status_code == 302


def test_a_code_in_digits_of_another_script_is_read(app: Flask) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

    assert enter(half(app), code(app).translate(arabic)).status_code == 302


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_the_clock_of_an_app_may_be_wrong_by_one_step(app: Flask, settings: Settings, steps: int, status: int) -> None:
    browser = half(app)
    with app.app_context():
        advance(settings, 30 - int(now().timestamp()) % 30)  # the step has just begun, and does not end meanwhile

    assert enter(browser, code(app, steps)).status_code == status


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "١٢٣", "12345\N{SUPERSCRIPT TWO}x"])
def test_what_is_no_code_is_refused_and_shown_again(app: Flask, text: str) -> None:
    answer = enter(half(app), text)

    assert answer.status_code == 422
    assert "Enter the six digits that your app shows." in answer.page.text
    with app.app_context():
        assert db.session.query(SignInFailure).count() == 0


def test_a_used_code_says_so_and_the_next_one_works(app: Flask, settings: Settings) -> None:
    shown = code(app)
    first, second = half(app), half(app)
    enter(first, shown)

    answer = enter(second, shown)
    advance(settings, 60)

    assert answer.status_code == 422
    assert "This code has already been used. Wait for the next one." in answer.page.text
    assert enter(second, code(app)).status_code == 302


def test_unguarded_a_code_would_work_two_times(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    shown, browsers = code(app), [half(app), half(app)]
    monkeypatch.setattr(totp, "_taken", lambda *_: True)

    assert [enter(browser, shown).status_code for browser in browsers] == [302, 302]


def test_of_ten_sendings_of_a_code_at_the_same_time_one_succeeds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "TRIES", 20)
    browsers, shown = [half(app) for _ in range(10)], code(app)
    pages = [(browser, browser.get(SECOND_STEP)) for browser in browsers]

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda one: one[0].submit(one[1], SECOND_STEP, code=shown).status_code, pages))

    assert sorted(answers) == [302] + [422] * 9


def test_wrong_codes_pause_the_codes_of_this_place_only(app: Flask) -> None:
    browser, elsewhere = half(app), half(app, place="192.0.2.2")
    answers = [enter(browser, WRONG) for _ in range(attempts.TRIES + 1)]

    paused, owner = enter(browser, code(app)), enter(elsewhere, code(app))

    assert {answer.status_code for answer in answers} == {422}
    assert "This code is incorrect." in answers[0].page.text
    assert "Too many wrong codes. Wait 15 minutes, then try again." in answers[-1].page.text
    assert (paused.status_code, owner.status_code) == (422, 302)


def test_unguarded_a_place_guesses_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    browser = half(app)
    for _ in range(attempts.TRIES):
        enter(browser, WRONG)
    monkeypatch.setattr(attempts, "TRIES", 1_000)

    assert enter(browser, code(app)).status_code == 302


def test_a_right_code_is_no_failure(app: Flask) -> None:
    enter(half(app), code(app))

    with app.app_context():
        assert db.session.query(SignInFailure).count() == 0


def test_a_person_without_a_role_is_not_asked(app: Flask) -> None:
    let_sign_in(app, "mg1")
    browser = anonymous(app)

    answer = passwords.sign_in(browser, "mg1")

    assert (answer.status_code, answer.location, browser.get("/inbox").status_code) == (302, "/inbox", 200)


def codes(app: Flask, name: str = "fay") -> list[str]:
    """New recovery codes of this person."""
    with app.app_context(), transaction():
        person = w.found().people[name]
        return list(recovery.renew(person, actor=Actor(person=person.id, role=Role.PUBLIC)))


def recover(browser: Careful, text: str) -> Answer:
    """Enter a recovery code on its page."""
    return browser.submit(browser.get(f"{SECOND_STEP}?way=recovery"), SECOND_STEP, code=text)


def test_a_recovery_code_works_once_and_is_recorded(app: Flask) -> None:
    first, second, again = half(app), half(app), codes(app)
    typed = again[0].lower().replace("-", " ")

    answers = [recover(first, typed), recover(second, again[0]), recover(second, again[1])]

    assert [answer.status_code for answer in answers] == [302, 422, 302]
    assert "This recovery code is incorrect, or has already been used." in answers[1].page.text
    with app.app_context():
        assert [event.key for event in db.session.query(Event).order_by(Event.id.desc()).limit(2)] == [
            "use_recovery_code"
        ] * 2


def test_new_recovery_codes_replace_the_earlier_ones(app: Flask) -> None:
    browser, earlier = half(app), codes(app)
    codes(app)

    assert recover(browser, earlier[0]).status_code == 422


def test_the_codes_of_another_person_do_not_work(app: Flask) -> None:
    half(app, "fox")

    assert recover(half(app), codes(app, "fox")[0]).status_code == 422


def device(browser: Careful) -> str:
    """The token of this device; empty if it is not trusted."""
    cookie = browser.get_cookie(TRUSTED)
    return cookie.value if cookie else ""


def test_a_reviewer_is_not_asked_again_on_a_trusted_device(app: Flask, settings: Settings) -> None:
    browser = half(app, "rex")
    enter(browser, code(app), trust="y")
    trusted = device(browser)
    passwords.sign_out(browser)

    form = browser.get("/sign-in")
    answer = browser.submit(form, "/sign-in", email="rex@example.org", password=passwords.SECRET)
    advance(settings, 31 * 86_400)
    late = half(app, "rex")
    late.set_cookie(TRUSTED, trusted)

    assert trusted
    assert (answer.status_code, answer.location) == (302, "/inbox")
    assert browser.get("/inbox").status_code == 302  # the session has ended by now


@pytest.mark.parametrize("name", ["olga", "pia", "fay", "uma", "ada"])
def test_no_other_role_may_trust_a_device(app: Flask, name: str) -> None:
    browser = half(app, name)

    assert "Do not ask again on this device" not in browser.get(SECOND_STEP).page.text
    assert enter(browser, code(app), trust="y").status_code == 302
    assert device(browser) == ""


def test_a_trusted_device_is_worth_nothing_to_another_person_or_with_another_role(app: Flask) -> None:
    browser = half(app, "rex")
    enter(browser, code(app), trust="y")
    with app.app_context(), transaction():
        persons.appoint(w.found().people["rex"], Role.AUDITOR, actor=w.SYSTEM)
    other = half(app, "rex")
    other.set_cookie(TRUSTED, device(browser))
    form = other.get("/sign-in")

    answer = other.submit(form, "/sign-in", email="rex@example.org", password=passwords.SECRET)

    assert answer.location == SECOND_STEP


def led_after_a_new_password(app: Flask) -> str:
    """Where a trusted device leads a reviewer who has changed the password in another browser."""
    browser, new = half(app, "rex"), "four unrelated words here"
    enter(browser, code(app), trust="y")
    path = "/account/password"
    browser.submit(browser.get(path), path, present_password=passwords.SECRET, password=new)
    other = anonymous(app)
    other.set_cookie(TRUSTED, device(browser))
    return other.submit(other.get("/sign-in"), "/sign-in", email="rex@example.org", password=new).location


def test_a_changed_password_ends_the_trust_in_devices(app: Flask) -> None:
    assert led_after_a_new_password(app) == SECOND_STEP


def test_if_it_did_not_a_stolen_cookie_would_pass_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(trusted_devices, "forget", lambda _: None)

    assert led_after_a_new_password(app) == "/inbox"


def test_a_first_step_ends_after_half_an_hour(app: Flask, settings: Settings) -> None:
    browser = half(app)
    advance(settings, 29 * 60)
    before = browser.get("/funds").location
    advance(settings, 2 * 60)

    assert before.startswith(SECOND_STEP)
    assert browser.get("/funds").location == "/sign-in?next=/funds"
