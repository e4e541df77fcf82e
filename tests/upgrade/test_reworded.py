"""Every text that a database of an earlier release stores is known to this one, as it is or reworded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from sqlalchemy import select

from grants.db import db
from grants.models import Event, Outbox
from tests.conventions.code import trees
from workflows.engine.message import Message
from workflows.engine.reworded import COUNTED, EVENTS, FLOWS, REASONS, REWORDED
from workflows.engine.reworded_mails import MAILS
from workflows.engine.reworded_reviews import REVIEWS

TABLES = tuple(f"workflows/engine/reworded{part}.py" for part in ("", "_mails", "_reviews"))
WRITERS = {"Message", "Notification", "Transition", "replace", "N_"}
"""The functions and classes whose texts can be stored, or are marked for translation."""
ALWAYS = {"title", "reference"}
"""Values with which every mail of a transition is stored."""


def literals(node: ast.AST) -> Iterator[str]:
    """Every string of a syntax tree."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


@cache
def present() -> frozenset[str]:
    """Every string of today's code, except those of the tables."""
    code = (tree for path, tree in trees() if path.startswith(("grants/", "workflows/")) and path not in TABLES)
    return frozenset(text for tree in code for text in literals(tree))


@cache
def written() -> frozenset[str]:
    """The strings of today's code that can be stored."""
    calls = (
        node
        for path, tree in trees()
        if path.startswith(("grants/", "workflows/")) and path not in TABLES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS
    )
    return frozenset(text for call in calls for text in literals(call))


def placeholders(*texts: str) -> set[str]:
    """The names of the values that the texts need."""
    return {name for text in texts for name in re.findall(r"%\((\w+)\)s", text)}


def stored(app: Flask) -> set[str]:
    """Every text in the history and the mails of the old database."""
    with app.app_context():
        stored = db.session.scalars(select(Event.message)).all()
        mails = db.session.scalars(select(Outbox.args).where(Outbox.kind == "mail")).all()
    return {message["text"] for message in (*stored, *(mail[part] for mail in mails for part in ("subject", "text")))}


def test_every_text_of_the_old_database_is_known(app: Flask) -> None:
    texts = stored(app)

    assert len(texts) == 64
    assert {text for text in texts if text not in present() and text not in REWORDED and text not in COUNTED} == set()


def test_without_the_table_old_texts_are_unknown(app: Flask) -> None:
    assert "Reviewer asked" in {text for text in stored(app) if text not in present()}


def test_reworded_texts_lead_to_texts_of_todays_code() -> None:
    assert {new for new in REWORDED.values() if new not in present()} == set()


def test_reworded_texts_are_not_in_use_today() -> None:
    assert set(REWORDED) & written() == set()


@pytest.mark.parametrize("part", [FLOWS, EVENTS, REASONS])
def test_an_event_keeps_its_values_when_it_is_reworded(part: dict[str, str]) -> None:
    assert {old: placeholders(new) for old, new in part.items()} == {old: placeholders(old) for old in part}


@pytest.mark.parametrize("mail", [*MAILS, *REVIEWS])
def test_a_reworded_mail_uses_only_values_that_are_stored_with_it(mail: dict[str, str]) -> None:
    assert placeholders(*mail.values()) <= placeholders(*mail) | ALWAYS


@pytest.mark.parametrize(("old", "counted"), COUNTED.items())
def test_an_event_that_is_counted_today_has_its_number(old: str, counted: tuple[str, str, str]) -> None:
    one, many, number = counted

    assert placeholders(old) == {number}
    assert {one, many} <= present()


def test_every_old_text_is_listed_only_once() -> None:
    assert len(REWORDED) == sum(map(len, (FLOWS, EVENTS, *MAILS, *REVIEWS, REASONS)))


def test_every_text_of_the_old_database_can_be_shown(app: Flask) -> None:
    with app.app_context():
        stored = db.session.scalars(select(Event.message)).all()

    assert [text for text in (str(Message.from_json(message)) for message in stored) if "%(" in text] == []
