"""The failed jobs as their page shows them: why each one failed, who is affected, and the one thing to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from grants.access.permissions import Permission
from grants.forms.failures import RetryForm
from grants.queries import failures
from grants.queries.failures import Failure, Parked
from grants.services.outbox import PATIENT_TRIES
from grants.web.site.authorization import principal
from grants.web.site.components import Link
from grants.web.site.pagination import Pages, page_position, pages
from workflows.engine.message import Message

REFUSED = re.compile(r"5\d\d ")
"""How the problem of a mail begins that the mail server has refused for good: with its reply code."""
ADDRESSED = {
    "link": Message("A person who has asked for a sign-in link"),
    "registration": Message("A person who is registering an organisation"),
    "invitation": Message("A person who has been invited"),
    "email_change": Message("A person who is changing their email address"),
}
"""To whom a mail was, which went to an address instead of an account."""


@dataclass(frozen=True, slots=True)
class Row:
    """A failed job. title: of the kind of job. affected: who is. remedy: what to do first. place: where to do it."""

    failure: Failure
    title: Message
    affected: Message
    remedy: Message
    place: Link | None


@dataclass(frozen=True, slots=True)
class FailuresPage:
    """Jobs that failed for good. clock: work of the clock that failed and is tried again; on the first page only.

    retried, already: how many of the selected jobs the reader has just retried, and how many somebody else had.
    """

    rows: Sequence[Row]
    pages: Pages
    clock: Sequence[Parked]
    form: RetryForm
    retried: Message | None = None
    already: Message | None = None


def index(form: RetryForm, *, retried: int = 0, already: int = 0) -> FailuresPage:
    """A page of the failures that the reader may see."""
    before = page_position("before")
    rows, after = failures.listed(principal(), before=before)
    clock = failures.parked(principal()) if before is None else []
    done = Message.counted("%(n)s job is being retried.", "%(n)s jobs are being retried.", n=retried)
    left = Message.counted(
        "%(n)s other job had been retried or had succeeded already.",
        "%(n)s other jobs had been retried or had succeeded already.",
        n=already,
    )
    return FailuresPage(
        [_row(one) for one in rows],
        pages(after, "failures.index"),
        clock,
        form,
        retried=done if retried else None,
        already=left if retried and already else None,
    )


def _row(failure: Failure) -> Row:
    title, affected, remedy = {"document": _document, "inspection": _inspection}.get(failure.kind, _mail)(failure)
    place = None
    if failure.recipient_id is not None and REFUSED.match(failure.problem) and principal().may(Permission.SET_PEOPLE):
        place = Link(gettext("Open the account"), url_for("persons.show", id=failure.recipient_id))
    return Row(failure, title, affected, remedy, place)


def _mail(failure: Failure) -> tuple[Message, Message, Message]:
    title = Message("Email: “%(subject)s”", subject=failure.subject) if failure.subject else Message("Email")
    named = Message("%(name)s, who has not received it", name=failure.recipient)
    affected = named if failure.recipient else ADDRESSED.get(failure.purpose, Message("A person without an account"))
    if REFUSED.match(failure.problem):
        remedy = Message("Find out whether the address is right. Retry once the mail server accepts it.")
    else:
        remedy = Message("Make sure that the mail server can be reached, then retry.")
    return title, affected, remedy


def _document(failure: Failure) -> tuple[Message, Message, Message]:
    affected = Message("The applicant, who cannot open it")
    if failure.applicant:
        affected = Message("%(name)s, which cannot open it", name=failure.applicant)
    if failure.tries >= PATIENT_TRIES:
        remedy = Message("Make room on the disk of the files or restore its connection, then retry.")
    elif not failure.unprinted:
        remedy = Message("Retry: the file is created again from the recorded data.")
    elif principal().may(Permission.REPLACE_DOCUMENT):
        remedy = Message("Correct the data that the reason names, then select “Create again”.")
    else:
        remedy = Message("Ask a programme officer to correct the data that the reason names.")
    return Message("Document %(number)s", number=failure.number), affected, remedy


def _inspection(failure: Failure) -> tuple[Message, Message, Message]:
    if failure.tries >= PATIENT_TRIES:
        remedy = Message("Start the virus scanner or make room on the disk of the files, then retry.")
    else:
        remedy = Message("Retry. If it fails again, ask the person to upload the file again.")
    return Message("Check of an uploaded file"), Message("The person who uploaded it: nobody can open it"), remedy
