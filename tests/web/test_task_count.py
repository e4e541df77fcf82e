"""The number beside “Your tasks” is counted once a minute, and again after what changes it for its reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from grants.access.principals import Principal
from grants.db import transaction
from grants.outside.servers import Postgres
from grants.queries.tasks import inbox
from grants.services import persons
from grants.web.site import task_count
from tests import world
from tests.browser import Careful, signed_in
from tests.databases import advance, settings_for
from tests.reused import Reused

PAGE = "/account"
"""A page that lists no tasks."""


@pytest.fixture
def ground(small_draft: str) -> str:
    """One draft, which is a task of its writer."""
    return small_draft


@pytest.fixture
def app(postgres: Postgres, webs: Reused, database: str, tmp_path: Path) -> Iterator[Flask]:
    """The application as it is in production, where a figure is shown for a minute."""
    settings = replace(settings_for(postgres, database, tmp_path), task_count_seconds=60)
    with webs.on(settings) as app:
        app.extensions["task_figures"] = task_count.Figures()
        yield app


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The figures that were counted, in order."""
    found, real = list[int](), inbox.count

    def count(principal: Principal) -> int:
        found.append(real(principal))
        return found[-1]

    monkeypatch.setattr(inbox, "count", count)
    return found


@pytest.fixture
def writer(app: Flask) -> Careful:
    """The browser of somebody with one task."""
    with app.app_context():
        person = world.found().people["mg1"]
    return signed_in(app, person)


def test_a_figure_is_counted_once_a_minute(app: Flask, writer: Careful, counted: list[int]) -> None:
    for _ in range(3):
        writer.get(PAGE)
    first = [*counted]

    advance(app.extensions["settings"], 61)
    writer.get(PAGE)

    assert (first, counted) == ([1], [1, 1])


def test_after_a_form_of_ones_own_it_is_counted_again(app: Flask, writer: Careful, counted: list[int]) -> None:
    writer.get(PAGE)
    with app.app_context():
        id = world.first().id
    page = writer.get(f"/applications/{id}")

    assert writer.submit(page, "/transitions/withdraw", confirmed="yes").status_code == 302
    advance(app.extensions["settings"], 5)
    writer.get(PAGE)

    assert counted == [1, 0]


def test_without_the_note_of_the_browser_the_old_figure_would_be_shown(
    app: Flask, writer: Careful, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(task_count, "submitted_at", lambda: 0.0)

    writer.get(PAGE)
    with app.app_context():
        id = world.first().id
    writer.submit(writer.get(f"/applications/{id}"), "/transitions/withdraw", confirmed="yes")
    writer.get(PAGE)

    assert counted == [1]


def test_with_another_organisation_it_is_counted_again(app: Flask, writer: Careful, counted: list[int]) -> None:
    writer.get(PAGE)
    with app.app_context():
        made = world.found()
        with transaction():
            persons.join(made.people["mg1"], made.chapters["bo"], actor=world.SYSTEM)

    writer.get(PAGE)

    assert len(counted) == 2


@pytest.mark.parametrize("value", ["", "soon", "-1", "1e9", "9" * 400, "٣"])
def test_a_cookie_that_is_no_time_counts_as_none(app: Flask, value: str) -> None:
    with app.test_request_context(headers={"Cookie": f"{task_count.COOKIE}={value}"}):
        assert task_count.submitted_at() == 0.0


def test_a_process_keeps_the_figures_that_were_used_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_count, "MOST", 2)
    figures, people = task_count.Figures(), [Principal(id=number) for number in range(1, 4)]

    for person in people:
        figures.keep(task_count.Figure(person, 1, at=10.0))
        figures.fresh(people[0], since=0)

    assert [figures.fresh(person, since=0) for person in people] == [1, None, 1]
