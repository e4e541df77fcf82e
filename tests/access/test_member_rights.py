"""Every row of the table that is open to an applicant, as a member of the organisation with each right alone.

The rights are changed in the database before the request, or, for forms, after the page has read them: then the command
reads them again under its lock.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from grants.access.permissions import RIGHTS
from grants.models.organisations import COLUMNS
from grants.queries import sessions
from grants.queries.sessions import Current, current
from grants.services import authority
from tests.access.stage import Stage
from tests.access.table import Row, attempt, form, named, rows, verdict
from tests.sweeps import swept
from workflows.engine.rights import GIVEN, Right, Rights
from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS

OWN = "own"
ROWS = [row for row in rows() if OWN in row.allowed]
TRANSITIONS = {row.key: row.right for flow in FLOWS for row in flow.transitions if Role.APPLICANT in row.roles}
REFUSED = "239"
"""The command refuses with an error page, or with a reason beside a field."""
CONTACT = {Right.CONTACT}
"""Stays given where it is not required itself: an organisation without two contacts can neither submit nor sign."""
SET = "UPDATE membership SET {} WHERE person_id = (SELECT id FROM person WHERE email = 'mg1@example.org')"


def permission_of(stage: Stage, row: Row) -> object:
    """The permission that the route declares."""
    return getattr(stage.app.view_functions[row.endpoint], "permission", None)


def required(stage: Stage, row: Row) -> tuple[Right, ...]:
    """The rights of which the row requires one; empty where every member may."""
    if row.endpoint == "transitions.apply":
        return (TRANSITIONS[row.path.rpartition("/")[2]],)
    return RIGHTS.get(permission_of(stage, row), ())  # type: ignore[call-overload]


def give(stage: Stage, held: Iterable[Right]) -> None:
    """Give the person of `own` these rights in each of their organisations, in a transaction of its own."""
    values = ", ".join(f"{column} = {right in set(held)}" for right, column in COLUMNS.items())
    stage.connected.execute("SET LOCAL session_replication_role = replica")
    stage.connected.execute(SET.format(values))
    stage.connected.commit()


def outcome(stage: Stage, row: Row, *held: Right) -> str:
    """The result for a member with these rights alone."""
    data = form(stage, row, OWN)
    stage.spoil()
    stage.renew()
    give(stage, held)
    answer = stage.call_again(OWN, row.method, stage.filled(row.path), data)
    stage.spoil()
    return verdict(answer, row)


@pytest.mark.parametrize("right", GIVEN)
@pytest.mark.parametrize("row", swept(named(ROWS), lambda row: row.noun))
def test_a_member_with_one_right_may_what_requires_it(stage: Stage, row: Row, right: Right) -> None:
    wanted = required(stage, row)

    found = outcome(stage, row, right, *(set() if Right.CONTACT in wanted else CONTACT))

    if not wanted or right in wanted:
        assert found == "+"
    else:
        assert found in REFUSED


LATER = [row for row in ROWS if row.method == "POST"]


@pytest.mark.parametrize("row", swept(named(LATER), lambda row: row.noun))
def test_a_right_that_ends_after_the_page_has_looked_does_not_count(
    stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not required(stage, row):
        return
    assert lowered(stage, row, monkeypatch) in REFUSED


def lowered(stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch) -> str:
    """The result when every right ends once the page has read its principal."""
    data, done = form(stage, row, OWN), list[str]()

    def read(token: str) -> Current | None:
        found = current(token)
        if not done:
            done.append(token)
            give(stage, ())
        return found

    stage.spoil()
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "current", read)
        found = verdict(attempt(stage, row, OWN, data), row)
    stage.spoil()
    return found


@pytest.mark.parametrize("path", ["/applications/{draft}/write", "/applications/{draft}/transitions/withdraw"])
def test_without_the_second_look_the_right_would_count(
    stage: Stage, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    row = next(row for row in LATER if row.path == path)
    assert lowered(stage, row, monkeypatch) in REFUSED

    monkeypatch.setattr(authority, "_confirm_rights", lambda *_: None)

    assert lowered(stage, row, monkeypatch) == "+"


def test_the_refusal_names_the_right_and_who_has_it_and_repeats_the_text(stage: Stage) -> None:
    row = next(row for row in LATER if row.path == "/applications/{draft}/write")
    data = {**form(stage, row, OWN), "title": "A title that nobody may lose"}
    stage.spoil()
    stage.renew()
    give(stage, [Right.SUBMIT])

    answer = stage.call_again(OWN, "POST", stage.filled(row.path), data)
    stage.spoil()

    assert answer.status_code == 403
    assert "You need the right “Edit” in your organisation to do this." in answer.text
    assert "Mg2 (demo)" in answer.text
    assert "A title that nobody may lose" in answer.text


def test_without_the_check_of_rights_a_member_who_may_only_view_would_save(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    row = next(row for row in LATER if row.path == "/applications/{draft}/write")
    assert outcome(stage, row) == "3"

    monkeypatch.setattr("grants.access.permissions.RIGHTS", {})
    monkeypatch.setattr("grants.access.principals.RIGHTS", {})
    monkeypatch.setattr(authority, "_confirm_rights", lambda *_: None)
    monkeypatch.setattr(Rights, "against", lambda *_: None)

    assert outcome(stage, row) == "+"
