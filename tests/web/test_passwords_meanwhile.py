"""A password that changes at the same instant as somebody signs in with the old one ends that session, too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import SignIn, TrustedDevice
from grants.services import locking, persons, sessions
from grants.services.sessions import NotSignedIn
from grants.web.factors import second_step
from tests import world as w
from tests.browser import named
from tests.second_factors import code
from tests.web import passwords
from tests.web.passwords import let_sign_in
from tests.web.test_second_step import enter, half

pytestmark = pytest.mark.ground("small")

PAUSE = 1.0
"""How long, in seconds, the change waits for what happens meanwhile, unless that waits for the change."""


@contextmanager
def changing(app: Flask, name: str) -> Iterator[None]:
    """The password of this person is being changed during the block, and committed a moment after its beginning."""
    changed, over = threading.Event(), threading.Event()

    def change() -> None:
        with app.app_context(), transaction():
            person = named(name)
            new = sessions.hasher(app.extensions["settings"]).hash("another horse battery staple")
            persons.change_password(person, new, known=person.password_hash or "", token="of the owner")
            changed.set()
            over.wait(PAUSE)

    owner = threading.Thread(target=change)
    owner.start()
    assert changed.wait(20)
    try:
        yield
    finally:
        over.set()
        owner.join(20)


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no locks from now on."""
    monkeypatch.setattr(locking, "hold", lambda *_, **__: None)


def stolen(app: Flask, settings: Settings, *, before: Callable[[], None] = lambda: None) -> bool:
    """Whether a session remains of somebody who enters the old password while the owner changes it."""
    let_sign_in(app, "mg1")
    with app.app_context():
        with transaction():
            tried = sessions.attempt(email="mg1@example.org", address="192.0.2.1")
        sessions.verify(tried, passwords.SECRET, settings)
        with changing(app, "mg1"):
            before()
            try:
                with transaction():
                    sessions.succeed(tried, settings)
            except NotSignedIn:
                db.session.rollback()
        return db.session.query(SignIn).filter_by(person_id=w.found().people["mg1"].id).count() > 0


def test_the_old_password_opens_no_session_while_it_is_changed(app: Flask, settings: Settings) -> None:
    assert not stolen(app, settings)


def test_unlocked_the_old_password_opens_a_session_that_remains(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    assert stolen(app, settings, before=lambda: unlocked(monkeypatch))


def trusted(app: Flask, monkeypatch: pytest.MonkeyPatch, *, before: Callable[[], None] = lambda: None) -> bool:
    """Whether a device stays trusted on which a reviewer passes the second step while the password changes."""
    browser, trust = half(app, "rex"), second_step._trusted  # noqa: SLF001 - the moment between the code and the trust

    def meanwhile(*values: Any) -> str:
        with changing(app, "rex"):
            before()
            return trust(*values)

    monkeypatch.setattr(second_step, "_trusted", meanwhile)
    assert enter(browser, code(app), trust="y").status_code == 302
    with app.app_context():
        return db.session.query(TrustedDevice).count() > 0


def test_no_device_is_trusted_while_the_password_changes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not trusted(app, monkeypatch)


def test_unlocked_a_device_stays_trusted_after_the_change(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    assert trusted(app, monkeypatch, before=lambda: unlocked(monkeypatch))
