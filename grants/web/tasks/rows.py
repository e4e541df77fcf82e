"""Tasks as rows of the inbox: each kind with its title, its reason and the page where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup

from grants.queries.tasks.task import Task
from grants.web.applications import listing
from grants.web.site.components import Link
from grants.web.site.formats import reference, translate
from workflows.engine.message import Message

SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task, drawn by `templates/macros/tasks.html`. on: its due date. at: the instant, if the limit is in hours.

    tone: late, soon or empty. why: the reason.
    """

    title: str
    why: str
    on: date | None
    tone: str
    link: Link
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task: its title with the place of the name, its reason, the text of its button and the endpoint.

    anchor: the place on that page.
    """

    title: Message
    why: Message
    button: Message
    endpoint: str
    anchor: str | None = None


KINDS = {
    "message": Kind(
        Message("Answer the message: %(title)s"),
        Message("The applicant has written to us."),
        Message("Read and answer"),
        "correspondence.show",
        "unread",
    ),
    "unread": Kind(
        Message("Read our message: %(title)s"),
        Message("The Foundation has written to you."),
        Message("Read message"),
        "correspondence.show",
        "unread",
    ),
    "triage": Kind(
        Message("Assess the alert: %(title)s"),
        Message("The applicant is waiting for our assessment."),
        Message("Assess alert"),
        "applications.show",
    ),
    "checks": Kind(
        Message("Eligibility checks: %(title)s"),
        Message("The application is waiting for eligibility checks."),
        Message("Complete eligibility checks"),
        "applications.show",
    ),
    "checks_again": Kind(
        Message("Complete the checks again: %(title)s"),
        Message(
            "A person who completed checks has since declared a conflict of interest or acted for an applicant to "
            "this call."
        ),
        Message("Complete eligibility checks"),
        "applications.show",
    ),
    "more_reviews": Kind(
        Message("Send back to review: %(title)s"),
        Message("The application has fewer valid reviews than the call requires."),
        Message("Send back to review"),
        "applications.show",
    ),
    "panel": Kind(
        Message("Recommend: %(title)s"),
        Message("The approver is waiting for your recommendation."),
        Message("Recommend"),
        "applications.show",
    ),
    "send_back": Kind(
        Message("Send the recommendation back: %(title)s"),
        Message(
            "The person who made it has since declared a conflict of interest or acted for an applicant to this call."
        ),
        Message("Send back"),
        "applications.show",
    ),
    "few_reviews": Kind(
        Message("Send the recommendation back: %(title)s"),
        Message("The application has fewer valid reviews than the call requires."),
        Message("Send back"),
        "applications.show",
    ),
    "decision": Kind(
        Message("Decide: %(title)s"),
        Message("An officer has made a recommendation."),
        Message("Decide"),
        "applications.show",
    ),
    "assign": Kind(
        Message("Invite reviewers: %(title)s"),
        Message("The call requires more reviewers than have been invited."),
        Message("Invite reviewers"),
        "assignments.new",
    ),
    "reviewed": Kind(
        Message("Send to panel: %(title)s"),
        Message("All required reviews have been submitted."),
        Message("Send to panel"),
        "applications.show",
    ),
    "advise": Kind(
        Message("Recommend: %(title)s"),
        Message("All required reviews have been submitted."),
        Message("Recommend"),
        "applications.show",
    ),
    "choose": Kind(
        Message("Decide: %(title)s"),
        Message("All required reviews have been submitted."),
        Message("Decide"),
        "applications.show",
    ),
    "countersign": Kind(
        Message("Countersign: %(title)s"),
        Message("The grantee has signed."),
        Message("Countersign"),
        "awards.show",
        "agreement",
    ),
    "condition": Kind(
        Message("Check whether the condition is met: %(title)s"),
        Message("The first instalment depends on it."),
        Message("Check condition"),
        "awards.show",
        "agreement",
    ),
    "unsigned": Kind(
        Message("Not signed in time: %(title)s"),
        Message("Ask the grantee whether they will sign."),
        Message("View grant"),
        "awards.show",
        "agreement",
    ),
    "take_back": Kind(
        Message("Not signed in time: %(title)s"),
        Message("Ask the grantee, or revoke the award."),
        Message("View grant"),
        "awards.show",
        "agreement",
    ),
    "close": Kind(
        Message("Close the grant: %(title)s"),
        Message("Nothing is left to report, pay or return."),
        Message("Close grant"),
        "applications.show",
    ),
    "received": Kind(
        Message("Review the report: %(title)s"),
        Message("Any instalment that depends on it waits for your approval."),
        Message("Review report"),
        "reports.show",
    ),
    "payable": Kind(
        Message("Prepare payments from %(title)s"),
        Message("The conditions are met."),
        Message("Prepare batch"),
        "batches.new",
    ),
    "batch_prepared": Kind(
        Message("Approve batch %(title)s"),
        Message("Another person prepared it."),
        Message("View batch"),
        "batches.show",
    ),
    "batch_approved": Kind(
        Message("Release payments in batch %(title)s"),
        Message("Two other people prepared and approved it."),
        Message("View batch"),
        "batches.show",
    ),
    "batch_released": Kind(
        Message("Confirm payments in batch %(title)s"),
        Message("Confirm them once the bank has made every payment."),
        Message("View batch"),
        "batches.show",
    ),
    "batch_lost": Kind(
        Message("Cancel batch %(title)s"),
        Message(
            "A person who prepared or approved it has since acted for an applicant, or declared a conflict of "
            "interest in a grant that it pays."
        ),
        Message("View batch"),
        "batches.show",
    ),
    "draft": Kind(
        Message("Finish and submit: %(title)s"),
        Message("It has not been submitted yet."),
        Message("Continue writing"),
        "drafts.write",
    ),
    "question": Kind(
        Message("Answer our question: %(title)s"),
        Message("Write your answer, change your application, or do both. Then resubmit it."),
        Message("Answer question"),
        "drafts.check",
        "answer-answer",
    ),
    "sign": Kind(
        Message("Sign the agreement: %(title)s"),
        Message("We pay only after both parties have signed."),
        Message("Read and sign"),
        "awards.show",
        "agreement",
    ),
    "report": Kind(
        Message("Write the report: %(title)s"),
        Message("Any instalment that depends on it is paid only after we approve it."),
        Message("Write report"),
        "reports.write",
    ),
    "report_question": Kind(
        Message("Answer our questions about the report: %(title)s"),
        Message("We have returned the report with questions."),
        Message("Answer questions"),
        "reports.write",
    ),
    "meet": Kind(
        Message("Meet the condition of the award: %(title)s"),
        Message("The first instalment depends on it. Tell your programme officer when it is met."),
        Message("Read condition"),
        "awards.show",
    ),
    "give_back": Kind(
        Message("Return unspent funds: %(title)s"),
        Message("The grant page shows the amount."),
        Message("View amount"),
        "awards.show",
    ),
    "expect": Kind(
        Message("Record returned funds: %(title)s"),
        Message("The grantee must return unspent funds. Record the payment when it arrives."),
        Message("Record payment"),
        "awards.show",
    ),
    "join": Kind(
        Message("Answer the request to join: %(title)s"),
        Message("A person asks to act for your organisation."),
        Message("View request"),
        "join_requests.show",
    ),
    "join_late": Kind(
        Message("Decide on the request to join: %(title)s"),
        Message("Nobody in the organisation has answered."),
        Message("View request"),
        "join_requests.show",
    ),
    "verify": Kind(
        Message("Verify the organisation: %(title)s"),
        Message(
            "It registered itself, or its legal details have changed. It cannot be awarded a grant until it is "
            "verified."
        ),
        Message("View organisation"),
        "organisations.show",
        "verification",
    ),
    "open_call": Kind(
        Message("Open the call: %(title)s"),
        Message("It is still a draft."),
        Message("View call"),
        "calls.show",
    ),
    "envelope": Kind(
        Message("Allocate money to a call: %(title)s"),
        Message("The call can open only when money is allocated to it."),
        Message("View fund"),
        "funds.show",
    ),
    "asked": Kind(
        Message("Answer the review invitation: %(title)s"),
        Message("You can read the proposal after you declare whether you have a conflict of interest."),
        Message("Declare whether you have a conflict"),
        "reviews.show",
    ),
    "ready": Kind(
        Message("Review: %(title)s"),
        Message("No one else can see your review until you submit it."),
        Message("Continue review"),
        "reviews.show",
    ),
}
"""The kinds of tasks that queries of the inbox return."""
REPORTS = frozenset({"report", "report_question", "received"})
"""The kinds of tasks whose party is the title of a report."""

AWARDS = frozenset({"sign", "meet", "give_back", "expect", "countersign", "take_back", "unsigned", "condition"})
"""The kinds of tasks whose party is the number of an award."""


def of(tasks: Sequence[Task]) -> list[TaskRow]:
    """Tasks as rows; the texts of each kind are translated only once."""
    texts = {kind: _translated(KINDS[kind]) for kind in {task.kind for task in tasks}}
    return [_row(task, *texts[task.kind]) for task in tasks]


def _translated(kind: Kind) -> tuple[str, str, str]:
    return translate(kind.title), translate(kind.why), translate(kind.button)


def _row(task: Task, title: str, why: str, button: str) -> TaskRow:
    kind = KINDS[task.kind]
    place: dict[str, Any] = {"fund" if task.kind == "payable" else "id": task.id}
    return TaskRow(
        title=title % {"title": task.title} if task.title else gettext("Finish and submit your untitled application"),
        why=Markup(" · ").join(part for part in (_party(task), why) if part),
        on=task.due_on,
        tone=listing.tone(task.due_on, SOON_DAYS),
        link=Link(button, url_for(kind.endpoint, _anchor=kind.anchor, **place)),
        at=task.due_at,
    )


def _party(task: Task) -> str:
    """The other party of the task, the title of the report, the award's number, or how many instalments are payable."""
    if task.kind in REPORTS and task.party:
        return translate(task.party)
    if task.kind in AWARDS:
        return reference(task.party)
    if task.kind != "payable":
        return task.party
    return str(ngettext("%(num)s instalment to pay", "%(num)s instalments to pay", int(task.party)))
