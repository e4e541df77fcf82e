"""An account that is closed gets nothing any more, and the account of an address is found with an index."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from grants.db import db, transaction
from grants.models import Appointment, Membership
from grants.queries.persons import hashed_as
from grants.queries.sessions import hashed
from grants.services import persons, transitions
from grants.services.refusals import Refused
from tests import world as w
from tests.web.reading import statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.ground("small")


def give(app: Flask, what: str) -> None:
    """Close the account of Mia, then give her a role or an organisation."""
    with app.app_context():
        world = w.found()
        mia, chapter = world.people["mg1"], world.chapters["bo"]
        with transaction():
            persons.end(mia, actor=w.SYSTEM, apply=transitions.apply)
        with transaction():
            if what == "role":
                persons.appoint(mia, Role.REVIEWER, actor=w.SYSTEM)
            else:
                persons.join(mia, chapter, actor=w.SYSTEM)


def held(app: Flask) -> int:
    """How many current roles and memberships Mia has."""
    with app.app_context():
        mia = w.found().people["mg1"].id
        return sum(db.session.query(row).filter_by(person_id=mia, ended_at=None).count() for row in _ROWS)


_ROWS = (Appointment, Membership)


@pytest.mark.parametrize("what", ["role", "organisation"])
def test_a_closed_account_gets_no_role_and_no_organisation(app: Flask, what: str) -> None:
    with pytest.raises(Refused, match="This account is closed"):
        give(app, what)

    assert held(app) == 0


@pytest.mark.parametrize("what", ["role", "organisation"])
def test_without_the_guard_a_closed_account_gets_them(app: Flask, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(persons, "_expect_open", lambda _: None)

    give(app, what)

    assert held(app) == 1


def test_the_account_of_an_address_is_found_with_an_index(app: Flask) -> None:
    with statements(app) as sent, app.app_context():
        found = hashed_as(hashed("olga@example.org"))
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        wanted = sent[-2].replace("%(address_hash_1)s", f"'{hashed('olga@example.org')}'")
        plan = "\n".join(db.session.scalars(text(f"EXPLAIN {wanted.partition('LIMIT')[0]}")))

    assert found is not None
    assert found.email == "olga@example.org"
    assert "person_address_hash_idx" in plan
