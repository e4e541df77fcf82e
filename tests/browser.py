"""A test client that parses every page it fetches and rejects pages that break the project's rules."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import Settings
from grants.db import db, now, transaction
from grants.demo.page_reader import Page
from grants.models import Person
from grants.queries.sessions import COOKIE
from grants.services import sessions
from grants.web.site.idempotency import new_key
from tests.parsed import Parsed


class Answer(TestResponse):
    """A response whose page has been parsed."""

    page: Page


class Careful(FlaskClient):
    """Follows no redirect by itself; checks each HTML page against the project's rules."""

    def open(self, *args: Any, **kwargs: Any) -> Answer:
        """Send the request and check the answer."""
        response = cast(Answer, super().open(*args, **kwargs))
        if response.mimetype == "text/html" and response.data and response.status_code not in {301, 302, 303, 307, 308}:
            page = Parsed(response.get_data(as_text=True))
            assert not page.violations, page.violations
            assert page.h1.strip(), "a page has no h1"
            assert not without_key(page), "a form has no idempotency key"
            assert page.h1.strip().split("\n")[0][:20] in " ".join(page.title.split()), (page.h1, page.title)
            response.page = page
        return response

    def get(self, *args: Any, **kwargs: Any) -> Answer:
        """Fetch a page."""
        return self.open(*args, method="GET", **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> Answer:
        """Send a form; one that the test has written by hand gets an idempotency key, as every form of a page has."""
        if isinstance(data := kwargs.get("data", {}), dict):
            kwargs["data"] = {"idempotency_key": new_key()} | data
        return self.open(*args, method="POST", **kwargs)

    def submit(self, response: Answer, action: str, **fields: Any) -> Answer:
        """Submit the form of the page whose action has this ending, with its current values and these."""
        form = response.page.form(action)
        return self.post(form.action, data={**form.fields, **fields})

    def give_role(self, path: str, **chosen: str) -> Answer:
        """Choose a role on the page of a person, look at what it would allow, and assign it."""
        return self.submit(self.get(f"{path}?{urlencode(chosen)}"), path)


def without_key(page: Page) -> list[str]:
    """The addresses of the page's forms that are posted without an idempotency key."""
    posted = [form for form in page.forms if form.method == "post"]
    return [form.action for form in posted if not all(form.fields.get("idempotency_key", [""]))]


def anonymous(app: Flask) -> Careful:
    """A browser without a session."""
    app.test_client_class = Careful
    client = app.test_client()
    assert isinstance(client, Careful)
    return client


def signed_in(app: Flask, person: Person) -> Careful:
    """A browser with a session of the person, created directly in the database; its second factor was just shown."""
    client = anonymous(app)
    settings: Settings = app.extensions["settings"]
    with app.app_context(), transaction():
        token = confirmed_session(person, settings)
    client.set_cookie(COOKIE, token)
    return client


def confirmed_session(person: Person, settings: Settings) -> str:
    """The token of a new session of the person in which the second factor was just shown."""
    return sessions.open_for(person, settings, confirmed_at=now())


def named(name: str) -> Person:
    """The person with this name, as `tests.world` creates people."""
    return db.session.query(Person).filter_by(email=f"{name}@example.org").one()


def browser(app: Flask, name: str) -> Careful:
    """A browser with a session of the person with this name."""
    with app.app_context():
        return signed_in(app, named(name))
