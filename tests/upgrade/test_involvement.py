"""Who was involved before it was recorded is found in the rows and the history of earlier releases."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.access.principals import load_principal, roles_on
from grants.access.visibility import visible
from grants.db import db, transaction
from grants.models import Application, Involvement, Person
from grants.queries.applications import involvements
from grants.services import persons
from tests import world as w
from tests.memory import InMemory
from tests.upgrade.conftest import Forge
from tests.upgrade.test_submissions import ASKED, AWARDED, DRAFT, UNTOUCHED, restored
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

NAME = "grants_before_involvement"
LEFT = """
    UPDATE membership SET ended_at = now() FROM person p WHERE p.id = person_id AND p.email = 'mg2@example.org';
    UPDATE membership SET ended_at = membership.created_at FROM person p
        WHERE p.id = person_id AND p.email = 'bo2@example.org';
"""
"""Mia's colleague has left by now; the other chapter's second person had left before it applied."""


@pytest.fixture(scope="session")
def ground(postgres: InMemory) -> str:
    """The data from before submissions, in which two people have left, upgraded."""
    return restored(postgres, NAME, LEFT)


def parts(app: Flask, application: int) -> dict[str, set[str]]:
    """The parts of each person in the application."""
    with app.app_context():
        rows = db.session.query(Person.email, Involvement.part).join(Involvement, Involvement.person_id == Person.id)
        result: dict[str, set[str]] = {}
        for email, part in rows.filter(Involvement.application_id == application):
            result.setdefault(email.split("@")[0], set()).add(part)
        return result


def test_parts_are_those_of_the_rows(app: Flask) -> None:
    assert parts(app, DRAFT) == {"mg1": {"created", "member"}, "mg2": {"member"}}
    assert parts(app, UNTOUCHED) == {"bo1": {"created", "submitted", "member"}}
    assert parts(app, AWARDED)["mg1"] == {"created", "submitted", "signed", "reported", "member"}


def test_who_left_before_the_application_began_is_not_involved(app: Flask) -> None:
    assert parts(app, ASKED).keys() == {"bo1"}


def test_who_has_left_since_neither_sees_nor_judges_it(app: Flask) -> None:
    with app.app_context():
        people = w.found().people
        with transaction():
            persons.appoint(people["mg2"], Role.OFFICER, actor=w.SYSTEM)
        principal, row = load_principal(people["mg2"]), db.session.get_one(Application, AWARDED)

        assert roles_on(row, principal) == set()
        visible_ids = {row.id for row in db.session.query(Application).filter(visible(Application, principal))}
        assert AWARDED not in visible_ids
        assert ASKED in visible_ids
        assert people["mg2"].id in involvements.of(row).applicants


def test_without_the_rows_they_would_judge_it(app: Flask, forge: Forge) -> None:
    """Counter-test: today's memberships alone say nothing about the past."""
    forge("DELETE FROM involvement")
    with app.app_context():
        people = w.found().people
        with transaction():
            persons.appoint(people["mg2"], Role.OFFICER, actor=w.SYSTEM)

        assert roles_on(db.session.get_one(Application, AWARDED), load_principal(people["mg2"])) == {Role.OFFICER}


def test_every_author_is_recorded(app: Flask) -> None:
    with app.app_context():
        created = {(row.id, row.created_by) for row in db.session.query(Application)}
        noted = {(row.application_id, row.person_id) for row in db.session.query(Involvement).filter_by(part="created")}

    assert noted == created
