"""The HTML part of a mail, made from the paragraphs of its text part.

It has no picture, no script and nothing from elsewhere. The only links are the last address of this site in the mail,
shown as a button, and the headings of the items of a daily email; every other address stays text, so that nothing which
a person wrote becomes a link. The colours are
those of the pages; text and ground are left to the program of the reader, which may be dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from grants.language import RIGHT_TO_LEFT

MOST_BYTES = 20_000
"""The largest HTML part. A longer mail has a text part only."""
STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0;padding:24px 16px;font:16px/1.5 system-ui,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif}"
    "main{display:block;max-width:600px;margin:0 auto}"
    "p{margin:0 0 16px;overflow-wrap:anywhere}"
    "blockquote{margin:0 0 16px;padding-inline-start:16px;border-inline-start:4px solid #857C6D}"
    ".go a{display:inline-block;padding:12px 20px;border-radius:6px;background:#0B5A66;color:#FFFFFF;"
    "font-weight:600;text-decoration:none}"
    ".address{font-size:13px}"
)
ENDS = " :\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""What stands between the words of a link and its address."""


def page(
    parts: Sequence[str], *, language: str, title: str, site: str, quoted: str = "", items: Sequence[str] = ()
) -> str:
    """The HTML of a mail; empty if it would be larger than MOST_BYTES.

    language: of the mail. site: the address of this site, for the button. quoted: the paragraph that a person wrote.
    items: the paragraphs whose first line links to the address in their last line.
    """
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    html = (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(_blocks(parts, site, quoted, items))
        + "\n</main>\n</body>\n</html>\n"
    )
    return html if len(html.encode()) <= MOST_BYTES else ""


def _blocks(parts: Sequence[str], site: str, quoted: str, items: Sequence[str]) -> Iterator[str]:
    texts = [(text, part == quoted) for part in parts for text in part.split("\n\n") if text.strip()]
    ends = re.compile(rf"(?P<words>.*?\S)\s*(?P<address>{re.escape(site)}/\S*)", re.DOTALL)
    linked = [None if own else ends.fullmatch(text.strip()) for text, own in texts]
    last = max((place for place, found in enumerate(linked) if found), default=-1)
    for place, (text, own) in enumerate(texts):
        found = linked[place]
        if text in items:
            yield _item(text)
        elif found and place == last:
            yield _button(found["words"].rstrip(ENDS), found["address"])
        elif own:
            yield f'<blockquote dir="auto"><p>{_lines(text)}</p></blockquote>'
        else:
            yield f"<p>{_lines(text)}</p>"


def _item(text: str) -> str:
    """An item of a daily email: its first line leads to the address in its last line."""
    heading, *others, address = text.split("\n")
    lines = "".join(f"<br><bdi>{escape(line)}</bdi>" for line in others)
    return f'<p class="item"><a href="{escape(address)}"><bdi>{escape(heading)}</bdi></a>{lines}</p>'


def _button(words: str, address: str) -> str:
    """The link of the mail, with its address beside it for programs that show no links."""
    to = escape(address)
    return f'<p class="go"><a href="{to}">{escape(words)}</a></p>\n<p class="address"><bdi dir="ltr">{to}</bdi></p>'


def _lines(text: str) -> str:
    return "<br>\n".join(escape(line) for line in text.strip().splitlines())
