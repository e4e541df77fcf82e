"""A person at Chromium with script: types into the fields of the page and clicks its visible buttons."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Locator, Response, sync_playwright
from playwright.sync_api import Page as Window

from grants.demo.browser import OK, Unexpected, Visitor
from grants.demo.page_reader import Page

FEW = ("--disable-site-isolation-trials", "--renderer-process-limit=2")
"""All windows show one site and share processes; otherwise each page opened would start another process."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", *FEW)
INCURIOUS = {"autofill": {"profile_enabled": False, "credit_card_enabled": False}, "credentials_enable_service": False}
"""Browser preferences. Form autofill would analyse every page with fields for as long as the page takes to load."""
WIDE, PHONE = (1280, 900), (390, 844)
CLOSED = "xpath=(ancestor::details|descendant::details)[not(@open)]"
KINDS = "form => Object.fromEntries([...form.elements].map(one => [one.name, one.type]))"
WRITE = """(form, texts) => {
  for (const [name, text] of Object.entries(texts)) {
    const field = form.elements[name];
    if (!field.checkVisibility({ visibilityProperty: true }) || field.matches(":disabled, :read-only"))
      throw new Error(`nobody can write in ${name}`);
    field.focus();
    field.select();
    if (/^(date|time)/.test(field.type)) {
      field.value = text;
      for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
    } else document.execCommand(text ? "insertText" : "delete", false, text);
    if (field.value !== text.replaceAll("\\r\\n", "\\n")) throw new Error(`${name} holds ${field.value}, not ${text}`);
  }
}"""
"""Types each text into its field by keyboard events, and checks the value."""
PATIENCE = 30_000
"""Time to wait for a control or a page, in milliseconds."""


@dataclass
class Room:
    """A browser program; each visitor has separate cookies. `complaints`: errors that the browser reports.

    A window that one visitor has left is reused for the next, because opening one costs more than loading many pages.
    """

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    _empty: list[Window] = field(default_factory=list)

    def visitor(self, base: str) -> Chromium:
        """A new visitor."""
        return Chromium(base, self)

    def window(self) -> Window:
        """A window without page, cookie or stored data."""
        if self._empty:
            return self._empty.pop()
        window = self.browser.new_context().new_page()
        window.set_default_timeout(PATIENCE)
        window.on(
            "console", lambda text_found: self._hear(window, text_found.text) if text_found.type == "error" else None
        )
        window.on("pageerror", lambda error: self._hear(window, error.message))
        return window

    def clear(self, window: Window) -> None:
        """Remove all data of the previous visitor."""
        if window.url.startswith("http"):
            window.evaluate("localStorage.clear()")
        window.goto("about:blank")
        window.context.clear_cookies()
        self._empty.append(window)

    def _hear(self, window: Window, complaint: str) -> None:
        self.complaints.append(f"{window.url}: {complaint}")


@contextmanager
def room(program: Path) -> Iterator[Room]:
    """A running Chromium, for the length of the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, sync_playwright() as play:
        Path(home, "Default").mkdir()
        Path(home, "Default", "Preferences").write_text(json.dumps(INCURIOUS))
        with play.chromium.launch_persistent_context(home, executable_path=program, args=[*FLAGS]) as own:
            assert own.browser is not None
            yield Room(own.browser)


class Chromium(Visitor):
    """One person with a window of their own. A control that is not visible or not clickable raises an error."""

    def __init__(self, base: str, room: Room) -> None:
        super().__init__(base)
        self.room, self.window = room, room.window()
        self.window.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def open(self, path: str) -> Page:
        """Open a page; raises Unexpected if the answer is an error."""
        return self._look(self.window.goto(urljoin(self.base, path)))

    def follow(self, text: str) -> Page:
        """Click the link with this text."""
        href = self.page.links.get(text)
        if href is None:
            raise Unexpected(f"no link “{text}” on {self.address}, only {sorted(self.page.links)}")
        link = self.window.locator(f'a[href="{href}"]').filter(has_text=text).first
        self._unfold(link)
        return self._click(link)

    def send(self, action: str, /, **fields: str | list[str]) -> Page:
        """Fill in the open page's form to `action` and click its button; other fields keep their values."""
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
        return self._click(self._fill_in(form, fields) or button)

    def download(self, path: str) -> bytes:
        """The bytes of a file; empty if it does not exist yet."""
        answer = self.window.request.get(urljoin(self.base, path))
        return answer.body() if answer.ok else b""

    def leave(self) -> None:
        """Leave the window for the next visitor."""
        super().leave()
        self.room.clear(self.window)

    def look_at(self, path: str, size: tuple[int, int], picture: Path) -> int:
        """Take a screenshot of the whole page in a window of that size; return the width of the page, in pixels."""
        self.window.set_viewport_size({"width": size[0], "height": size[1]})
        self.open(path)
        self.window.screenshot(path=picture, full_page=True, type="jpeg", quality=90)
        return self.width()

    def width(self) -> int:
        """The width of the open page, in pixels."""
        found: int = self.window.evaluate("document.documentElement.scrollWidth")
        return found

    def _fill_in(self, form: Locator, fields: Mapping[str, str | list[str]]) -> Locator | None:
        """Choose options, then type texts, as a person would.

        Returns the button if choosing and sending are one action.
        """
        kinds, texts, button = self._add_lines(form, fields), {}, None
        for name, value in fields.items():
            wanted = [value] if isinstance(value, str) else value
            if kinds[name] == "submit":
                button = form.locator(f'[name="{name}"][value="{value}"]')
            elif kinds[name] in {"radio", "checkbox"}:
                self._choose(form, name, wanted)
            elif kinds[name] == "select-one":
                form.locator(f'[name="{name}"]').select_option(wanted)
            else:
                texts[name] = wanted[0]
        form.evaluate(WRITE, texts)
        return button

    def _choose(self, form: Locator, name: str, wanted: list[str]) -> None:
        """Select these of the options of that name and no others."""
        ticked = form.locator(f'[type="checkbox"][name="{name}"]:checked')
        for value in ticked.evaluate_all("all => all.map(one => one.value)"):
            if value not in wanted:
                form.locator(f'[name="{name}"][value="{value}"]').uncheck()
        for value in wanted:
            form.locator(f'[name="{name}"][value="{value}"]').check()

    def _add_lines(self, form: Locator, names: Iterable[str]) -> dict[str, str]:
        """Click “Add a line” until every field has its row; return the kind of each control by its name."""
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
        """Open the collapsed sections around and within an element, outermost first."""
        closed = place.locator(CLOSED)
        while closed.count():
            closed.first.locator("xpath=summary").click()

    def _click(self, place: Locator) -> Page:
        with self.window.expect_navigation() as answer:
            place.click()
        return self._look(answer.value)

    def _look(self, answer: Response | None) -> Page:
        self.address, self.page = self.window.url, Page(self.window.content())
        self.status = answer.status if answer else OK
        if self.status != OK:
            raise Unexpected(f"{self.address} answered {self.status}: {self._words()}")
        return self.page
