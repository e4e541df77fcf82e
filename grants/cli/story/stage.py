"""The stage the story is played on: browsers of everybody, the demo's clock, and what was noted down."""

from __future__ import annotations

import time
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from config import Settings
from grants.cli.story.cast import CAST, PASSWORD, email
from grants.cli.story.reader import Page
from grants.cli.story.visitor import Visitor
from grants.outside.servers.postgres import plain

DAY = 86_400
WAIT = 90


@dataclass
class Stage:
    """Everybody's browser, signed in when first needed and again after the clock has jumped."""

    settings: Settings
    steps: list[dict[str, Any]] = field(default_factory=list)
    _browsers: dict[str, Visitor] = field(default_factory=dict)

    def at(self, days_ago: int) -> None:
        """Set the clock to so many days before today. Whoever was signed in is signed out by that, as after a holiday."""
        with psycopg.connect(plain(self.settings.owner_database_url), autocommit=True) as owner:
            owner.execute("UPDATE clock_offset SET seconds = %s", [-days_ago * DAY])
        self._browsers.clear()

    def today(self) -> datetime:
        """The demo's own now."""
        with psycopg.connect(plain(self.settings.read_database_url), autocommit=True) as reader:
            row = reader.execute("SELECT grants_now()").fetchone()
            found: datetime = row[0]
            return found

    def browser(self, key: str) -> Visitor:
        """Somebody's browser, signed in."""
        if key not in self._browsers:
            visitor = Visitor(self.settings.address)
            visitor.sign_in(email(key), PASSWORD)
            self._browsers[key] = visitor
        return self._browsers[key]

    @contextmanager
    def step(self, key: str, move: str) -> Iterator[Visitor]:
        """One deed of the story by one person, noted with how long it took."""
        began = time.monotonic()
        yield self.browser(key)
        role = CAST[key].role
        self.steps.append({"who": CAST[key].name, "role": str(role or "applicant"), "move": move, "at": self.today().isoformat(timespec="seconds"),
                           "seconds": round(time.monotonic() - began, 2)})

    def until(self, key: str, path: str, link: str) -> Page:
        """Open a page again and again until it has a link of these beginning words; raises TimeoutError."""
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            page = self.browser(key).open(path)
            if any(words.startswith(link) for words in page.links):
                return page
            time.sleep(0.3)
        raise TimeoutError(f"“{link}” did not appear on {path} within {WAIT} seconds")
