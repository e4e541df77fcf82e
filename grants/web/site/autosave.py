"""Automatic saves: how the server recognises one, and the answer that `grants/static/site.js` reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import get_template_attribute, request

from grants.web.site.authorization import principal

HEADER = "X-Autosave"


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer to a successful automatic save, in the shape that `templates/macros/guard_bar.html` describes.

    parts: HTML by the id of the element that it replaces. wrong: ids of the fields that cannot be saved as they are;
    None leaves the errors of the page. lacking: ids of the fields without which it cannot be submitted.
    """

    saved_at: str
    version: int
    parts: Mapping[str, str]
    wrong: Sequence[str] | None = None
    lacking: Sequence[str] = ()


def automatic() -> bool:
    """Whether the page's script sent this request."""
    return HEADER in request.headers


def owner() -> str:
    """Whose text the browser keeps, so that two people at one computer never see each other's."""
    return f"person-{principal().id}"


def part(template: str, macro: str, *values: object) -> str:
    """The HTML of a part of a page, rendered by the macro that also renders it on the whole page."""
    return str(get_template_attribute(template, macro)(*values))
