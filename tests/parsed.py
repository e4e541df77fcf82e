"""The page reader of the demonstration with the parser of lxml, which takes half the processor time."""

from __future__ import annotations

from lxml import etree

from grants.demo.page_reader import Page


class Parsed(Page):
    """A page that lxml has parsed; what is read from it is the same."""

    def feed(self, data: str) -> None:
        """Read the whole page."""
        etree.fromstring(data, etree.HTMLParser(target=_Target(self), huge_tree=True))


class _Target:
    """Passes on what lxml finds; a text that it gives in parts is passed on whole."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """The start of an element."""
        self._pass_text()
        self.page.handle_starttag(tag, [*attributes.items()])

    def end(self, tag: str) -> None:
        """The end of an element."""
        self._pass_text()
        self.page.handle_endtag(tag)

    def data(self, text: str) -> None:
        """A part of a text."""
        self._parts.append(text)

    def close(self) -> None:
        """The end of the page."""

    def _pass_text(self) -> None:
        if self._parts:
            self.page.handle_data("".join(self._parts))
            self._parts = []
