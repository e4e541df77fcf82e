"""Jobs that failed for good, with the reason and a button to retry."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access import Permission
from grants.db import transaction
from grants.queries import failures
from grants.services import outbox
from grants.web.site.authorization import page_position, permitted, principal
from grants.web.site.navigation import page

bp = Blueprint("failures", __name__)


@bp.get("/failures")
@permitted(Permission.SEE_FAILURES)
def index() -> str:
    """Documents and e-mails that failed for good, newest first."""
    rows, after = failures.listed(principal(), before=page_position("before"))
    return page(
        "failures/index.html",
        rows=rows,
        first="before" not in request.args,
        next=url_for(".index", before=after) if after else None,
    )


@bp.post("/failures/<int:row>/again")
@permitted(Permission.RETRY_FAILURE)
def retry(row: int) -> Response:
    """Retry one failed job; 404 if it is not visible to the reader."""
    if not failures.listed(principal(), only=row)[0]:
        abort(404)
    with transaction():
        outbox.retry(row)
    return redirect(url_for(".index"))
