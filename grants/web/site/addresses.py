"""Addresses beside those of forms: what to show to somebody who opens the address of an action."""

from __future__ import annotations

from flask import current_app, request
from werkzeug.exceptions import HTTPException


def page_above(path: str) -> str | None:
    """The nearest page whose address begins this one: for `/applications/9/transitions/award`, the application.

    None if there is none but the first page. Whether the reader may see it is for that page to say.
    """
    adapter = current_app.url_map.bind_to_environ(request.environ)
    while path := path.rpartition("/")[0]:
        try:
            adapter.match(path, method="GET")
        except HTTPException:
            continue
        return path
    return None
