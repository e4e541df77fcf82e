"""Sessions on the page of the account, and the mail when a new browser signs in."""

from __future__ import annotations

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Device, Outbox, Person, SignIn
from grants.queries.sessions import COOKIE, hashed
from grants.services import devices, links, locking, sessions
from grants.web.sessions.devices import COOKIE as DEVICE
from tests import world as w
from tests.browser import Answer, Careful, anonymous, browser
from tests.databases import advance
from tests.web.passwords import SECRET, let_sign_in
from workflows.engine.message import Message

pytestmark = pytest.mark.ground("small")

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
AGENTS = {
    FIREFOX: "Firefox on Windows",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0": "Edge on Windows",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36": "Chrome on Android",
    "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28 Chrome/130.0 Safari/537.36": "Samsung Internet on Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1": "Safari on iPhone",
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) CriOS/141 Safari/604.1": "Chrome on iPad",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1": "Safari on macOS",
    "Opera": "an unknown browser",
    "Firefox": "Firefox on an unknown system",
    "<script>alert(1)</script> Linux": "a browser on Linux",
    "": "an unknown browser",
}


def sign_in(app: Flask, client: Careful | None = None, *, agent: str = FIREFOX, name: str = "mg1") -> Careful:
    """Sign in with the password in a browser of this name; in a new one without `client`."""
    client = client or anonymous(app)
    fields = {**client.get("/sign-in").page.form("/sign-in").fields, "email": f"{name}@example.org", "password": SECRET}
    answer = client.post("/sign-in", data=fields, headers={"User-Agent": agent})
    assert answer.status_code == 302
    return client


def mails(app: Flask) -> list[str]:
    """The subjects of the mails about accounts, oldest first."""
    with app.app_context():
        wanted = db.session.query(Outbox).filter(Outbox.args.has_key("own")).order_by(Outbox.id)
        return [str(Message.from_json(row.args["subject"])) for row in wanted]  # type: ignore[arg-type]


def end(client: Careful, id: int) -> Answer:
    """Send the form that ends the session with this id."""
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]
    return client.post("/account/sessions/end", data={"csrf_token": token, "session": str(id)})


def ids(app: Flask, name: str) -> list[int]:
    """The sessions of this person, oldest first."""
    with app.app_context():
        wanted = db.session.query(SignIn.id).join(Person).filter(Person.email == f"{name}@example.org")
        return [id for (id,) in wanted.order_by(SignIn.id)]


@pytest.mark.parametrize(("agent", "device"), AGENTS.items())
def test_a_session_names_its_device(app: Flask, agent: str, device: str) -> None:
    let_sign_in(app, "mg1")

    text = sign_in(app, agent=agent).get("/account").page.text

    assert device in text
    assert "signed in with a password" in text
    assert "this device" in text


def test_no_network_address_is_stored(app: Flask) -> None:
    let_sign_in(app, "mg1")
    sign_in(app)
    with app.app_context():
        [row] = db.session.query(SignIn)
        stored = {column.name: str(getattr(row, column.key)) for column in SignIn.__table__.columns}

    assert [name for name, text in stored.items() if "127.0.0.1" in text] == []
    assert (stored["browser"], stored["system"], stored["way"]) == ("Firefox", "Windows", "password")


def test_one_session_is_ended_and_this_one_stays(app: Flask) -> None:
    let_sign_in(app, "mg1")
    here, lost = sign_in(app), sign_in(app)

    page = here.get("/account")
    answer = here.submit(page, "/account/sessions/end")

    assert (answer.status_code, answer.location) == (302, "/account#sign-ins")
    assert (here.get("/account").status_code, lost.get("/account").status_code) == (200, 302)
    assert "/account/sessions/end" not in {form.action for form in here.get("/account").page.forms}


def test_all_other_sessions_are_ended(app: Flask) -> None:
    let_sign_in(app, "mg1")
    here, others = sign_in(app), [sign_in(app) for _ in range(2)]

    here.submit(here.get("/account"), "/account/sessions/end-others")

    assert here.get("/account").status_code == 200
    assert [other.get("/account").status_code for other in others] == [302, 302]


@pytest.mark.parametrize("id", ["", "x", "-1", "1" * 30])
def test_what_is_no_session_is_not_found(app: Flask, id: str) -> None:
    client = browser(app, "mg1")
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]

    assert client.post("/account/sessions/end", data={"csrf_token": token, "session": id}).status_code == 404


def test_nobody_ends_the_session_of_another_person(app: Flask) -> None:
    olga = browser(app, "olga")

    end(browser(app, "mg1"), ids(app, "olga")[0])

    assert olga.get("/account").status_code == 200


def test_without_the_guard_anybody_could_end_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    olga = browser(app, "olga")

    def anybodys(_: Person, id: int) -> bool:
        return bool(db.session.query(SignIn).filter_by(id=id).delete())

    monkeypatch.setattr(sessions, "end", anybodys)
    end(browser(app, "mg1"), ids(app, "olga")[0])

    assert olga.get("/account").status_code == 302


def test_a_new_browser_is_mailed_but_not_the_first_and_not_one_that_is_known(app: Flask) -> None:
    let_sign_in(app, "mg1")
    first = sign_in(app)
    none = mails(app)
    sign_in(app, first)
    sign_in(app, agent="Opera")

    assert none == []
    assert mails(app) == ["New sign-in to your account: an unknown browser"]


def test_a_browser_is_known_by_its_cookie_alone(app: Flask) -> None:
    let_sign_in(app, "mg1", "mg2")
    first = sign_in(app)
    cookie = first.get_cookie(DEVICE)
    assert cookie is not None
    sign_in(app, first, agent="Opera")
    sign_in(app, name="mg2")
    sign_in(app, first, name="mg2")
    with app.app_context():
        stored = {row.token_sha256 for row in db.session.query(Device)}

    assert len(mails(app)) == 1, "the browser of another person is new to this one"
    assert (cookie.value in stored, hashed(cookie.value) in stored) == (False, True)
    assert cookie.http_only


def test_without_the_record_of_browsers_nobody_would_be_mailed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: whoever brings a cookie is known."""
    let_sign_in(app, "mg1")
    sign_in(app)
    monkeypatch.setattr(devices, "note", lambda *_: None)
    sign_in(app)

    assert mails(app) == []


def test_a_link_says_so_in_the_mail_and_on_the_page(app: Flask) -> None:
    let_sign_in(app, "mg1")
    sign_in(app)
    with app.app_context(), transaction():
        mia = w.found().people["mg1"]
        locking.hold(mia)
        path = f"/link/{links.issue(mia, links.SIGN_IN)}"
    client = anonymous(app)
    client.submit(client.get(path), path)

    assert "signed in with an emailed link" in client.get("/account").page.text
    assert len(mails(app)) == 1


def test_the_token_of_a_session_changes_when_somebody_signs_in(app: Flask) -> None:
    let_sign_in(app, "mg1")
    client = anonymous(app)
    client.set_cookie(COOKIE, "planted")

    sign_in(app, client)

    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.value != "planted"


def test_browsers_are_forgotten_but_the_last_one_of_each_person(app: Flask, settings: Settings) -> None:
    let_sign_in(app, "mg1")
    for _ in range(3):
        sign_in(app)
    advance(settings, 401 * 86_400)
    with app.app_context(), transaction():
        devices.purge()
    with app.app_context():
        kept = db.session.query(Device).count()
    sign_in(app)

    assert (kept, len(mails(app))) == (1, 3)
