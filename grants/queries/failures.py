"""Jobs that failed for good: documents that were not printed and mails that were not accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, cast, func, select, true
from sqlalchemy.types import BigInteger

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import Side, db
from grants.models import Application, Document, Outbox
from workflows.engine.reworded import REWORDED
from workflows.engine.roles import Role

PAGE = 50


@dataclass(frozen=True, slots=True)
class Failure:
    """One job that was given up.

    number: the document's, empty for a mail. title: the application's, empty for a principal who may not see it.
    """

    id: int
    kind: str
    number: str
    title: str
    application_id: int | None
    tries: int
    given_up_at: datetime
    problem: str


_DOCUMENT = cast(Outbox.args["document"].astext, BigInteger)
_MAIL = cast(func.substring(Outbox.args["path"].astext, r"^/applications/(\d+)$"), BigInteger)
"""The id of the application that a mail is about, taken from its link."""


def listed(
    principal: Principal, *, before: int | None = None, only: int | None = None
) -> tuple[list[Failure], int | None]:
    """A page of the failures, newest first, and the id to request the next page with.

    Staff see the failures of applications that they may see; an administrator of everything sees all, but no titles.
    only: just this row.
    """
    wanted = (
        select(Outbox, Document.number, Application.id, Application.title)
        .outerjoin(Document, and_(Outbox.kind == "document", Document.id == _DOCUMENT))
        .outerjoin(
            Application,
            and_(
                Application.id == func.coalesce(Document.application_id, _MAIL),
                visible(Application, principal, (Side.OFFICE,)),
            ),
        )
        .where(Outbox.done_at.is_(None), Outbox.dead_at.is_not(None), _mine(principal))
    )
    if before is not None:
        wanted = wanted.where(Outbox.id < before)
    if only is not None:
        wanted = wanted.where(Outbox.id == only)
    rows = db.session.execute(wanted.order_by(Outbox.id.desc()).limit(PAGE + 1)).all()
    found = [
        Failure(row.id, row.kind, number or "", title or "", application, row.attempts, row.dead_at, _problem(row))
        for row, number, application, title in rows
        if row.dead_at
    ]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _mine(principal: Principal) -> ColumnElement[bool]:
    """All failures for an administrator of everything; for others those of applications that they may see."""
    return true() if principal.covers_everything(Role.ADMINISTRATOR) else Application.id.is_not(None)


def _problem(row: Outbox) -> str:
    """Why the row was given up, in today's words."""
    return REWORDED.get(row.problem, row.problem)
