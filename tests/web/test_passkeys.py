"""Passkeys in Chromium, with a virtual device: made, used, and refused when something in the answer is not right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import update
from webauthn.helpers import base64url_to_bytes

from config import Settings
from grants.db import db, transaction
from grants.models import Factor, SignIn
from grants.queries import factors
from grants.services.factors import passkeys
from grants.services.integrity.changes import NOTED
from tests import world as w
from tests.browser import Careful
from tests.web.bridged import bridged, opened
from tests.web.passwords import SECOND_STEP
from tests.web.test_second_step import half, take_factors

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
SITE, ANSWER = "http://localhost", f"{SECOND_STEP}/passkey"
BUTTON = "form[data-passkey-way] button"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    """A window with a virtual device."""
    with opened() as window:
        session = window.context.new_cdp_session(window)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield window


@pytest.fixture
def fay(app: Flask, settings: Settings, chromium: Page) -> Careful:
    """A person with a passkey of the device, made at the first sign-in, who has now entered the password again."""
    app.extensions["settings"] = replace(settings, public_url=SITE)
    client = half(app)
    take_factors(app, "fay")
    window = bridged(chromium, client)
    window.goto(f"{SITE}/account/factors/app")
    window.click(BUTTON)
    window.get_by_role("heading", name="Your recovery codes").wait_for()
    client = half(app)
    bridged(chromium, client)
    return client


def answer_of(window: Page) -> dict[str, str]:
    """Use the passkey on the page of the second step; what the browser then sent."""
    window.goto(f"{SITE}{SECOND_STEP}")
    with window.expect_request(lambda asked: asked.url.endswith(ANSWER)) as sent:
        window.click(BUTTON)
    return {name: values[0] for name, values in parse_qs(sent.value.post_data or "").items()}


def set_factor(app: Flask, **values: object) -> None:
    """Change the passkey by hand."""
    with app.app_context(), transaction() as session:
        session.execute(update(Factor).values(**values), execution_options=NOTED)


def test_a_passkey_is_made_at_the_first_sign_in_and_used_at_the_next(app: Flask, fay: Careful, chromium: Page) -> None:
    before = fay.get("/funds").status_code

    answer_of(chromium)
    chromium.wait_for_url("**/inbox")

    assert (before, fay.get("/funds").status_code) == (302, 200)
    with app.app_context():
        [factor] = factors.passkeys(w.found().people["fay"].id)
        assert (factor.label, factor.transports) == ("Passkey", "internal")
        assert factor.last_used_at is not None


def test_an_answer_counts_once(app: Flask, fay: Careful, chromium: Page) -> None:
    """Somebody who has read the answer cannot send it again."""
    sent = answer_of(chromium)
    chromium.wait_for_url("**/inbox")

    thief = half(app)
    again = thief.post(ANSWER, data=sent | token_of(thief))

    assert again.status_code == 422
    assert "The passkey was not accepted." in again.get_data(as_text=True)


def test_unguarded_an_answer_would_count_again(
    app: Flask, fay: Careful, chromium: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: with its challenge still there, and the counter set back."""
    sent = answer_of(chromium)
    chromium.wait_for_url("**/inbox")
    challenge = json.loads(base64url_to_bytes(client_data(sent)))["challenge"]
    monkeypatch.setattr(passkeys, "take_challenge", lambda _: challenge)
    set_factor(app, sign_count=0)
    thief = half(app)

    assert thief.post(ANSWER, data=sent | token_of(thief)).status_code == 302


def client_data(sent: dict[str, str]) -> str:
    """What the browser has signed, as it was sent."""
    return str(json.loads(sent["credential"])["response"]["clientDataJSON"])


def token_of(client: Careful) -> dict[str, str]:
    """The token of a form of this browser."""
    return {"csrf_token": client.get(SECOND_STEP).page.form("/sign-out").fields["csrf_token"][0]}


def test_a_counter_that_does_not_rise_is_that_of_a_copy(app: Flask, fay: Careful, chromium: Page) -> None:
    set_factor(app, sign_count=1_000)

    answer_of(chromium)
    chromium.get_by_role("heading", name="We could not confirm that it is you").wait_for()

    assert fay.get("/funds").status_code == 302


@pytest.mark.parametrize("address", ["http://localhost:81", "https://localhost", "https://grants.example"])
def test_the_answer_of_another_origin_is_refused(
    app: Flask, fay: Careful, chromium: Page, settings: Settings, address: str
) -> None:
    """The device signs where it was asked; a page of another origin cannot pass its answer on to this site."""
    real = passkeys.options_to_use

    def then_renew(*args: object, **values: object) -> str:
        options = real(*args, **values)  # type: ignore[arg-type]
        app.extensions["settings"] = replace(settings, public_url=address)
        return options

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passkeys, "options_to_use", then_renew)
        answer_of(chromium)
        chromium.get_by_role("heading", name="We could not confirm that it is you").wait_for()

    assert fay.get("/funds").status_code == 302


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": 1}', "[" * 10_000, json.dumps({"id": "x" * 500})])
def test_what_no_device_answers_is_refused(app: Flask, settings: Settings, answer: str) -> None:
    app.extensions["settings"] = replace(settings, public_url=SITE)
    fay = half(app)
    fields = token_of(fay) | {"credential": answer}
    fay.post(f"{ANSWER}/options", data=fields)

    assert fay.post(ANSWER, data=fields).status_code == 422
    with app.app_context():
        assert [one.challenge for one in db.session.query(SignIn) if one.challenge] == []


def test_a_site_without_a_host_name_offers_no_passkeys(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = replace(settings, public_url="http://192.0.2.1")
    client = half(app)

    assert "data-passkey" not in client.get(SECOND_STEP).get_data(as_text=True)
