"""Pages with a hundred times as many rows in the database: statements per page, and the ratio of the times per page.

The number of a person's own tasks is the same at both sizes (`seed.sql`), so that pages of equal length are compared.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from grants.db import db, transaction
from grants.models import Person
from grants.queries.sessions import COOKIE
from grants.web import create_app
from tests.bench import addresses, seeding
from tests.bench.figures import Broken, Figure
from tests.bench.ground import Ground
from tests.browser import confirmed_session

SMALL, LARGE = 1_000, 100_000
ROUNDS = 9
SLOWER, KILOBYTES = 1.3, 100
PART = f"Pages at {LARGE:,} applications, and how much slower than at {SMALL:,}"


@dataclass
class Site:
    """The web application on a database of one size, and a browser for each person."""

    app: Flask
    people: dict[str, Person]
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def browser(self, name: str) -> FlaskClient:
        """A plain test client signed in as that person; without a name, not signed in."""
        if name not in self.browsers:
            self.browsers[name] = FlaskClient(self.app, self.app.response_class)
            if name:
                with self.app.app_context(), transaction():
                    token = confirmed_session(self.people[name], self.app.extensions["settings"])
                self.browsers[name].set_cookie(COOKIE, token)
        return self.browsers[name]

    @cached_property
    def rows(self) -> dict[str, object]:
        """What stands in an address for each name of `addresses.ROWS`."""
        with self.app.app_context():
            return {name: db.session.scalar(text(statement)) for name, statement in addresses.ROWS.items()}

    def get(self, name: str, address: str) -> tuple[float, bytes]:
        """The seconds that the page took, and the page; raises Broken if the answer is not a page."""
        browser = self.browser(name)
        if "{" in address:
            address = address.format_map(self.rows)
        began = time.perf_counter()
        answer = browser.get(address)
        took = time.perf_counter() - began
        if answer.status_code != 200:
            raise Broken(f"{address} answers {answer.status_code} to {name or 'the public'}.")
        return took, answer.data


@dataclass(frozen=True, slots=True)
class Measured:
    """One page. statements, milliseconds: at the large size; few: statements at the small size."""

    role: str
    address: str
    statements: int
    few: int
    milliseconds: float
    slower: float
    kilobytes: float

    @property
    def met(self) -> bool:
        """Whether it is within every limit."""
        asked = self.statements <= addresses.most(self.address) and self.statements <= self.few
        return asked and self.slower <= SLOWER and self.kilobytes <= KILOBYTES


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to the database within the block."""
    sent: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def measure(ground: Ground, runs: int) -> tuple[list[Figure], list[Measured]]:
    """The figures for all pages together, and for each page; the times of each page are medians over the runs."""
    small, large = _site(ground, SMALL), _site(ground, LARGE)
    try:
        measured = [[_page(small, large, *page) for page in addresses.every()] for _ in range(runs)]
    finally:
        for site in (small, large):
            with site.app.app_context():
                db.engine.dispose()
    pages = [_middle(found) for found in zip(*measured, strict=True)]
    return _figures(pages), pages


def _middle(found: tuple[Measured, ...]) -> Measured:
    """A page with the medians of its times in all runs."""
    return replace(
        found[0],
        milliseconds=median(page.milliseconds for page in found),
        slower=median(page.slower for page in found),
    )


def _site(ground: Ground, size: int) -> Site:
    app = create_app(ground.database(f"lists_{size}"))
    return Site(app, seeding.fill(app, size))


def _page(small: Site, large: Site, name: str, address: str) -> Measured:
    counted = {}
    for site in (small, large):
        site.get(name, address)
        with statements() as sent:
            page = site.get(name, address)[1]
        counted[id(site)] = len(sent)
    rounds = [(small.get(name, address)[0], large.get(name, address)[0]) for _ in range(ROUNDS)]
    few, many = median(a for a, _ in rounds), median(b for _, b in rounds)
    return Measured(
        name or "public", address, counted[id(large)], counted[id(small)], many * 1_000, many / few, len(page) / 1_000
    )


def _figures(pages: list[Measured]) -> list[Figure]:
    return [
        Figure(PART, "pages measured", len(pages)),
        _most_statements(pages, addresses.MOST, "a page"),
        _most_statements(pages, addresses.MOST_OF_DETAILS, "a whole application or award"),
        Figure(
            PART, "pages whose statements grow with the rows", sum(page.statements > page.few for page in pages), most=0
        ),
        Figure(PART, "slower, the middle page", median(page.slower for page in pages), "times"),
        Figure(PART, "slower, the worst page", max(page.slower for page in pages), "times", most=SLOWER),
        Figure(PART, "the middle page", median(page.milliseconds for page in pages), "ms"),
        Figure(PART, "the slowest page", max(page.milliseconds for page in pages), "ms"),
        Figure(PART, "the heaviest page", max(page.kilobytes for page in pages), "kB", most=KILOBYTES),
    ]


def _most_statements(pages: list[Measured], most: int, what: str) -> Figure:
    sent = [page.statements for page in pages if addresses.most(page.address) == most]
    return Figure(PART, f"statements, {what}, at most", max(sent), most=most)


def table(pages: list[Measured]) -> str:
    """One line per page; pages that miss a limit are marked."""
    head = f"  {'person':<8} {'page':<42} {'statements':>10} {'ms':>7} {'slower':>7} {'kB':>5}"
    return "\n".join([head, *map(_line, pages)])


def _line(page: Measured) -> str:
    figures = f"{page.statements:>10} {page.milliseconds:>7.1f} {page.slower:>7.2f} {page.kilobytes:>5.0f}"
    return f"  {page.role:<8} {page.address:<42} {figures}{'' if page.met else '  MISSED'}"
