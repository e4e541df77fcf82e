"""Public pages: the open calls, results of earlier calls, and the page of each call."""

from __future__ import annotations

from flask import Blueprint

from grants.models import Call
from grants.web.public import call_view, home_view
from grants.web.site.authorization import load, open_to_all
from grants.web.site.navigation import page

bp = Blueprint("public", __name__)


@bp.get("/")
@open_to_all
def home() -> str:
    """The open calls and the figures of money awarded so far."""
    return page("public/home.html", home_view.show())


@bp.get("/calls/<int:id>")
@open_to_all
def call(id: int) -> str:
    """One call: who can apply, the maximum grant, the requirements, how we decide."""
    return page("public/call.html", call_view.show(load(Call, id)))
