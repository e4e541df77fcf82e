"""Every endpoint × method × role × own or other object has a written verdict, and that is what happens."""

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
    """One world for all rows: an empty POST changes nothing that another row asks about."""
    for name in copied(postgres, template, f"access_{tmp_path_factory.getbasetemp().name.replace('-', '_')}"):
        app = compiled_once(create_app(settings_for(postgres, name, tmp_path_factory.mktemp("access"))), postgres)
        app.config["WTF_CSRF_ENABLED"] = False  # the rows are about who may come in; the token has its own test
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


def test_the_table_is_whole() -> None:
    assert {len(row.verdicts) for row in rows()} == {len(ACTORS)}
    assert {mark for row in rows() for mark in row.verdicts} <= set(MEANING)
    assert len({row.id for row in rows()}) == len(rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_who_may_come_in(stage: Stage, row: Row) -> None:
    found = replay(stage, row)

    assert found == row.verdicts, {
        actor: f"{MEANING[real]}, not {MEANING[wanted]}"
        for actor, wanted, real in zip(ACTORS, row.verdicts, found, strict=True)
        if real != wanted
    }


BY_OTHER_WAYS = {"failures.again"}  # asks its own query, which tests/web/test_failures.py takes apart
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
def test_without_the_predicate_the_row_fails(stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "seen", lambda *_: true())

    assert not holds(stage, row)


@pytest.mark.parametrize(
    "row", [row for row in GUARDED if row.endpoint == "moves.take" and "3" in row.verdicts], ids=lambda row: row.id
)
def test_without_the_role_of_its_row_a_move_is_open(stage: Stage, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "acting", lambda *_: Actor(person=1, role=Role.AUDITOR))

    assert not holds(stage, row)


@pytest.mark.parametrize("permission", list(Permission))
def test_no_permission_can_be_widened_unseen(
    stage: Stage, permission: Permission, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ALLOWED[permission] >= set(Role) - {Role.PUBLIC, Role.CLOCK}:
        return  # everybody has it: there is nothing to widen
    asked = [
        row
        for row in rows()
        if getattr(stage.app.view_functions[row.endpoint], "permission", None) is permission
        and set(row.verdicts[1:]) & {"3"}
    ]
    assert asked, "no row asks for it"
    monkeypatch.setitem(ALLOWED, permission, frozenset(Role))

    assert not all(holds(stage, row) for row in asked)


def test_a_route_that_declares_nothing_does_not_start(stage: Stage) -> None:
    app = Flask("careless")
    app.add_url_rule("/open", "open", lambda: "")

    with pytest.raises(guard.Unguarded, match="declares no permission"):
        guard.insist(app)


def test_a_view_that_does_not_load_its_id_does_not_start(stage: Stage) -> None:
    app = Flask("careless")

    @app.get("/things/<int:id>")
    @guard.permitted(Permission.SEE_INBOX)
    def show(id: int) -> Any:
        return str(id)

    with pytest.raises(guard.Unguarded, match="does not load it"):
        guard.insist(app)
