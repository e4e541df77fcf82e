"""The application on a copy of the test data, a browser for each actor, and a new copy after each change."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import Settings
from grants.db import db
from grants.demo.page_reader import Form, Page
from grants.outside.servers import Postgres
from grants.queries.sessions import COOKIE
from grants.queries.tasks import inbox
from grants.services.factors import passkeys, totp
from tests.access import cast
from tests.contents import Superuser, restore, superuser, taken
from tests.databases import copied, settings_for
from tests.locks import Locks, recorded
from tests.parsed import Parsed
from tests.prepared import prepared

REDIRECTS = {301, 302, 303, 307, 308}


@dataclass
class Stage:
    """Sends requests as any actor; the changes of one request are undone before the next.

    connected: as the superuser to the database of the stage, whose name is `copy`. start: its content at first.
    numbers: values for the placeholders in the paths of the table. tokens: of the actors' sessions. forms, pages: as
    shown, by path and reader. locks: violations of the lock order; a request that causes one fails.
    """

    app: Flask
    postgres: Postgres
    connected: Superuser
    copy: str
    numbers: dict[str, str]
    tokens: dict[str, str]
    locks: Locks
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    pages: dict[tuple[str, str], TestResponse] = field(default_factory=dict)
    _clean: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.start = taken(self.connected)

    def filled(self, text: str) -> str:
        """A text of the table with its placeholders filled in."""
        for name, number in self.numbers.items():
            text = text.replace("{" + name + "}", number)
        return text

    def read(self, actor: str, path: str) -> Page:
        """A page as an actor sees it, parsed."""
        return Parsed(self.call(actor, "GET", path).get_data(as_text=True))

    def call(self, actor: str, method: str, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """The response to an actor, from unchanged test data."""
        self.renew()
        return self.call_again(actor, method, path, data)

    def call_again(self, actor: str, method: str, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """The response to an actor, after the earlier requests on the same copy."""
        sent = {
            name: (io.BytesIO(value), "letter.pdf") if isinstance(value, bytes) else value
            for name, value in (data or {}).items()
        }
        answer = self._browser(actor).open(path, method=method, data=sent)
        answer.get_data()
        answer.close()
        assert self.locks.findings == [], f"{method} {path}: {self.locks.findings}"
        refused = answer.status_code in {401, 403, 404, 405}
        self._clean = method == "GET" or refused
        return answer

    def _browser(self, actor: str) -> FlaskClient:
        """A browser that does not parse responses, because thousands of them are refusals."""
        browser = FlaskClient(self.app, self.app.response_class)
        if actor in self.tokens:
            browser.set_cookie(COOKIE, self.tokens[actor])
        return browser

    def renew(self) -> None:
        """Undo what was changed since the start, if anything was; open connections stay."""
        if not self._clean:
            restore(self.connected, self.start)
            self._clean = True

    def spoil(self) -> None:
        """The next request begins with the first content again, because this one was changed by hand."""
        self._clean = False


def ground(postgres: Postgres, template: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The database with the cast, filled once per test run, the numbers of its objects, and the actors' tokens.

    Its files are in the folder of the servers.
    """
    notes = postgres.instance / "access.json"

    def fill() -> None:
        notes.write_text(json.dumps([cast.play(), cast.sign_in(current_app.extensions["settings"])]), encoding="utf-8")

    name = prepared(postgres, template, "grants_access", fill)
    numbers, tokens = json.loads(notes.read_text(encoding="utf-8"))
    return name, numbers, tokens


def _accept_factors(patch: pytest.MonkeyPatch) -> None:
    """Accept every code and passkey, because they change with the time; they have their own tests."""
    patch.setattr(totp, "matching_steps", lambda *_: [1])
    patch.setattr(totp, "use", lambda *_, **__: None)
    patch.setattr(passkeys, "take_challenge", lambda _: "")
    for name in ("add", "use"):
        patch.setattr(passkeys, name, lambda *_, **__: None)


@contextmanager
def played(app: Flask, postgres: Postgres, template: str, folder: Path) -> Iterator[Stage]:
    """The stage with a copy of its own, named after the folder. The application is restored afterwards."""
    copy = f"access_{folder.parent.name}_{folder.name}".replace("-", "_")
    name, numbers, tokens = ground(postgres, template)
    before: tuple[Settings, bool] = app.extensions["settings"], app.config["WTF_CSRF_ENABLED"]
    app.config["WTF_CSRF_ENABLED"] = False  # the rows test permissions; the token has its own test
    numbers["digest"] = app.extensions["assets"]["css"].digest
    app.extensions["settings"] = settings_for(postgres, copy, postgres.instance)
    with contextmanager(copied)(postgres, name, copy), pytest.MonkeyPatch.context() as patch:
        try:
            # The figure beside “Inbox” takes half the time of every page, and is the same on all; it has its own tests.
            patch.setattr(inbox, "count", lambda _: 0)
            _accept_factors(patch)
            with recorded(app) as locks, superuser(postgres, copy) as connected:
                yield Stage(app, postgres, connected, copy, numbers, tokens, locks)
        finally:
            with app.app_context():
                db.engine.dispose()
            app.extensions["settings"], app.config["WTF_CSRF_ENABLED"] = before
