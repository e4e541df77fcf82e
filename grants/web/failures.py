"""What the workers had to give up, with the reason and a way to try again."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access import Permission
from grants.db import saving
from grants.queries import failures
from grants.services import outbox
from grants.web.guard import permitted, place, who
from grants.web.shell import page

bp = Blueprint("failures", __name__)


@bp.get("/failures")
@permitted(Permission.SEE_FAILURES)
def index() -> str:
    """Documents and mails that were given up, newest first."""
    rows, after = failures.listed(who(), before=place("before"))
    return page(
        "failures/index.html",
        rows=rows,
        first="before" not in request.args,
        next=url_for(".index", before=after) if after else None,
    )


@bp.post("/failures/<int:row>/again")
@permitted(Permission.RETRY_FAILURE)
def again(row: int) -> Response:
    """Try one of them once more. One that is not the reader's to see is not there."""
    if not failures.listed(who(), only=row)[0]:
        abort(404)
    with saving():
        outbox.again(row)
    return redirect(url_for(".index"))
