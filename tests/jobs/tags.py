"""The parts of a mail that was received, and the elements of its HTML."""

from __future__ import annotations

from email.message import EmailMessage
from html.parser import HTMLParser


class Tags(HTMLParser):
    """The elements of a page with their attributes, its text, and the elements that stay open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data

    @property
    def names(self) -> set[str]:
        """The names of the elements."""
        return {tag for tag, _ in self.tags}

    @property
    def addresses(self) -> list[str | None]:
        """Every address in an attribute."""
        return [value for _, attributes in self.tags for name, value in attributes.items() if name in {"href", "src"}]


def plain(mail: EmailMessage) -> str:
    """The text part of a mail that was received."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def rich(mail: EmailMessage) -> str:
    """The HTML part of a mail that was received."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())
