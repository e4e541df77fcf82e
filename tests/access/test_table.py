"""Every endpoint × method × role × own or other object has an expected verdict, and the application returns it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import true

from grants.access import ALLOWED, Permission
from grants.db import db
from grants.outside.servers import Postgres
from grants.web import create_app, guard, moves
from tests.access.cast import ACTORS, Stage, build
from tests.access.table import MEANING, Row, holds, replay, rows
from tests.application import compiled_once
from tests.databases import copied, settings_for
from workflows.roles import Actor, Role


@pytest.fixture(scope="module")
def stage(postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The same data for all rows: a POST without fields changes nothing that another row needs."""
    for name in copied(postgres, template, f"access_{tmp_path_factory.getbasetemp().name.replace('-', '_')}"):
        app = compiled_once(create_app(settings_for(postgres, name, tmp_path_factory.mktemp("access"))), postgres)
        app.config["WTF_CSRF_ENABLED"] = False  # these rows test access; the CSRF token has its own test
        yield build(app)
        with app.app_context():
            db.engine.dispose()


def test_every_route_has_its_rows(stage: Stage) -> None:
    served = {
        (rule.endpoint, method)
        for rule in stage.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }

    assert served - {(row.endpoint, row.method) for row in rows()} == set()
    assert {(row.endpoint, row.method) for row in rows()} - served == set()


def test_the_table_is_complete() -> None:
    assert {len(row.verdicts) for row in rows()} == {len(ACTORS)}
    assert {mark for row in rows() for mark in row.verdicts} <= set(MEANING)
    assert len({row.id for row in rows()}) == len(rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_actor_gets_the_expected_verdict(stage: Stage, row: Row) -> None:
    found = replay(stage, row)

    assert found == row.verdicts, {
        actor: f"{MEANING[real]}, not {MEANING[wanted]}"
        for actor, wanted, real in zip(ACTORS, row.verdicts, found, strict=True)
        if real != wanted
    }


BY_OTHER_WAYS = {"failures.again"}  # uses its own query, which tests/web/test_failures.py covers
GUARDED = [row for row in rows() if set(row.verdicts) & set("34s1")]


@pytest.mark.parametrize("row", [row for row in GUARDED if row.verdicts[0] in "s1"], ids=lambda row: row.id)
def test_without_its_permission_the_row_fails(stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    view = stage.app.view_functions[row.endpoint]
    monkeypatch.setattr(view, "permission", None)

    assert not holds(stage, row)


@pytest.mark.parametrize(
    "row",
    [row for row in GUARDED if "4" in row.verdicts[1:] and "{" in row.path and row.endpoint not in BY_OTHER_WAYS],
    ids=lambda row: row.id,
)
def test_without_the_visibility_predicate_the_row_fails(
    stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "seen", lambda *_: true())

    assert not holds(stage, row)


@pytest.mark.parametrize(
    "row", [row for row in GUARDED if row.endpoint == "moves.take" and "3" in row.verdicts], ids=lambda row: row.id
)
def test_without_the_role_check_a_transition_is_open(stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "acting", lambda *_: Actor(person=1, role=Role.AUDITOR))

    assert not holds(stage, row)


@pytest.mark.parametrize("permission", list(Permission))
def test_widening_any_permission_is_noticed(
    stage: Stage, permission: Permission, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ALLOWED[permission] >= set(Role) - {Role.PUBLIC, Role.CLOCK}:
        return  # every role has this permission, so it cannot be widened
    asked = [
        row
        for row in rows()
        if getattr(stage.app.view_functions[row.endpoint], "permission", None) is permission
        and set(row.verdicts[1:]) & {"3"}
    ]
    assert asked, "no row asks for it"
    monkeypatch.setitem(ALLOWED, permission, frozenset(Role))

    assert not all(holds(stage, row) for row in asked)


def test_a_route_without_a_declared_permission_prevents_the_start(stage: Stage) -> None:
    app = Flask("careless")
    app.add_url_rule("/open", "open", lambda: "")

    with pytest.raises(guard.Unguarded, match="declares no permission"):
        guard.insist(app)


def test_a_view_that_does_not_load_its_id_prevents_the_start(stage: Stage) -> None:
    app = Flask("careless")

    @app.get("/things/<int:id>")
    @guard.permitted(Permission.SEE_INBOX)
    def show(id: int) -> Any:
        return str(id)

    with pytest.raises(guard.Unguarded, match="does not load it"):
        guard.insist(app)
