"""Finds texts of a page that stand without a space beside the next one."""

from __future__ import annotations

import re
from html.parser import HTMLParser

INLINE = {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup", "time"}
UNREAD = {"script", "style", "template", "title"}
EDGE = "\x1f"
"""Where an inline element begins or ends."""
GLUED = re.compile(
    rf"""
    [\w.?!…,;:)”%]{EDGE}+[\w(“]            # two elements, or an element and the text beside it
    | [\w)”%][.?!…][”)]?[^\W\d_a-z]        # a sentence and the next one
    """,
    re.VERBOSE,
)


class Blocks(HTMLParser):
    """The texts of a page by block; the edges of inline elements are marked."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts = [""]
        self._unread = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an inline element, or a block."""
        self._unread += tag in UNREAD
        self._turn(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an inline element, or a block."""
        self._unread -= tag in UNREAD
        self._turn(tag)

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if not self._unread:
            self.texts[-1] += data

    def _turn(self, tag: str) -> None:
        if tag in INLINE:
            self.texts[-1] += EDGE
        else:
            self.texts.append("")


def glued(html: str) -> set[str]:
    """Each place where two texts touch, with what is around it."""
    html = re.sub("[⟦⟧]", "", html)
    html = html.replace("U.S. ", "US ")  # the names of two countries
    return {
        text[max(0, found.start() - 30) : found.end() + 30].replace(EDGE, "|")
        for text in Blocks(html).texts
        for found in GLUED.finditer(text)
    }
