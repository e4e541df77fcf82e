"""Numbers and codes of documents stay on one line wherever a page shows them: they do not break at their hyphens."""

from __future__ import annotations

import re

HEAD = re.compile(r"(?<![\w-])[0-9A-Z]{1,4}$", re.ASCII)
TAIL = re.compile(
    r"-(?:\d{4}-\d{4,6}(?: / \d+)?|[0-9A-Z]{5}-[0-9A-Z]{4})(?![\w-])"
    r"(?=[^<>]*<)(?![^<>]*</(?:title|textarea|option)>)",
    re.ASCII,
)
"""The rest of a number such as BTN-2026-0003 or A-2026-0005 / 1, or of a code such as 7K2M-9QX4T-B3WD, from its first
hyphen, in a text of HTML: not in an attribute, and not where no element may stand. It begins with a hyphen, because
pages are searched for a fixed sign ten times as fast as for a class of them."""
LONGEST = 4
"""The characters before the first hyphen."""


def unbroken(html: str) -> str:
    """The page with an element around each number and code that keeps it on one line (.reference in base.css)."""
    parts, at = [], 0
    for tail in TAIL.finditer(html):
        if head := HEAD.search(html, max(at, tail.start() - LONGEST), tail.start()):
            parts += [html[at : head.start()], '<span class="reference">', html[head.start() : tail.end()], "</span>"]
            at = tail.end()
    return "".join([*parts, html[at:]])
