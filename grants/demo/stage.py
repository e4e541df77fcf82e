"""The environment of the story: a browser for each person, the demonstration's clock, and a record of the steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from config import Settings
from grants.demo.browser import Visitor
from grants.demo.cast import CAST, PASSWORD, email
from grants.outside.servers.postgres import plain

DAY, FRIDAY = 86_400, 4
WAIT = 90


@dataclass
class Stage:
    """A browser for each person, signed in when first needed and again after the clock has moved.

    visitor: opens a browser at an address. Another class than the default plays the same story in another kind of
    browser.
    """

    settings: Settings
    message: Callable[[str], None]
    visitor: Callable[[str], Visitor] = Visitor
    steps: list[dict[str, Any]] = field(default_factory=list)
    _browsers: dict[str, Visitor] = field(default_factory=dict)

    def at(self, days_ago: int) -> None:
        """Set the clock to this many days before today, or to the Friday before if that is at a weekend.

        All sessions end, so that everyone signs in again.
        """
        with psycopg.connect(plain(self.settings.owner_database_url), autocommit=True) as owner:
            (found,) = owner.execute("SELECT now()").fetchall()[0]
            day = found.astimezone(UTC) - timedelta(days=days_ago)
            weekend = max(day.weekday() - FRIDAY, 0) if days_ago else 0
            owner.execute("UPDATE clock_offset SET seconds = %s", [-(days_ago + weekend) * DAY])
        for visitor in self._browsers.values():
            visitor.leave()
        self._browsers.clear()

    def today(self) -> datetime:
        """The current time of the demonstration's clock."""
        with psycopg.connect(plain(self.settings.read_database_url), autocommit=True) as reader:
            (found,) = reader.execute("SELECT grants_now()").fetchall()[0]
            return found

    def browser(self, key: str) -> Visitor:
        """The browser of a person, signed in."""
        if key not in self._browsers:
            visitor = self.visitor(self.settings.address)
            visitor.sign_in(email(key), PASSWORD)
            self._browsers[key] = visitor
        return self._browsers[key]

    @contextmanager
    def step(self, key: str, transition: str) -> Iterator[Visitor]:
        """One action of the story by one person, recorded with its duration."""
        began = time.monotonic()
        yield self.browser(key)
        role = CAST[key].role
        self.message(f"  {self.today():%d %b %Y}  {CAST[key].name}: {transition}")
        self.steps.append(
            {
                "person": CAST[key].name,
                "role": str(role or "applicant"),
                "transition": transition,
                "at": self.today().isoformat(timespec="seconds"),
                "seconds": round(time.monotonic() - began, 2),
            }
        )

    def document(self, key: str, path: str, series: str) -> bytes:
        """The printed document of this series on a page, once the worker has stored it; raises TimeoutError."""
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            page = self.browser(key).open(path)
            for href in (href for words, href in page.links.items() if f" {series}" in f" {words}"):
                content = self.browser(key).download(href)
                if content.startswith(b"%PDF-"):
                    return content
            time.sleep(0.3)
        raise TimeoutError(f"no document {series}… on {path} within {WAIT} seconds")
