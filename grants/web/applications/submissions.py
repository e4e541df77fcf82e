"""The submissions of an application on its pages: which one is shown, and links to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, request, url_for

from grants.models import Application, Submission
from grants.queries.applications import submissions
from grants.web.site.authorization import principal
from workflows.forms.values import whole


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A submission in the list. present: whether it is the one that is shown. lost: its answers are not stored."""

    number: int
    sent_at: datetime
    by: str
    sha256: str
    url: str
    present: bool
    preserved: bool
    lost: bool
    answer: str


@dataclass(frozen=True, slots=True)
class SubmissionList:
    """The submissions of an application, newest first. changes_url: where two are compared; empty for one alone."""

    rows: tuple[SubmissionRow, ...]
    changes_url: str

    @property
    def shown(self) -> SubmissionRow | None:
        """The one that is shown; None while the draft is."""
        return next((row for row in self.rows if row.present), None)

    @property
    def earlier(self) -> bool:
        """Whether the one that is shown is not the newest."""
        return self.shown is not None and self.shown is not self.rows[0]


def chosen(found: Sequence[Submission], *, otherwise: Submission | None) -> Submission | None:
    """The submission that the address names by its number, else `otherwise`; 404 if the reader may not see it."""
    number = request.args.get("submission", type=whole)
    if "submission" not in request.args:
        return otherwise
    return next((one for one in found if one.number == number), None) or abort(404)


def of(application: Application) -> list[Submission]:
    """The submissions that the reader may see, newest first."""
    return submissions.of(application, principal())


def listed(
    application: Application, found: Sequence[Submission], shown: Submission | None, part: str = ""
) -> SubmissionList:
    """The list of submissions with links that stay on the page. part: the part of the application, if it has one."""
    several = url_for("applications.changes", id=application.id) if len(found) > 1 else ""
    return SubmissionList(tuple(_row(application, one, shown, part) for one in found), several)


def address(application: Application, part: str, submission: Submission | None) -> str:
    """The URL of a part of the application, or of its page, that shows this submission."""
    older = submission is not None and submission.id != application.submission_id
    return _url(application, part, submission.number if submission and older else None)


def _url(application: Application, part: str, number: int | None) -> str:
    if part:
        return url_for("applications.part", id=application.id, part=part, submission=number)
    return url_for("applications.show", id=application.id, submission=number)


def _row(application: Application, one: Submission, shown: Submission | None, part: str) -> SubmissionRow:
    return SubmissionRow(
        number=one.number,
        sent_at=one.sent_at,
        by=one.person.name if one.person else "",
        sha256=one.sha256,
        url=_url(application, part, one.number),
        present=one is shown,
        preserved=one.preserved,
        lost=submissions.lost(one),
        answer=one.written.answer,
    )
