"""Every form of the table is refused to a person whose roles end between the page and the lock of the command.

The principal of a request is read once, before the view runs; right after that, another connection ends every role. So
a new command that forgets to hold its rows for its actor is found.
"""

from __future__ import annotations

import pytest

from grants.queries import sessions
from grants.queries.sessions import Current, current
from grants.services import authority, calls
from tests.access.stage import Stage
from tests.access.table import Row, attempt, form, named, rows, verdict
from tests.sweeps import swept

REFUSED = "239"
"""The command refuses with an error page, with a reason beside a field, or before it has locked."""
TABLES = ("appointment", "membership")
END = "UPDATE {} SET ended_at = now() WHERE person_id = %s AND ended_at IS NULL"
FOR_ALL = {
    "account.change", "account.end_others", "account.end_session", "account.speak", "documents.check",
    "email.change", "email.stop", "factors.add_app", "factors.add_passkey", "factors.passkey_options",
    "factors.remove", "factors.renew_codes", "invitations.accept", "links.use", "own_data.close", "password.change",
    "provider_accounts.begin", "provider_accounts.remove",
    "registrations.create", "registrations.create_for", "registrations.use", "second_step.create",
    "second_step.passkey_options", "second_step.use_passkey", "sessions.create", "sessions.end",
    "unsubscriptions.use",
}  # fmt: skip
"""Routes that need no role."""
CHANGING = [row for row in rows() if row.method != "GET" and row.endpoint not in FOR_ALL]
COUNTER = {"calls.create", "drafts.choose", "funds.receive", "persons.appoint"}
"""Routes that nothing but the second look protects."""


def end(stage: Stage, person: int) -> None:
    """Every role of the person ends, in a transaction of its own."""
    stage.connected.execute("SET LOCAL session_replication_role = replica")
    for table in TABLES:
        stage.connected.execute(END.format(table), (person,))
    stage.connected.commit()


def outcome(stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch) -> str:
    """The result of the first permitted actor's form when every role ends once the page has read its principal."""
    data, ended = form(stage, row, row.allowed[0]), set[int]()

    def read(token: str) -> Current | None:
        found = current(token)
        if found is not None and found.session.person_id not in ended:
            ended.add(found.session.person_id)
            end(stage, found.session.person_id)
        return found

    stage.spoil()
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "current", read)
        found = verdict(attempt(stage, row, row.allowed[0], data), row)
    stage.spoil()
    assert ended, "the roles have not ended"
    return found


@pytest.mark.parametrize("row", swept(named(CHANGING), lambda row: (row.endpoint, row.allowed[0])))
def test_roles_that_end_after_the_page_has_looked_do_not_count(
    stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(stage, row, monkeypatch) in REFUSED


@pytest.mark.parametrize("row", [row for row in CHANGING if row.endpoint in COUNTER], ids=lambda row: row.id)
def test_without_the_second_look_the_roles_would_count(stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(authority, "confirm", lambda *_, **__: None)
    monkeypatch.setattr(calls, "_expect_offered", lambda *_: None)

    assert outcome(stage, row, monkeypatch) == "+"
