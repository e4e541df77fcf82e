"""What a form does, and to what, for the pages that carry it through a sign-in: from its route, never from its fields.

A form of another site could otherwise name another action than the one that it would carry out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from grants.services.refusals import Refused
from grants.web.site.authorization import principal
from grants.web.site.labels import Unread, View, route_of
from grants.web.site.sending import Action, Sending

Title = str | Callable[[Mapping[str, Any]], str]
"""What a form does: an English text, or a function of the values in its address that returns a translated one."""


class _Declared(NamedTuple):
    title: Title
    about: Callable[[Unread], str | Action | None]


def action(title: Title, about: Callable[[Unread], str | Action | None] = lambda _: "") -> Callable[[View], View]:
    """Declare what the form of a route does, in the words of its button.

    about: the name of the row, or both where the row decides what the form does; for a reader who may send the form.
    """

    def declared(view: View) -> View:
        view.action = _Declared(title, about)  # type: ignore[attr-defined]
        return view

    return declared


def title_of(sending: Sending) -> str:
    """What a form does, for anybody: from its address alone, without the database."""
    view, address = route_of(sending)
    declared: _Declared | None = getattr(view, "action", None)
    if declared is None:
        return ""
    return gettext(declared.title) if isinstance(declared.title, str) else declared.title(address)


def action_of(sending: Sending) -> Action:
    """What a form does and to what, for a reader who may send it; for another one without the name."""
    view, address = route_of(sending)
    declared, permission = getattr(view, "action", None), getattr(view, "permission", None)
    general = Action(title_of(sending))
    if declared is None or permission is None or not principal().may(permission):
        return general
    try:
        found = declared.about(Unread(MultiDict(sending.fields), address, permission))
    except (HTTPException, Refused):
        return general
    return found if isinstance(found, Action) else Action(general.title, found or "")
