"""The labels of a form that was refused before its route had read it: the route says which form it would have made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from grants.access.permissions import Permission
from grants.db import Model
from grants.services.refusals import Refused
from grants.web.site.authorization import load, principal
from grants.web.site.sending import Sending

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Model)
Texts = MultiDict[str, str]
"""What was sent, by the names of the fields."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A form that its route has not read. address: the values in its address. permission: that the route requires."""

    sent: Texts
    address: Mapping[str, Any]
    permission: Permission

    def row(self, model: type[Row]) -> Row:
        """The row whose id is in the address; 404 or 403 if the reader may not send this form."""
        return load(model, self.address["id"], self.permission)


def labelled(make: Callable[[Unread], object]) -> Callable[[View], View]:
    """Declare the form of a route. make: makes the form, which notes its labels, and changes nothing."""

    def declared(view: View) -> View:
        view.labels = make  # type: ignore[attr-defined]
        return view

    return declared


def note_labels(sending: Sending) -> None:
    """Note the fields of a form for the reader, if its route declares it and the reader may send it."""
    view, address = route_of(sending)
    make, permission = getattr(view, "labels", None), getattr(view, "permission", None)
    if make is None or permission is None or not principal().may(permission):
        return
    try:
        make(Unread(MultiDict(sending.fields), address, permission))
    except (HTTPException, Refused):
        return  # the reader does not see the row any more: the names of the fields are all that may be shown


def route_of(sending: Sending) -> tuple[Callable[..., Any] | None, Mapping[str, Any]]:
    """The view that takes a form, and the values in its address; none for an address that takes no form."""
    routes = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, address = routes.match(sending.to.partition("?")[0], method="POST")
    except HTTPException:
        return None, {}
    return current_app.view_functions[endpoint], address
