"""Paging through lists by the id of the last row shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from grants.web.site.authorization import LARGEST_ID
from workflows.forms.values import whole


@dataclass(frozen=True, slots=True)
class Pages:
    """The URLs beside this page of a list. previous: the first page, unless this is the first."""

    next: str | None
    previous: str | None


def page_position(name: str) -> int | None:
    """The paging position in the query string; None if it cannot be a row's id."""
    found = request.args.get(name, type=whole)
    return found if found is not None and 0 <= found <= LARGEST_ID else None


def pages(after: int | None, endpoint: str, **values: Any) -> Pages:
    """The pages beside this one. after: the id to request the next page with; values: for the URL of the list."""
    return Pages(
        next=url_for(endpoint, **values, before=after) if after else None,
        previous=url_for(endpoint, **values) if "before" in request.args else None,
    )
