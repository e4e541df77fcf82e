"""Steps of registering an organisation, for the tests of its pages."""

from __future__ import annotations

import re
import threading
from typing import Any

from flask import Flask

from grants.db import db
from grants.jobs import processing
from grants.models import (
    Application,
    JoinRequest,
    Membership,
    Organisation,
    Outbox,
    Person,
    Profile,
    SignIn,
    Verification,
)
from tests import world as w
from tests.browser import Answer, Careful, anonymous
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink

TOKEN = re.compile(r"/link/registration/([\w-]{43})")
TOGO: dict[str, Any] = {
    "kind": "chapter",
    "country": "TG",
    "organisation": "ISOC Togo",
    "legal_name": "Internet Society Togo Chapter",
    "name": "Kossi A. (demo)",
    "title": "Secretary",
    "email": "kossi@example.org",
    "language": "fr",
    "authorised": "y",
    "informed": "y",
}


def call_id(app: Flask) -> int:
    """The open call."""
    with app.app_context():
        return w.found().calls["BTN-L"].id


def register(app: Flask, *, place: str = "192.0.2.1", with_call: bool = True, **fields: Any) -> Answer:
    """Send the form of the call with these fields; None leaves one out."""
    path = f"/calls/{call_id(app)}/register" if with_call else "/register"
    browser = anonymous(app)
    form = browser.get(path).page.form(path)
    given = {name: value for name, value in {**form.fields, **TOGO, **fields}.items() if value is not None}
    return browser.post(path, data=given, environ_base={"REMOTE_ADDR": place})


def send(app: Flask) -> list[str]:
    """Write every mail that waits; the problem of each."""
    with app.app_context():
        rows = [id for (id,) in db.session.query(Outbox.id).filter_by(kind="mail", done_at=None).order_by(Outbox.id)]
        processing.work(rows)
        return [row.problem for row in db.session.query(Outbox).filter(Outbox.id.in_(rows)).order_by(Outbox.id)]


def paths(sink: Sink) -> list[str]:
    """The links of registrations in the mails that arrived."""
    found = [TOKEN.search(plain(mail)) for mail in sink.got]
    return [one[0] for one in found if one]


def use(app: Flask, path: str, browser: Careful | None = None, **fields: str) -> Answer:
    """Open the link and select its button."""
    browser = browser or anonymous(app)
    shown = browser.get(path)
    return browser.submit(shown, path, **fields) if shown.status_code == 200 else shown


def counts(app: Flask) -> dict[str, int]:
    """How many rows there are of what a registration creates."""
    models = (Person, Organisation, Membership, Profile, Verification, Application, JoinRequest, SignIn)
    with app.app_context():
        return {model.__tablename__: db.session.query(model).count() for model in models}


def added(app: Flask, before: dict[str, int]) -> dict[str, int]:
    """What was created since."""
    return {name: count - before[name] for name, count in counts(app).items() if count != before[name]}


def contact(app: Flask, chapter: str = "mg") -> str:
    """The name of a chapter that has contacts."""
    with app.app_context():
        return w.found().chapters[chapter].name


WHOLE = {
    "person": 1,
    "organisation": 1,
    "membership": 1,
    "organisation_profile": 1,
    "verification": 1,
    "application": 1,
    "sign_in": 1,
}


def together(do: Any, given: list[tuple[Any, ...]]) -> None:
    """Call a function with each of these arguments at the same time."""
    threads = [threading.Thread(target=do, args=one) for one in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
