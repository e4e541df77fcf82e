"""Somebody at Chromium with script on: fills in the fields on the page and clicks the buttons that are seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Response, sync_playwright

from grants.cli.story.reader import Page
from grants.cli.story.visitor import OK, Unexpected, Visitor

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WIDE, PHONE = (1280, 900), (390, 844)
CLOSED = "xpath=(ancestor::details|descendant::details)[not(@open)]"
KINDS = "form => Object.fromEntries([...form.elements].map(one => [one.name, one.type]))"
PATIENCE = 30_000
"""Milliseconds to wait for a control or a page."""


@dataclass
class Room:
    """A browser program; everybody who comes in has cookies of their own. `complaints` is what it says is wrong."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)

    def visitor(self, base: str) -> Chromium:
        """Somebody new."""
        return Chromium(base, self)


@contextmanager
def room(program: Path) -> Iterator[Room]:
    """A running Chromium, for the length of the block."""
    with sync_playwright() as play, play.chromium.launch(executable_path=program, args=[*FLAGS]) as browser:
        yield Room(browser)


class Chromium(Visitor):
    """One person with a window of their own. What nobody can see or click is not filled in: it raises instead."""

    def __init__(self, base: str, room: Room) -> None:
        super().__init__(base)
        self.room = room
        self.context = room.browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
        self.window = self.context.new_page()
        self.window.set_default_timeout(PATIENCE)
        self.window.on("console", self._hear)
        self.window.on("pageerror", self._hear_error)

    def open(self, path: str) -> Page:
        """Go to a page; raises Unexpected unless it is there."""
        return self._look(self.window.goto(urljoin(self.base, path)))

    def follow(self, text: str) -> Page:
        """Click the link of these words."""
        href = self.page.links.get(text)
        if href is None:
            raise Unexpected(f"no link “{text}” on {self.address}, only {sorted(self.page.links)}")
        return self._click(self.window.locator(f'a[href="{href}"]').filter(has_text=text).first)

    def send(self, action: str, /, **fields: str | list[str]) -> Page:
        """Fill in the open page's form to `action` and click its button; what is not named stays as it stands."""
        try:
            found = self.page.form(action)
        except LookupError as error:
            raise Unexpected(f"{error}; the page says: {self._words()}") from error
        form = self.window.locator(f'form[action="{found.action}"]').first
        button = form.locator("button:not([name]):not([formaction])").last
        if not form.count():
            form = self.window.locator(f'form[id="{found.id}"]')
            button = form.locator(f'button[formaction="{found.action}"]')
        self._unfold(form)
        kinds = self._add_lines(form, fields)
        for name, value in fields.items():
            button = self._fill(form, name, kinds[name], value) or button
        return self._click(button)

    def download(self, path: str) -> bytes:
        """The bytes of a file; nothing while it is not there yet."""
        answer = self.context.request.get(urljoin(self.base, path))
        return answer.body() if answer.ok else b""

    def leave(self) -> None:
        """Close the window and forget the cookies."""
        super().leave()
        self.context.close()

    def look_at(self, path: str, size: tuple[int, int], picture: Path) -> int:
        """Keep a picture of a whole page in a window of that size; answers the width that the page takes, in pixels."""
        self.window.set_viewport_size({"width": size[0], "height": size[1]})
        self.open(path)
        self.window.screenshot(path=picture, full_page=True)
        return self.width()

    def width(self) -> int:
        """The width that the open page takes, in pixels."""
        found: int = self.window.evaluate("document.documentElement.scrollWidth")
        return found

    def _fill(self, form: Locator, name: str, kind: str, value: str | list[str]) -> Locator | None:
        """Set one field as a person would; answers the button where choosing and sending are one."""
        control, wanted = form.locator(f'[name="{name}"]'), [value] if isinstance(value, str) else value
        if kind == "submit":
            return form.locator(f'[name="{name}"][value="{value}"]')
        if kind in {"radio", "checkbox"}:
            for one in control.all():
                if (one.get_attribute("value") or "on") in wanted:
                    one.check()
                elif kind == "checkbox":
                    one.uncheck()
        elif kind == "select-one":
            control.select_option(wanted)
        else:
            control.fill(wanted[0])
        return None

    def _add_lines(self, form: Locator, names: Iterable[str]) -> dict[str, str]:
        """Click “Add a line” until every field has its row; answers the kind of control by its name."""
        kinds: dict[str, str] = form.evaluate(KINDS)
        for name in names:
            more = form.locator(f'button[data-add="{name.partition("-")[0]}"]')
            while name not in kinds:
                if not more.count():
                    raise Unexpected(f"no field {name} on {self.address}")
                more.click()
                kinds = form.evaluate(KINDS)
        return kinds

    def _unfold(self, place: Locator) -> None:
        """Open what is folded around a place and in it, the outermost first."""
        closed = place.locator(CLOSED)
        while closed.count():
            closed.first.locator("xpath=summary").click()

    def _click(self, place: Locator) -> Page:
        self._unfold(place)
        with self.window.expect_navigation() as answer:
            place.click()
        return self._look(answer.value)

    def _look(self, answer: Response | None) -> Page:
        self.address, self.page = self.window.url, Page(self.window.content())
        self.status = answer.status if answer else OK
        if self.status != OK:
            raise Unexpected(f"{self.address} answered {self.status}: {self._words()}")
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.room.complaints.append(f"{self.window.url}: {message.text}")

    def _hear_error(self, error: Error) -> None:
        self.room.complaints.append(f"{self.window.url}: {error.message}")
