"""The outbox: documents to print and mails to send, stored in the same transaction as their cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, and_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from grants.access.principals import load_principal
from grants.db import GRANTS_NOW, autocommit, db, now
from grants.models import (
    Application,
    Attachment,
    Document,
    DocumentSnapshot,
    EmailChange,
    Invitation,
    Organisation,
    Outbox,
    Person,
)
from grants.queries import failures
from grants.services import authority, locking, retention
from grants.services.refusals import Refused
from workflows.engine.flow import Notification
from workflows.engine.message import Value
from workflows.engine.roles import Actor, Role
from workflows.engine.urgency import Urgency

LETTERS, DEFAULT = "letters", "default"
QUEUES = (LETTERS, DEFAULT)
LEASE = timedelta(seconds=90)
PAUSE = timedelta(seconds=2)
LONGEST = timedelta(hours=1)
"""The pause after an attempt doubles from twice PAUSE up to this."""
AGAIN = timedelta(seconds=10)
TRIES = 5
PATIENT_TRIES = 58
"""Attempts while the world outside cannot be reached: with their pauses they take two days."""
RETENTION = timedelta(days=90)
"""How long sent mails are kept, to answer whether and when somebody was written to."""

ROWS = Outbox.metadata.tables[Outbox.__tablename__]
FREE = and_(
    or_(ROWS.c.leased_until.is_(None), ROWS.c.leased_until < GRANTS_NOW),
    or_(ROWS.c.not_before.is_(None), ROWS.c.not_before <= GRANTS_NOW),
)
"""Nobody works on the row, and the pause after its last failure is over, however often it stands in the queue."""
ORDERED = (
    select(
        func.jsonb_build_object(
            *("id", Document.id, "application", Document.application_id, "kind", Document.kind),
            *("number", Document.number, "snapshot", DocumentSnapshot.data),
            type_=JSONB,
        )
    )
    .select_from(DocumentSnapshot)
    .join(Document)
    .where(
        DocumentSnapshot.document_id
        == case((ROWS.c.args["document"].astext.regexp_match("^[0-9]{1,9}$"), ROWS.c.args["document"].as_integer()))
    )
    .correlate(ROWS)
    .scalar_subquery()
)
"""The document to print, if the row names one."""
UNHURRIED = func.set_config("synchronous_commit", "off", True)
"""The commit of this transaction does not wait for the disk. Only for the work on a document: if the database server
ends within that second, it is as if the worker had ended, and the document is printed again with the same content.
What a later commit has waited for is never lost, because the disk gets all commits in their order."""
CLAIM = (
    update(ROWS)
    .where(ROWS.c.id == bindparam("row"), ROWS.c.done_at.is_(None), ROWS.c.dead_at.is_(None), FREE)
    .values(
        attempts=ROWS.c.attempts + 1,
        lost=ROWS.c.lost + case((ROWS.c.leased_until.is_(None), 0), else_=1),
        leased_until=GRANTS_NOW + bindparam("lease", type_=Interval),
    )
    .returning(
        ROWS.c.attempts,
        ROWS.c.kind,
        ROWS.c.args,
        ORDERED.label("ordered"),
        case((ROWS.c.kind == "document", UNHURRIED)),
    )
)
"""Claims a row."""
GIVEN_UP = select(ROWS.c.id).where(ROWS.c.id == bindparam("row"), ROWS.c.dead_at.is_not(None))
FINISH = (
    update(ROWS)
    .where(ROWS.c.id == bindparam("row"), ROWS.c.attempts == bindparam("token"), ROWS.c.done_at.is_(None))
    .values(done_at=GRANTS_NOW, leased_until=None, problem=bindparam("problem", ""))
)
"""Updates the row only for its newest claim, so that what is joined to this statement happens once."""


def print_document(document: Document) -> Outbox:
    """Queue a document for printing."""
    [row] = _put([Outbox(kind="document", queue=LETTERS, args={"document": document.id})])
    return row


def list_failure(document: Document, *, problem: str) -> None:
    """List a printed document among the failures, unless a row of the outbox is to print it already.

    The caller holds the history of its application, so that it is listed once.
    """
    if db.session.scalar(select(Outbox.id).where(_prints(document)).limit(1)) is None:
        args: dict[str, object] = {"document": document.id, "again": True}
        _put([Outbox(kind="document", queue=LETTERS, args=args, dead_at=now(), problem=problem)])


def print_again(document: Document) -> None:
    """Schedule one more attempt for a document that is listed among the failures."""
    _revive(_prints(document))


def abandon(document: Document) -> str | None:
    """Take a document that could not be created off the failures for good; returns why it was given up.

    None if it is not given up: it was created or is being created, or somebody retries it. Nobody can retry it
    afterwards.
    """
    given_up = update(Outbox).where(
        _prints(document), Outbox.dead_at.is_not(None), Outbox.args["again"].astext.is_(None)
    )
    taken = given_up.values(dead_at=None, done_at=GRANTS_NOW).returning(Outbox.problem)
    return db.session.scalar(taken.execution_options(synchronize_session=False))


def _prints(document: Document) -> ColumnElement[bool]:
    """Whether a row of the outbox is still to print the document."""
    return and_(Outbox.kind == "document", Outbox.done_at.is_(None), Outbox.args["document"].astext == str(document.id))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail about an application, an organisation or the whole system, written later in the language of each person.

    notification: of the register of mails, with its values. role: in which they get it, if not that of the
    notification; who no longer sees the application in that role when the mail is written, no longer acts for the
    organisation, or without both no longer has the role for everything, gets none. path: the page that the mail links
    to.
    """

    people: Iterable[Person]
    notification: Notification
    values: Mapping[str, Value]
    application: Application | None
    path: str
    organisation: Organisation | None = None
    role: Role | None = None


def mail(one: Mail) -> None:
    """Queue one mail."""
    mail_all([one])


def mail_all(mails: Iterable[Mail]) -> None:
    """Queue these mails, in one statement."""
    _put([Outbox(kind="mail", queue=DEFAULT, args=args) for mail in mails for args in _letters(mail)])


def mail_account(
    person: Person, notification: Notification, values: Mapping[str, Value] | None = None, *, path: str = "/account"
) -> None:
    """Queue a mail to a person about their own account, which they get whatever their roles, unless it has ended."""
    words = _words(notification, values or {}, path)
    _put([Outbox(kind="mail", queue=DEFAULT, args={"person": person.id, "own": True, **words})])


def inspect(attachment: Attachment) -> None:
    """Queue the inspection of an uploaded file."""
    _put([Outbox(kind="inspection", queue=DEFAULT, args={"attachment": attachment.id})])


def mail_email_change(change: EmailChange, mails: Sequence[str]) -> None:
    """Queue the mails of a change of an address, whose links are issued when they are written."""
    _put([Outbox(kind="mail", queue=DEFAULT, args={"email_change": change.id, "mail": str(one)}) for one in mails])


def mail_message(people: Iterable[Person], *, application: Application, role: Role, message: int) -> None:
    """Queue the mails of a message. They are written from its row, so the outbox does not hold its text."""
    about: dict[str, object] = {"role": str(role), "application": application.id, "message": message}
    _put([Outbox(kind="mail", queue=DEFAULT, args={"person": person.id, **about}) for person in people])


def mail_daily(id: int, *, person: Person) -> None:
    """Queue a daily email. It is written from the mails that were collected for it."""
    _put([Outbox(kind="mail", queue=DEFAULT, args={"daily_mail": id, "person": person.id})])


def mail_link(*, account: str, purpose: str) -> None:
    """Queue a mail with a one-time link, which is issued when the mail is written.

    account: the hash of the email address, which may belong to nobody and is therefore not stored itself.
    """
    _put([Outbox(kind="mail", queue=DEFAULT, args={"link": purpose, "account": account})])


def mail_registration(id: int) -> None:
    """Queue the mail with the link of a registration, whose token is made when the mail is written."""
    _put([Outbox(kind="mail", queue=DEFAULT, args={"registration": id})])


def mail_invitation(invitation: Invitation) -> None:
    """Queue the mail of an invitation, whose token is issued when the mail is written."""
    _put([Outbox(kind="mail", queue=DEFAULT, args={"invitation": invitation.id})])


def mail_members(
    people: Iterable[Person],
    notification: Notification,
    values: Mapping[str, Value],
    *,
    organisation: Organisation,
    left: bool = False,
) -> None:
    """Queue a mail about an organisation to each of these members.

    A person who no longer acts for it when the mail is written gets none, unless the mail is about that they have left.
    """
    path = "/" if left else f"/organisations/{organisation.id}"
    words = _words(notification, values, path)
    about: dict[str, object] = {"organisation": organisation.id, "left": left}
    _put([Outbox(kind="mail", queue=DEFAULT, args={"person": one.id, **about, **words}) for one in people])


def _letters(mail: Mail) -> list[dict[str, object]]:
    """The arguments of the mail to each person."""
    words = _words(mail.notification, mail.values, mail.path)
    about: dict[str, object] = {"role": str(mail.role or mail.notification.to)}
    if mail.application is not None:
        about["application"] = mail.application.id
    if mail.organisation is not None:
        about["organisation"] = mail.organisation.id
    return [{"person": person.id, **about, **words} for person in mail.people]


def _words(notification: Notification, values: Mapping[str, Value], path: str) -> dict[str, object]:
    """What the mail says, as it is stored."""
    headline, body = notification.headline(values), notification.body(values)
    waits = {} if notification.urgency is Urgency.URGENT else {"urgency": str(notification.urgency)}
    return {"subject": headline.as_json(), "text": body.as_json(), "path": path, **waits}


def _put(rows: Sequence[Outbox]) -> Sequence[Outbox]:
    db.session.add_all(rows)
    db.session.flush()
    return rows


@dataclass(frozen=True, slots=True)
class Claim:
    """An outbox row that a worker has claimed. `token` is the number of the attempt; earlier claims are void.

    ordered: of a document, its `id`, `application`, `kind`, `number` and `snapshot`, which never change; None for a
    mail, and when the snapshot has been erased.
    """

    id: int
    token: int
    kind: str
    args: Mapping[str, Any]
    ordered: Mapping[str, Any] | None = None


NOBODY = Claim(id=0, token=0, kind="", args={})
"""A claim of a row that does not exist."""


class Fenced(RuntimeError):
    """The row is done already, or another worker has claimed it since."""

    def __init__(self, held: Claim) -> None:
        super().__init__(f"outbox row {held.id}: claim {held.token} is no longer valid")


def claim(id: int) -> Claim | None:
    """Claim the row until the lease ends, in a statement of its own.

    Returns None when the row is done, given up, waiting for its next attempt, or claimed by another worker whose lease
    has not ended.
    """
    with autocommit() as connection:
        row = connection.execute(CLAIM, {"row": id, "lease": LEASE}).first()
    return Claim(id, row.attempts, row.kind, row.args, row.ordered) if row else None


def finish(held: Claim, *, problem: str = "") -> None:
    """Mark the row done, in a statement of its own. Raises Fenced unless this is its newest claim.

    problem: why nothing was sent, if there was no longer anything to do.
    """
    with autocommit() as connection:
        values = {"row": held.id, "token": held.token, "problem": problem}
        if not connection.execute(FINISH, values).rowcount:
            raise Fenced(held)


def fail(held: Claim, *, problem: str, lasting: bool = False, passing: bool = False) -> None:
    """Record a failed attempt: schedule the next one after a doubling pause, or give the row up.

    A row is given up at once when the problem is `lasting`, after PATIENT_TRIES attempts when it is `passing`, and
    otherwise after TRIES. Changes nothing when this is not the newest claim.
    """
    dead = lasting or held.token >= (PATIENT_TRIES if passing else TRIES)
    next_at = GRANTS_NOW + pause(held.token)
    values = {"leased_until": None, "problem": problem, "next_at": next_at, "not_before": next_at}
    if dead:
        values["dead_at"] = GRANTS_NOW
    rows = update(Outbox).where(Outbox.id == held.id, Outbox.attempts == held.token, Outbox.done_at.is_(None))
    db.session.execute(rows.values(**values).execution_options(synchronize_session=False))


def pause(attempt: int) -> timedelta:
    """The pause after this attempt."""
    return min(PAUSE * 2 ** min(attempt, 20), LONGEST)


def due(most: int, queue: str) -> list[int]:
    """Lock up to `most` due rows of a queue, oldest first, and return their ids. Rows locked elsewhere are skipped."""
    unfinished = (Outbox.queue == queue, Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
    waiting = select(Outbox.id).where(*unfinished, Outbox.next_at <= GRANTS_NOW, FREE).order_by(Outbox.id)
    return list(db.session.scalars(waiting.limit(most).with_for_update(skip_locked=True)))


def due_since() -> datetime | None:
    """Since when the row has been due that waits longest for the relay; None if none is due."""
    due = and_(Outbox.done_at.is_(None), Outbox.dead_at.is_(None), Outbox.next_at <= GRANTS_NOW, FREE)
    return db.session.scalar(select(func.min(Outbox.next_at)).where(due))


def enqueued(ids: Sequence[int]) -> None:
    """Record that the rows were enqueued: they are due again after AGAIN, in case the queue loses them."""
    due_again = update(Outbox).where(Outbox.id.in_(ids)).values(next_at=GRANTS_NOW + AGAIN)
    db.session.execute(due_again.execution_options(synchronize_session=False))


def bury() -> int:
    """Give up the rows on which the worker stopped TRIES times, the last time too; returns how many.

    So are the rows of a queue that no worker reads.
    """
    worn, astray = and_(Outbox.lost + 1 >= TRIES, Outbox.leased_until < GRANTS_NOW), Outbox.queue.not_in(QUEUES)
    rows = update(Outbox).where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None), or_(worn, astray))
    problem = case((astray, "There is no such queue."), else_="The worker stopped at every attempt.")
    gone = rows.values(dead_at=GRANTS_NOW, leased_until=None, problem=problem)
    return int(db.session.execute(gone.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def purge() -> None:
    """Delete mails that were sent, or that nobody was entitled to, and inspections that ended, RETENTION ago.

    The texts of mails are personal. The rows of documents stay, because their files refer to them, and so does what was
    given up.
    """
    old = Outbox.done_at < GRANTS_NOW - RETENTION
    retention.delete_oldest(Outbox.id, Outbox.done_at, Outbox.kind != "document", old)


def retry(id: int, *, actor: Actor) -> bool:
    """Schedule one more attempt for a row that was given up; returns False when it is not given up.

    The number of attempts is not reset, so earlier claims stay void, and a further failure gives the row up again.
    Raises Refused unless the actor may still know of the failure in their role.
    """
    locking.hold(actor=actor)
    if db.session.scalar(GIVEN_UP, {"row": id}) is None:
        return False
    reader = load_principal(db.session.get_one(Person, actor.person)).limited_to({actor.role})
    if not failures.listed(reader, only=id)[0]:
        if db.session.scalar(GIVEN_UP, {"row": id}) is None:  # another person has retried it meanwhile
            return False
        raise Refused(authority.LOST)
    return _revive(Outbox.id == id)


def _revive(wanted: ColumnElement[bool]) -> bool:
    """Schedule one more attempt for rows that were given up; returns whether there are any."""
    values = {"dead_at": None, "leased_until": None, "next_at": GRANTS_NOW, "not_before": None, "lost": TRIES - 1}
    revived = update(Outbox).where(wanted, Outbox.dead_at.is_not(None), Outbox.done_at.is_(None)).values(**values)
    result = db.session.execute(revived.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]
