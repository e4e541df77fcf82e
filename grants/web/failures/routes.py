"""Jobs that failed for good, with the reason and a button to retry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import ALLOWED, Permission
from grants.db import transaction
from grants.queries import failures
from grants.queries.failures import Failure, Parked
from grants.services import outbox
from grants.services.refusals import Refused
from grants.web.site.actions import action
from grants.web.site.authorization import permitted, principal
from grants.web.site.idempotency import idempotent
from grants.web.site.navigation import page
from grants.web.site.pagination import Pages, page_position, pages
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor

bp = Blueprint("failures", __name__)
RETRIED = Message("Another person has already retried this job, or it has since succeeded.")


@dataclass(frozen=True, slots=True)
class FailuresPage:
    """Jobs that failed for good. clock: work of the clock that failed and is tried again; on the first page only."""

    rows: Sequence[Failure]
    pages: Pages
    clock: Sequence[Parked]


@bp.get("/failures")
@permitted(Permission.SEE_FAILURES)
def index() -> str:
    """Documents, emails and work of the clock that failed, newest first."""
    before = page_position("before")
    rows, after = failures.listed(principal(), before=before)
    clock = failures.parked(principal()) if before is None else []
    return page("failures/index.html", FailuresPage(rows, pages(after, ".index"), clock))


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
    seeing = [role for role in roles if failures.known(principal().limited_to({role}), row)]
    if not seeing:
        abort(404)
    return Actor(person=principal().id, role=seeing[0])
