"""One-time links: each works once, for a while, for a person whose account has not ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import ColumnElement

from config import Settings
from grants.db import db, now, transaction
from grants.models import EmailChange, Link, Person
from grants.queries import links as stored
from grants.queries.sessions import hashed
from grants.services import links, locking
from tests import world as w
from tests.databases import advance

pytestmark = pytest.mark.ground("small")


def change_of(person: Person) -> EmailChange:
    """A change of the address of the person, which has ended."""
    change = EmailChange(
        person_id=person.id, email="new@example.org", ends_at=now() + timedelta(days=1), ended_at=now()
    )
    db.session.add(change)
    db.session.flush()
    return change


def issued(app: Flask, purpose: str = links.SIGN_IN, name: str = "olga") -> str:
    """The token of a new link."""
    with app.app_context(), transaction():
        person = w.found().people[name]
        locking.hold(person)
        return links.issue(person, purpose, change_of(person) if purpose not in links.ENTRIES else None)


def works(app: Flask, token: str, name: str = "olga") -> bool:
    """Use the link; whether it worked."""
    with app.app_context():
        try:
            with transaction():
                person = db.session.get_one(Person, w.found().people[name].id)
                locking.hold(person)
                return links.use(token, person) in links.LIFETIMES
        except links.Unusable:
            return False


def anything(token: str) -> ColumnElement[bool]:
    """The link with this token, whatever has become of it."""
    return Link.token_sha256 == hashed(token)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of a link but its token."""
    monkeypatch.setattr(links, "is_live", anything)


def end_account(app: Flask) -> None:
    """End the account of Olga."""
    with app.app_context(), transaction():
        olga = db.session.merge(w.found().people["olga"])
        locking.hold(olga)
        olga.ended_at = now()
        w.recorded()


def test_a_link_works_once(app: Flask) -> None:
    token = issued(app)

    assert [works(app, token), works(app, token)] == [True, False]


@pytest.mark.usefixtures("unguarded")
def test_unguarded_a_link_works_again(app: Flask) -> None:
    token = issued(app)

    assert [works(app, token), works(app, token)] == [True, True]


@pytest.mark.parametrize("purpose", links.LIFETIMES)
def test_a_link_works_until_its_end(app: Flask, settings: Settings, purpose: str) -> None:
    first, lifetime = issued(app, purpose), links.LIFETIMES[purpose]
    advance(settings, int(lifetime.total_seconds()) - 60)
    in_time = works(app, first)
    late = issued(app, purpose)
    advance(settings, int(lifetime.total_seconds()))

    assert (in_time, works(app, late)) == (True, False)


@pytest.mark.usefixtures("unguarded")
def test_unguarded_an_expired_link_works(app: Flask, settings: Settings) -> None:
    token = issued(app)
    advance(settings, 86_400)

    assert works(app, token)


def test_a_link_of_an_account_that_has_ended_does_not_work(app: Flask) -> None:
    token = issued(app)
    end_account(app)

    assert not works(app, token)


@pytest.mark.usefixtures("unguarded")
def test_unguarded_a_link_of_an_account_that_has_ended_works(app: Flask) -> None:
    token = issued(app)
    end_account(app)

    assert works(app, token)


def test_a_newer_link_to_set_up_an_account_replaces_the_older_one(app: Flask) -> None:
    older, other, newer = issued(app, links.SET_UP), issued(app, links.PASSWORD), issued(app, links.SET_UP)
    with app.app_context():
        live = [stored.live(token) is not None for token in (older, other, newer)]

    assert live == [False, True, True]


def test_using_a_link_ends_all_others_of_the_person(app: Flask) -> None:
    used, other, foreign = issued(app), issued(app, links.PASSWORD), issued(app, name="omar")
    assert works(app, used)

    assert (works(app, other), works(app, foreign, "omar")) == (False, True)


def test_a_link_works_for_its_person_only(app: Flask) -> None:
    token = issued(app)

    assert (works(app, token, "omar"), works(app, token)) == (False, True)


def test_the_token_is_long_and_stored_as_a_hash_only(app: Flask) -> None:
    tokens = {issued(app, links.SET_UP) for _ in range(3)}
    with app.app_context():
        row = db.session.query(Link).one()

    assert [len(token) for token in tokens] == [43] * 3
    assert row.token_sha256 in {hashed(token) for token in tokens}
    assert row.ends_at - row.created_at >= timedelta(days=2, hours=23)


def race(app: Flask, token: str, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The results of two attempts to use the link at the same time, without the lock on the person."""
    monkeypatch.setattr(locking, "hold", lambda *_: None)
    monkeypatch.setattr(locking, "require", lambda *_: None)
    together, found = threading.Barrier(2), list[bool]()
    whole: Callable[..., None] = links.end

    def attempt() -> None:
        together.wait()
        found.append(works(app, token))

    monkeypatch.setattr(links, "end", lambda *_: None)
    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.setattr(links, "end", whole)
    return sorted(found)


@pytest.mark.parametrize("_", range(5))
def test_of_two_attempts_at_the_same_time_one_succeeds(app: Flask, monkeypatch: pytest.MonkeyPatch, _: int) -> None:
    assert race(app, issued(app), monkeypatch) == [False, True]


@pytest.mark.usefixtures("unguarded")
def test_unguarded_both_attempts_succeed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(app, issued(app), monkeypatch) == [True, True]
