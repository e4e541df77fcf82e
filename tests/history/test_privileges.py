"""Roles beside ours: what they may do with the database is a finding; that a server has administrators is none."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from grants.db import db
from grants.services.integrity.verifying import catalogue, schema
from tests.history.test_schema import DATABASE, MALLORY

ALLOWED = {
    "a reader of everything": f"{MALLORY}; GRANT pg_read_all_data TO mallory; {DATABASE.format('CONNECT', 'mallory')}",
    "who has created a role": f"{MALLORY}; GRANT grants_app TO mallory WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
    "what was taken from everybody": "REVOKE EXECUTE ON FUNCTION lo_creat FROM PUBLIC; REVOKE ALL ON pg_am FROM PUBLIC",
    "an administrator of the server": f"{MALLORY} SUPERUSER",
    "a role that writes everything": f"{MALLORY}; GRANT pg_write_all_data TO mallory",
    "a role that writes files": f"{MALLORY}; GRANT EXECUTE ON FUNCTION lo_export TO mallory",
}  # fmt: skip
"""What an operator or a provider of servers has reasons for."""


@pytest.mark.parametrize("name", ALLOWED)
def test_a_server_has_its_own_administrators_and_readers(superuser: Flask, name: str) -> None:
    with superuser.app_context():
        db.session.execute(text(ALLOWED[name]))
        schema.fix_session()
        found = [str(finding) for finding in schema.problems()]
        notes = [str(note) for note in schema.notes()]
        db.session.rollback()

    mighty = {
        "an administrator of the server": "superuser",
        "a role that writes everything": "pg_write_all_data",
        "a role that writes files": "lo_export",
    }
    above = "Database roles with unrestricted rights: mallory ({}). Check that you know each of them."
    assert found == []
    assert notes == [above.format(mighty[key]) for key in mighty if key == name]


@pytest.mark.parametrize("asked", [True, False])
def test_a_member_of_the_owner_changes_the_ledger(
    superuser: Flask, monkeypatch: pytest.MonkeyPatch, *, asked: bool
) -> None:
    """The membership is all that is left of it; without the query for it, as before, there is no finding."""
    if not asked:
        members = "OR r.rolname = ANY (CAST(:roles AS name[]))"
        monkeypatch.setattr(catalogue, "QUERIES", [each.replace(members, "OR false") for each in catalogue.QUERIES])
    with superuser.app_context():
        for command in (MALLORY, "GRANT grants_owner TO mallory", "SET LOCAL ROLE mallory"):
            db.session.execute(text(command))
        db.session.execute(text("ALTER TABLE posting DISABLE TRIGGER USER"))
        changed = db.session.connection().execute(text("UPDATE posting SET amount = 2 * amount")).rowcount
        db.session.execute(text("ALTER TABLE posting ENABLE TRIGGER USER"))
        db.session.execute(text("RESET ROLE"))
        schema.fix_session()
        found = [str(finding) for finding in schema.problems()]
        db.session.rollback()

    assert changed > 0
    membership = "Database: membership of mallory in grants_owner exists, although no migration creates it (–)."
    assert found == ([membership] if asked else [])
