"""A request that only reads asks a question once; a command, and a page that has written, ask again."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import begin_page, cached_for_page, db, request_transaction, transaction
from grants.web.site import authorization
from tests import world
from tests.browser import signed_in


@pytest.fixture
def ground(small_draft: str) -> str:
    """One draft."""
    return small_draft


def test_only_a_page_that_has_not_written_gets_the_first_answer_again(app: Flask) -> None:
    asked: list[int] = []

    @cached_for_page
    def query(number: int) -> int:
        asked.append(number)
        return number

    with app.app_context():
        answers = [query(1), query(1)]
        begin_page()
        answers += [query(2), query(2), query(3)]
        with transaction():
            answers += [query(2), query(2)]
        begin_page()
        with request_transaction():
            answers += [query(4), query(4)]
        db.session.remove()

    assert answers == [1, 1, 2, 2, 3, 2, 2, 4, 4]
    assert asked == [1, 1, 2, 3, 2, 2, 4, 4]


@pytest.mark.parametrize(("method", "begins"), [("GET", True), ("POST", False)])
def test_a_page_begins_with_a_request_that_only_reads(
    app: Flask, monkeypatch: pytest.MonkeyPatch, method: str, *, begins: bool
) -> None:
    with app.app_context():
        client = signed_in(app, world.found().people["mg1"])
    begun: list[bool] = []
    monkeypatch.setattr(authorization, "begin_page", lambda: begun.append(True))

    client.open("/applications/1/write", method=method)

    assert bool(begun) is begins
