"""Pages of the application in a window of Chromium, without a server: the application answers the browser directly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page as Window
from playwright.sync_api import Route
from werkzeug.test import TestResponse

from tests.access.stage import REDIRECTS, Stage
from tests.access.table import Row, rows

SITE = "http://localhost"
GROUPS = (("anon",), ("own", "other"), ("rev", "rev2"), ("off", "app", "fin", "aud", "adm"))
"""The kinds of readers. The first actor of each who may open a page looks at it."""
MORE = (("own", "/applications/0"), ("own", "/funds"), ("off", "/applications/0"), ("app", "/applications/{decision}"))
"""Pages that no row of the table shows: what does not exist, what is refused, and the decision."""
FILES = ("assets.", "attachments.", "health.", "own_data.copy", "static", "documents.show")
"""The endpoints that answer with something other than a page, such as a PDF."""
WIDTHS = {1280: 900, 640: 900, 390: 844}
"""The widths at which a page is looked at, each with the height of the window."""


@dataclass
class Visits:
    """A window, and the answers that the browser has had from the application."""

    stage: Stage
    window: Window
    _assets: dict[str, TestResponse] = field(default_factory=dict)

    def open(self, actor: str, path: str, language: str = "") -> None:
        """Show the page as the actor sees it. language: in which they ask for it, if they do."""
        shown = self._answer(actor, self.stage.filled(path), language)
        self.window.unroute_all()
        self.window.route(f"{SITE}/**", lambda asked: fulfil(asked, self._asset(asked)))
        self.window.route(f"{SITE}/", lambda asked: fulfil(asked, shown))
        self.window.goto(f"{SITE}/")

    def resize(self, width: int) -> None:
        """Give the window this width."""
        self.window.set_viewport_size({"width": width, "height": WIDTHS[width]})

    def _answer(self, actor: str, path: str, language: str) -> TestResponse:
        answer = self.stage.call(actor, "GET", _asking(path, language))
        while answer.status_code in REDIRECTS:
            answer = self.stage.call(actor, "GET", _asking(answer.headers["Location"], language))
        return answer

    def _asset(self, asked: Route) -> TestResponse:
        path = asked.request.url.removeprefix(SITE)
        if path not in self._assets:
            self._assets[path] = self.stage.call("anon", "GET", path)
        return self._assets[path]


def fulfil(asked: Route, answer: TestResponse) -> None:
    """Answer the browser as the application has answered, with the same headers."""
    asked.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.get_data())


def pages(groups: Iterable[tuple[str, ...]] = GROUPS) -> list[tuple[str, str]]:
    """Every kind of page with an actor of each group who may open it."""
    found = [(actor, row.path) for row in rows() if _is_page(row) for actor in _readers(row, groups)]
    return found + [(actor, path) for actor, path in MORE if any(actor in group for group in groups)]


def kinds(groups: Iterable[tuple[str, ...]] = GROUPS) -> list[pytest.ParameterSet]:
    """The same as parameters of a test."""
    return [pytest.param(actor, path, id=f"{actor} {path}") for actor, path in pages(groups)]


def _asking(path: str, language: str) -> str:
    """The address of the page in this language."""
    path, mark, part = path.partition("#")
    return f"{path}{'&' if '?' in path else '?'}language={language}{mark}{part}" if language else path + mark + part


def _is_page(row: Row) -> bool:
    return row.method == "GET" and not row.endpoint.startswith(FILES)


def _readers(row: Row, groups: Iterable[tuple[str, ...]]) -> list[str]:
    allowed = [next((actor for actor in group if actor in row.allowed), "") for group in groups]
    return [actor for actor in allowed if actor]
