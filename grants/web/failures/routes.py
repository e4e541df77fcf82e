"""Jobs that failed for good, with the reason and buttons to retry one or several."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import ALLOWED, Permission
from grants.db import transaction
from grants.forms.failures import RetryForm
from grants.queries import failures
from grants.services import outbox
from grants.services.refusals import Refused
from grants.web.failures import listing
from grants.web.site.actions import action
from grants.web.site.authorization import LARGEST_ID, permitted, principal
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor
from workflows.forms.values import whole

bp = Blueprint("failures", __name__)
RETRIED = Message("Another person has already retried this job, or it has since succeeded.")
ALL_RETRIED = Message("Another person has already retried these jobs, or they have since succeeded.")


@bp.get("/failures")
@permitted(Permission.SEE_FAILURES)
def index() -> str:
    """Documents, emails and work of the clock that failed, newest first."""
    retried, already = (request.args.get(name, 0, type=whole) for name in ("retried", "already"))
    return page("failures/index.html", listing.index(RetryForm(), retried=retried, already=already))


@bp.post("/failures/again")
@permitted(Permission.RETRY_FAILURE)
@action(N_("Retry selected jobs"))
@labelled(lambda _: RetryForm())
@idempotent
def retry_selected() -> Response | tuple[str, int]:
    """Retry the selected jobs; 404 if one is not visible to the reader, 409 if none of them is still given up."""
    form = RetryForm()
    if not form.sent():
        return page("failures/index.html", listing.index(form)), 422
    actors = {row: _reader(row) for row in sorted(set(form.rows.data or []))}
    with transaction():
        retried = sum(outbox.retry(row, actor=actor) for row, actor in actors.items())
        if not retried:
            raise Refused(ALL_RETRIED)
    return redirect(url_for(".index", retried=retried, already=len(actors) - retried or None))


@bp.post("/failures/<int:row>/again")
@permitted(Permission.RETRY_FAILURE)
@action(N_("Retry"))
@idempotent
def retry(row: int) -> Response:
    """Retry one failed job; 404 if it is not visible to the reader, 409 if it is no longer given up."""
    actor = _reader(row)
    with transaction():
        if not outbox.retry(row, actor=actor):
            raise Refused(RETRIED)
    return redirect(url_for(".index"))


def _reader(row: int) -> Actor:
    """The reader in the first role in which they know of the job and may retry it; 404 without one."""
    roles = sorted(ALLOWED[Permission.RETRY_FAILURE])
    seeing = [role for role in roles if row <= LARGEST_ID and failures.known(principal().limited_to({role}), row)]
    if not seeing:
        abort(404)
    return Actor(person=principal().id, role=seeing[0])
