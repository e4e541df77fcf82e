"""Jobs that failed for good, documents and mails, and work of the clock that failed and is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, select, true
from sqlalchemy.orm import joinedload
from sqlalchemy.types import BigInteger

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import Side, db
from grants.models import Application, ClockFailure, Document, Outbox, Person
from workflows.engine.message import Message
from workflows.engine.reworded import REWORDED
from workflows.engine.roles import Role
from workflows.programmes import programmes

PAGE = 50
DAILY = "daily_mail "
"""Before the id of a person whose daily email is due, in the key of its failure."""
ROLE = "role "
"""Before the id of a role whose end is due, in the key of its failure."""
PURPOSES = ("link", "registration", "invitation", "email_change")
"""The keys of the arguments of mails to an address, by what the mail is for."""
REPLY = "reply "
"""Before the name of a file with a reply by mail, in the key of its failure."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One job that was given up.

    number: the document's, empty for a mail. unprinted: the id of a document that was never printed. title, subject,
    applicant: of the application, of the mail about it and of its organisation; empty for a principal who may not see
    the application. recipient, recipient_id: of a mail to a person with an account. purpose: of another mail.
    """

    id: int
    kind: str
    number: str
    unprinted: int | None
    title: str
    application_id: int | None
    tries: int
    given_up_at: datetime
    problem: str
    subject: Message | None = None
    applicant: str = ""
    recipient: str = ""
    recipient_id: int | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """Work of the clock that failed. title: the application's, empty for work that is about none or may not be seen."""

    work: Message
    title: str
    application_id: int | None
    tries: int
    at: datetime
    next_at: datetime
    problem: str


REMIND = "remind_"
"""How the keys of reminders begin."""

WORK = {
    "due": Message("Search for transitions that are due"),
    "digest": Message("Digest of the history for auditors"),
    "figures": Message("Public figures"),
    "idempotency": Message("Deletion of expired records"),
    "sessions": Message("Deletion of expired records"),
    "links": Message("Deletion of expired records"),
    "devices": Message("Deletion of expired records"),
    "email_changes": Message("Deletion of expired records"),
    "registrations": Message("Deletion of expired records"),
    "trusted_devices": Message("Deletion of expired records"),
    "outbox": Message("Deletion of expired records"),
    "reminders": Message("Deletion of expired records"),
    "quarantine": Message("Deletion of files left in quarantine"),
    "reply_addresses": Message("Deletion of expired records"),
    "replies": Message("Replies by email"),
    "daily_mails": Message("Deletion of expired records"),
    "daily_emails": Message("Daily emails"),
    "roles": Message("Ending of roles that have reached their end date"),
    "role_reminders": Message("Reminders that a role is ending"),
    "sealing": Message("Checkpoints of the history"),
}
"""What the clock does beside applying transitions."""


def _id(text: ColumnElement[str]) -> ColumnElement[int]:
    """The id in a text; null where it holds none, as in an argument that no job could work with."""
    return case((text.regexp_match(r"^\d{1,18}$"), cast(text, BigInteger)))


_DOCUMENT = _id(Outbox.args["document"].astext)
_PERSON = _id(Outbox.args["person"].astext)
_UNPRINTED = case((Outbox.args["again"].astext.is_(None), Document.id))
"""The id of a document that is printed for the first time."""
_LINKED = _id(func.substring(Outbox.args["path"].astext, r"^/applications/(\d+)$"))
_MAIL = func.coalesce(_id(Outbox.args["application"].astext), _LINKED)
"""The id of the application that a mail is about. Earlier releases stored it in the link of the mail only."""


def listed(
    principal: Principal, *, before: int | None = None, only: int | None = None
) -> tuple[list[Failure], int | None]:
    """A page of the failures, newest first, and the id to request the next page with.

    Staff see the failures of applications that they may see; an administrator of everything sees all, but no titles.
    only: just this row.
    """
    wanted = _jobs(principal).where(Outbox.done_at.is_(None), Outbox.dead_at.is_not(None))
    if before is not None:
        wanted = wanted.where(Outbox.id < before)
    if only is not None:
        wanted = wanted.where(Outbox.id == only)
    rows = db.session.execute(wanted.order_by(Outbox.id.desc()).limit(PAGE + 1)).all()
    found = [_failure(*row) for row in rows if row[0].dead_at]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _failure(
    row: Outbox, number: str | None, application: Application | None, new: int | None, recipient: Person | None
) -> Failure:
    args = row.args if isinstance(row.args, dict) else {}
    subject = args.get("subject") if application else None
    return Failure(
        id=row.id,
        kind=row.kind,
        number=number or "",
        unprinted=new,
        title=application.title if application else "",
        application_id=application.id if application else None,
        tries=row.attempts,
        given_up_at=row.dead_at or row.created_at,
        problem=_problem(row),
        subject=Message.from_json(subject) if isinstance(subject, dict) else None,
        applicant=application.organisation.name if application else "",
        recipient=recipient.name if recipient else "",
        recipient_id=recipient.id if recipient else None,
        purpose=next((purpose for purpose in PURPOSES if purpose in args), ""),
    )


def known(principal: Principal, id: int) -> bool:
    """Whether the principal may know of this job, in any state: given up, tried again, or done."""
    return db.session.execute(_jobs(principal).where(Outbox.id == id)).first() is not None


def _jobs(principal: Principal) -> Select[Outbox, str, Application, int, Person]:
    """The jobs of which the principal may know, each with number, application where they may see it, and recipient."""
    own = visible(Application, principal, (Side.OFFICE,))
    return (
        select(Outbox, Document.number, Application, _UNPRINTED, Person)
        .outerjoin(Document, and_(Outbox.kind == "document", Document.id == _DOCUMENT))
        .outerjoin(Application, and_(Application.id == func.coalesce(Document.application_id, _MAIL), own))
        .outerjoin(Person, Person.id == _PERSON)
        .where(_mine(principal))
        .options(joinedload(Application.organisation))
    )


def parked(principal: Principal) -> list[Parked]:
    """The failures of the clock, newest first, at most PAGE: for whom and with which titles as `listed`."""
    own = and_(Application.id == ClockFailure.application_id, visible(Application, principal, (Side.OFFICE,)))
    rows = db.session.execute(
        select(ClockFailure, Application.id, Application.title)
        .outerjoin(Application, own)
        .where(_mine(principal))
        .order_by(ClockFailure.at.desc(), ClockFailure.id.desc())
        .limit(PAGE)
    )
    return [
        Parked(_work(row.task), title or "", application, row.tries, row.at, row.next_at, row.problem)
        for row, application, title in rows
    ]


def _work(task: str) -> Message:
    """The name of the work: of a transition, its title."""
    if task.startswith(REPLY):
        return Message("Reply by email, file %(name)s", name=task.removeprefix(REPLY))
    if task.startswith(ROLE):
        return WORK["roles"]
    if task.startswith(DAILY):
        return WORK["daily_emails"]
    if task.startswith(REMIND):
        return Message("Reminder by email")
    timed = (row for programme in programmes().values() for row in programme.flow.timed() if row.key == task)
    title = next((Message(row.title) for row in timed), None)
    return WORK.get(task) or title or Message("Scheduled job")


def _mine(principal: Principal) -> ColumnElement[bool]:
    """All failures for an administrator of everything; for others those of applications that they may see."""
    return true() if principal.covers_everything(Role.ADMINISTRATOR) else Application.id.is_not(None)


def _problem(row: Outbox) -> str:
    """Why the row was given up, in today's words."""
    return REWORDED.get(row.problem, row.problem)
