"""Effects of transitions of the applicant and the officer: submit, reopen, invite to the next stage."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from grants.db import db, now
from grants.models import (
    Application,
    Person,
    Submission,
    SubmissionContent,
    SubmissionIndicator,
    SubmissionLine,
)
from grants.queries.applications import drafts as unsent
from grants.services import documents, letters, numbering
from grants.services.applications import drafts, involvements
from grants.services.effects import Context
from grants.services.integrity import fingerprints
from reports.snapshots import Receipt
from workflows.deadlines import INVITED_LIMIT, ends_at, time_limit
from workflows.engine.message import Message, Value
from workflows.forms.completeness import Line
from workflows.forms.contents import FACTS, packed_answers, to_send
from workflows.programmes import programmes


def submit(application: Application, context: Context) -> dict[str, Value]:
    """Add the submission, empty the draft, assign the reference if there is none, and order the receipt.

    The submission time of the application stays unchanged when the applicant resubmits in answer to a question.
    """
    revised = context.case.step == "question"
    if not revised:
        application.submitted_at = context.case.arrived_at
    submission = _add(application, context)
    involvements.note(application, context.actor.person, "submitted")
    drafts.clear(application)
    application.invited_until = None
    submitter = db.session.get_one(Person, context.actor.person)
    series = [programmes()[application.call.programme].series] if application.reference is None else []
    *reference, receipt = numbering.draw(*series, documents.SERIES[Receipt])
    application.reference = reference[0] if reference else application.reference
    db.session.flush()
    letters.receipt(application, number=receipt, sent_by=submitter, arrived_at=context.case.arrived_at, revised=revised)
    return {
        "reference": application.reference,
        "at": context.case.arrived_at,
        "submission": submission.number,
        "sha256": submission.sha256,
    }


def _add(application: Application, context: Context) -> Submission:
    """Add a submission with the content of the draft, and show it as the application's."""
    content, answer = to_send(unsent.content(application)), str(context.answers.get("answer") or "")
    salt = secrets.token_hex(16)
    submission = Submission(
        application_id=application.id,
        number=1 + (application.submission.number if application.submission else 0),
        stage=application.stage,
        sha256=fingerprints.of_content(content, salt=salt, answer=answer),
        salt=salt,
        sent_at=context.case.arrived_at,
        sent_by=context.actor.person,
        written=SubmissionContent(content=packed_answers(content.answers), answer=answer),
        lines=[SubmissionLine(position=at, **_columns(line)) for at, line in enumerate(content.lines)],
        indicators=[SubmissionIndicator(position=at, **asdict(goal)) for at, goal in enumerate(content.goals)],
    )
    application.submission, application.asked = submission, content.asked
    for fact in FACTS:
        setattr(application, fact, content.answers[fact])
    return submission


def _columns(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ("what", "category", "quantity", "unit_cost", "total")}


def reopen(application: Application, context: Context) -> dict[str, Value]:
    """Make the draft anew from the newest submission, which itself stays unchanged."""
    drafts.renew(application)
    return {"until": answer_until(application) or Message("the date of our decision")}


def answer_until(application: Application) -> datetime | None:
    """The deadline for answering the question, counted from `step_at`; None where the call sets no limit."""
    return ends_at(application.call.data.clock, "question", application.step_at)


def invite(application: Application, context: Context) -> dict[str, Value]:
    """Make a new draft from the newest submission, and set the deadline for the next stage (default: 30 days)."""
    drafts.renew(application)
    limit = time_limit(application.call.data.clock, "invited") or INVITED_LIMIT
    application.invited_until = now() + limit.span
    db.session.flush()
    return {"until": application.invited_until}
