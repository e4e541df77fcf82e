"""Signing in with an identity provider, against one that runs: who is signed in, and what is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from authlib.oidc.core import CodeIDToken
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Event, Outbox, ProviderAccount, SignIn
from grants.outside import provider
from grants.queries.sessions import COOKIE
from grants.services import persons, provider_accounts, transitions
from grants.services.provider_accounts import UNKNOWN
from tests import provider as at_provider
from tests import world as w
from tests.browser import Answer, Careful, anonymous, browser, named
from tests.databases import advance
from tests.second_factors import give_app
from tests.web.passwords import SECOND_STEP, let_sign_in
from workflows.engine.message import Message

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

BEGIN, CALLBACK = "/sign-in/provider", "/sign-in/provider/callback"
CLIENT = "grants"
MIA = {"email": "mg1@example.org", "email_verified": True}
FAY = {"email": "fay@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The issuer of a provider that runs as long as this file."""
    with at_provider.running() as found:
        yield found


@pytest.fixture(autouse=True)
def provided(app: Flask, settings: Settings, issuer: str) -> Iterator[Settings]:
    """The application signs in with this provider."""
    provider.KNOWN.clear()
    given = replace(settings, oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret="x", oidc_name="Login")
    app.extensions["settings"] = given
    yield given
    app.extensions["settings"] = settings


def begun(client: Careful, next: str = "") -> str:
    """Press the button of the sign-in page; gives the address at the provider."""
    answer = client.submit(client.get(f"/sign-in?next={quote(next)}"), BEGIN)
    assert answer.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.get_data(as_text=True))
    assert found is not None
    return unescape(found[1])


def sign_in(client: Careful, subject: str = "mia", **claims: object) -> Answer:
    """Sign in with the account of this subject at the provider."""
    return client.get(at_provider.confirmed(begun(client), subject, **(claims or MIA)))


def sentence(answer: Answer) -> str:
    """Why the sign-in page refuses; empty without a reason."""
    found = answer.page.text.partition("You are not signed in")[2]
    return " ".join(found.split())


def refuses(client: Careful, answer: Answer, status: int = 403) -> bool:
    """Whether nobody is signed in, and the other ways are offered."""
    offered = answer.status_code == status and any(form.action.endswith("/sign-in") for form in answer.page.forms)
    return offered and client.get_cookie(COOKIE) is None


def test_a_person_signs_in_and_is_known_from_then_on_by_the_subject(app: Flask) -> None:
    client, again = anonymous(app), anonymous(app)

    first = client.get(at_provider.confirmed(begun(client, "/account"), "mia", **MIA))
    later = sign_in(again, "mia", email="new@example.org", email_verified=False)

    assert (first.location, later.location) == ("/account", "/inbox")
    assert "Linked on" in client.get("/account").page.text
    with app.app_context():
        assert [one.person.name for one in db.session.query(ProviderAccount)] == [named("mg1").name]
        assert {one.way for one in db.session.query(SignIn)} == {"provider"}
        assert db.session.query(Event).filter_by(key="link_provider").count() == 1
        subjects = [Message.from_json(row.args["subject"]).text for row in db.session.query(Outbox)]  # type: ignore[arg-type]
        assert "You can now sign in with %(provider)s" in subjects


def test_the_request_has_a_challenge_a_state_and_a_nonce(app: Flask) -> None:
    asked = parse_qs(urlsplit(begun(anonymous(app))).query)

    assert (asked["code_challenge_method"], asked["scope"]) == (["S256"], ["openid email"])
    assert all(len(asked[name][0]) >= 30 for name in ("code_challenge", "state", "nonce"))


def test_a_role_shows_its_own_second_factor(app: Flask) -> None:
    let_sign_in(app, "fay")
    client = anonymous(app)

    assert sign_in(client, "fay", **FAY, amr=["mfa"]).status_code == 302
    assert client.get("/funds").location.startswith(SECOND_STEP)


@pytest.mark.parametrize(("age", "opened"), [(60, True), (3_600, False)])
def test_the_factor_of_the_provider_counts_where_it_is_set_and_fresh(
    app: Flask, provided: Settings, *, age: int, opened: bool
) -> None:
    app.extensions["settings"] = replace(provided, oidc_second_factor=("mfa",))
    client, other = anonymous(app), anonymous(app)

    sign_in(client, "fay", **FAY, amr=["pwd", "mfa"], auth_time=int(time.time()) - age)
    sign_in(other, "fay", **FAY, amr=["pwd"])

    assert (client.get("/funds").status_code == 200) is opened
    assert other.get("/funds").location.startswith(SECOND_STEP)


def test_at_the_first_sign_in_the_factor_of_the_provider_does_not_replace_ones_own(
    app: Flask, provided: Settings
) -> None:
    """A mailbox may suffice to make an account at the provider, and must not take the place of a second factor here."""
    app.extensions["settings"] = replace(provided, oidc_second_factor=("mfa",))
    with app.app_context(), transaction():
        give_app(app, named("fay"))
    shown: dict[str, object] = {**FAY, "amr": ["mfa"], "auth_time": int(time.time()) - 60}
    first, second = anonymous(app), anonymous(app)

    sign_in(first, "fay", **shown)
    sign_in(second, "fay", **shown)

    assert first.get("/funds").location.startswith(SECOND_STEP)
    assert second.get("/funds").status_code == 200


def test_a_provider_with_symmetric_signatures_only_is_none(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = anonymous(app)
    address = begun(client)
    [known] = provider.KNOWN.values()
    monkeypatch.setitem(known.document, "id_token_signing_alg_values_supported", ["HS256"])

    assert refuses(client, client.get(at_provider.confirmed(address, "mia", **MIA)), 503)


def test_who_has_no_factor_here_signs_in_again_for_a_fresh_one(app: Flask, provided: Settings) -> None:
    app.extensions["settings"] = replace(provided, oidc_second_factor=("mfa",))
    client = anonymous(app)
    sign_in(client, "fay", **FAY, amr=["mfa"])
    advance(provided, 16 * 60)

    assert client.get(SECOND_STEP).location.startswith("/sign-in?") or client.get(SECOND_STEP).location == "/sign-in"
    assert client.get("/account/factors/app").location == "/sign-in?next=/account/factors/app"


UNKNOWN_PEOPLE = {
    "no account": {"email": "nobody@example.org", "email_verified": True},
    "an address that is not verified": {"email": "mg1@example.org", "email_verified": False},
    "an address that only seems verified": {"email": "mg1@example.org", "email_verified": "true"},
    "no address": {"name": "Mia"},
}


@pytest.mark.parametrize("claims", UNKNOWN_PEOPLE.values(), ids=UNKNOWN_PEOPLE)
def test_whoever_is_unknown_reads_the_same_sentence(app: Flask, claims: dict[str, object]) -> None:
    client = anonymous(app)

    answer = sign_in(client, "stranger", **claims)

    assert refuses(client, answer)
    assert sentence(answer).startswith(UNKNOWN.text.replace("%(provider)s", "Login"))
    with app.app_context():
        assert db.session.query(ProviderAccount).count() == 0


def test_unguarded_an_unverified_address_signs_in(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(provider, "_email", lambda _, __, claims: claims["email"])

    assert sign_in(anonymous(app), "stranger", email="mg1@example.org", email_verified=False).status_code == 302


def test_another_account_with_the_same_address_is_not_signed_in(app: Flask) -> None:
    """The address of somebody who has left may be given to a successor."""
    sign_in(anonymous(app), "mia", **MIA)
    client = anonymous(app)

    assert refuses(client, sign_in(client, "successor", **MIA))


def test_unguarded_a_successor_would_enter_the_account(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: without the comparison, only the constraint of the database remains."""
    sign_in(anonymous(app), "mia", **MIA)
    monkeypatch.setattr(provider_accounts, "_link", lambda *_: None)

    assert sign_in(anonymous(app), "successor", **MIA).status_code == 302


def test_an_account_that_has_ended_is_not_signed_in(app: Flask) -> None:
    sign_in(anonymous(app), "mia", **MIA)
    with app.app_context(), transaction():
        persons.end(named("mg1"), actor=w.SYSTEM, apply=transitions.apply)
    client = anonymous(app)

    assert refuses(client, sign_in(client, "mia", **MIA))
    with app.app_context():
        assert db.session.query(ProviderAccount).filter_by(ended_at=None).count() == 0


def test_an_answer_in_another_browser_signs_nobody_in(app: Flask) -> None:
    """An attacker signs in at the provider and leads a victim to the answer."""
    attacker, victim, beginner = anonymous(app), anonymous(app), anonymous(app)
    address = at_provider.confirmed(begun(attacker), "mia", **MIA)
    begun(beginner)

    assert refuses(victim, victim.get(address), 400)
    assert refuses(beginner, beginner.get(address))


def test_unguarded_a_victim_is_signed_in_as_the_attacker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: with the values of the attacker's browser and no comparison of the state."""
    attacker, victim = anonymous(app), anonymous(app)
    address = at_provider.confirmed(begun(attacker), "mia", **MIA)
    kept = attacker.get_cookie("grants_provider", path=BEGIN)
    assert kept is not None
    begun(victim)
    victim.set_cookie("grants_provider", kept.value, path=BEGIN)
    monkeypatch.setattr(provider, "compare_digest", lambda *_: True)

    assert victim.get(address).status_code == 302


def test_a_scanner_that_opens_addresses_begins_and_ends_nothing(app: Flask) -> None:
    scanner = anonymous(app)

    assert scanner.get(BEGIN).location == "/sign-in"
    assert scanner.get_cookie("grants_provider", path=BEGIN) is None
    assert refuses(scanner, scanner.get(f"{CALLBACK}?code=x&state=y"), 400)
    with app.app_context():
        assert db.session.query(SignIn).count() == 0


def test_an_answer_counts_once(app: Flask) -> None:
    client = anonymous(app)
    address = at_provider.confirmed(begun(client), "mia", **MIA)
    kept = client.get_cookie("grants_provider", path=BEGIN)
    assert kept is not None

    first, second = client.get(address), client.get(address)
    client.set_cookie("grants_provider", kept.value, path=BEGIN)
    replayed = client.get(address)

    assert [one.status_code for one in (first, second, replayed)] == [302, 400, 403]


def test_another_nonce_is_refused(app: Flask) -> None:
    client = anonymous(app)
    address = re.sub(r"nonce=[^&]+", "nonce=of-another-sign-in", begun(client))

    assert refuses(client, client.get(at_provider.confirmed(address, "mia", **MIA)))


def test_unguarded_another_nonce_is_accepted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    client = anonymous(app)
    address = re.sub(r"nonce=[^&]+", "nonce=of-another-sign-in", begun(client))
    monkeypatch.setattr(CodeIDToken, "validate_nonce", lambda _: None)

    assert client.get(at_provider.confirmed(address, "mia", **MIA)).status_code == 302


FORGED = {"iss": "https://other.example.org", "aud": "another-client", "exp": 1_700_000_000}


@pytest.mark.parametrize("claim", FORGED)
def test_a_token_for_others_or_of_the_past_is_refused(app: Flask, claim: str) -> None:
    client = anonymous(app)

    assert refuses(client, sign_in(client, "mia", **MIA, **{claim: FORGED[claim]}))


@pytest.mark.parametrize("claim", FORGED)
def test_unguarded_such_a_token_is_accepted(app: Flask, monkeypatch: pytest.MonkeyPatch, claim: str) -> None:
    """Counter-test."""
    monkeypatch.setattr(CodeIDToken, "validate", lambda _, **__: None)

    assert sign_in(anonymous(app), "mia", **MIA, **{claim: FORGED[claim]}).status_code == 302


def test_an_answer_that_names_another_issuer_is_refused(app: Flask) -> None:
    client = anonymous(app)
    address = at_provider.confirmed(begun(client), "mia", **MIA)

    assert refuses(client, client.get(f"{address}&iss=https%3A%2F%2Fother.example.org"))


def test_a_provider_that_calls_itself_otherwise_is_not_used(app: Flask, provided: Settings) -> None:
    app.extensions["settings"] = replace(provided, oidc_issuer=f"{provided.oidc_issuer}/")
    client = anonymous(app)

    assert refuses(client, client.submit(client.get("/sign-in"), BEGIN), 503)


def test_the_other_ways_stay_while_the_provider_is_down(app: Flask, provided: Settings) -> None:
    app.extensions["settings"] = replace(provided, oidc_issuer="http://localhost:9")
    client = anonymous(app)

    answer = client.submit(client.get("/sign-in"), BEGIN)

    assert refuses(client, answer, 503)
    assert sentence(answer).startswith("Login is not responding. Sign in another way, or try again later.")


def test_a_provider_that_goes_down_meanwhile_is_no_failure_of_the_person(app: Flask, provided: Settings) -> None:
    client = anonymous(app)
    address = at_provider.confirmed(begun(client), "mia", **MIA)
    known = provider.KNOWN[provided.oidc_issuer]
    known.document = {**known.document, "token_endpoint": "http://localhost:9/token"}

    assert refuses(client, client.get(address), 503)
    with app.app_context():
        assert db.session.execute(db.text("SELECT count(*) FROM sign_in_failure")).scalar() == 0


def test_one_place_does_not_try_for_ever(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_accounts, "TRIES", 1)
    client = anonymous(app)
    sign_in(client, "stranger", email="nobody@example.org", email_verified=True)

    paused = sign_in(client, "mia", **MIA)
    monkeypatch.undo()

    assert refuses(client, paused)
    assert "Too many attempts" in sentence(paused)


def test_breaking_off_at_the_provider_leads_back_to_the_page(app: Flask) -> None:
    client = anonymous(app)
    state = parse_qs(urlsplit(begun(client)).query)["state"][0]

    answer = client.get(f"{CALLBACK}?error=access_denied&state={state}")

    assert refuses(client, answer)
    assert sentence(answer).startswith("Login did not confirm who you are.")


def test_a_link_is_removed_recorded_and_mailed(app: Flask) -> None:
    client = anonymous(app)
    sign_in(client, "mia", **MIA)
    with app.app_context():
        id = str(db.session.query(ProviderAccount).one().id)
    stranger, path = browser(app, "mg2"), "/account/provider/remove"

    form = stranger.get("/account").page.form("/sign-out")
    refused = stranger.post(path, data={"csrf_token": form.fields["csrf_token"], "account": id})
    removed = client.submit(client.get("/account"), path)

    assert (refused.status_code, removed.status_code) == (404, 302)
    assert "Login account no longer linked for signing in." in client.get(removed.location).page.text
    with app.app_context():
        assert db.session.query(ProviderAccount).filter_by(ended_at=None).count() == 0


def test_without_a_provider_there_is_no_button_and_no_address(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    client = anonymous(app)
    page = client.get("/sign-in")

    assert all(not form.action.endswith(BEGIN) for form in page.page.forms)
    assert client.get(CALLBACK).location == "/sign-in"
