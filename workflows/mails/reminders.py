"""Reminders: what is due, how many days before and after its day a mail is sent, and in which words.

A reminder is sent once, and not after the thing is done. Of several whose days have passed, as after an outage, the
last one is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.flow import Notification
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.flows.notifications import AWARDED, INVITED_TO_REVIEW, RETURNED
from workflows.mails.grants import RETURN_FUNDS


class Kind(StrEnum):
    """What can be due."""

    DRAFT = "draft"
    ANSWER = "answer"
    REVIEW = "review"
    SIGNATURE = "signature"
    CONDITION = "condition"
    REPORT = "report"
    REPAYMENT = "repayment"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of the reminders, negative before the day that is due, and their mails before and after it."""

    days: tuple[int, ...]
    before: Notification
    after: Notification | None = None


DRAFT = Notification(
    Role.APPLICANT,
    N_("Submit by %(until)s: your draft for “%(call)s”"),
    N_(
        "Your draft for the call “%(call)s” has not been submitted yet. Submit it by %(until)s; after that it can no "
        "longer be submitted. If you do not want to apply, you do not have to do anything."
    ),
    key="remind_draft",
    occasion="7 days and 1 day before the deadline, while the draft is not submitted.",
)
ANSWER = Notification(
    Role.APPLICANT,
    RETURNED.subject,
    N_(
        "We are waiting for your answer to our question about your %(proposal)s. Answer in writing, update your "
        "%(proposal)s, or do both. Then resubmit it by %(until)s."
    ),
    key="remind_answer",
    occasion="3 days and 1 day before the end of the time to answer.",
)
REVIEW = Notification(
    Role.REVIEWER,
    INVITED_TO_REVIEW.subject,
    N_(
        "Your review of application %(reference)s in the call “%(call)s” is due on %(day)s. Submit it by then, or "
        "decline it on its page, so that we can invite another reviewer."
    ),
    key="remind_review",
    occasion="7 days and 1 day before the review is due.",
)
REVIEW_LATE = Notification(
    Role.REVIEWER,
    N_("Review overdue since %(day)s: application %(reference)s, “%(call)s”"),
    N_(
        "Your review of application %(reference)s in the call “%(call)s” was due on %(day)s. Submit it now, or decline "
        "it on its page, so that we can invite another reviewer."
    ),
    key="remind_review_late",
    occasion="3 days after the review was due.",
)
SIGNATURE = Notification(
    Role.APPLICANT,
    AWARDED.subject,
    N_(
        "Your organisation has not signed the agreement on the award of %(amount)s yet. Read and sign it online by "
        "%(until)s. We cannot pay anything before both parties have signed."
    ),
    key="remind_signature",
    occasion="7 days and 1 day before the agreement must be signed.",
)
SIGNATURE_LATE = Notification(
    Role.APPLICANT,
    N_("Signature overdue since %(until)s: %(title)s"),
    N_(
        "Your organisation should have signed the agreement on the award of %(amount)s by %(until)s. Sign it online "
        "now, or tell your programme officer what prevents you from signing."
    ),
    key="remind_signature_late",
    occasion="1 day and 7 days after the agreement should have been signed.",
)
CONDITION = Notification(
    Role.APPLICANT,
    N_("Meet the condition of your award by %(day)s: %(title)s"),
    N_(
        "Your award has a condition that has not been confirmed as met:\n\n%(condition)s\n\nThe project starts on "
        "%(day)s, and the first instalment is paid only when the condition is met. Send the evidence to your "
        "programme officer."
    ),
    key="remind_condition",
    occasion="30 days and 7 days before the project starts, while the condition of the award is not met.",
)
CONDITION_LATE = Notification(
    Role.APPLICANT,
    N_("Condition of your award not met since %(day)s: %(title)s"),
    N_(
        "Your award has a condition that has not been confirmed as met:\n\n%(condition)s\n\nThe project started on "
        "%(day)s, and the first instalment is paid only when the condition is met. Send the evidence to your "
        "programme officer."
    ),
    key="remind_condition_late",
    occasion="7 days after the project has started, while the condition of the award is not met.",
)
REPORT = Notification(
    Role.APPLICANT,
    N_("Report by %(day)s: %(title)s"),
    N_("Your %(name)s is due on %(day)s. Fill it in and submit it online by then."),
    key="remind_report",
    occasion="30 days and 7 days before a report is due.",
)
REPORT_LATE = Notification(
    Role.APPLICANT,
    N_("Report overdue since %(day)s: %(title)s"),
    N_(
        "Your %(name)s was due on %(day)s and has not been submitted. Submit it now, or write to your programme "
        "officer if you cannot. While a report is overdue, no further instalment is paid."
    ),
    key="remind_report_late",
    occasion="1 day and 14 days after a report was due.",
)
REPAYMENT = Notification(
    Role.APPLICANT,
    RETURN_FUNDS.subject,
    N_(
        "We have not received the %(unused)s of unspent funds yet. Return them by %(day)s, and quote %(number)s as the "
        "payment reference. Ask your programme officer which account to use."
    ),
    key="remind_repayment",
    occasion="7 days and 1 day before unspent funds must be returned.",
)
REPAYMENT_LATE = Notification(
    Role.APPLICANT,
    N_("Unspent funds overdue since %(day)s: %(title)s"),
    N_(
        "We have not received the %(unused)s of unspent funds that were due to be returned by %(day)s. Return them "
        "now, and quote %(number)s as the payment reference. Write to your programme officer if you cannot."
    ),
    key="remind_repayment_late",
    occasion="1 day and 14 days after unspent funds should have been returned.",
)
SCHEDULES = {
    Kind.DRAFT: Schedule((-7, -1), DRAFT),
    Kind.ANSWER: Schedule((-3, -1), ANSWER),
    Kind.REVIEW: Schedule((-7, -1, 3), REVIEW, REVIEW_LATE),
    Kind.SIGNATURE: Schedule((-7, -1, 1, 7), SIGNATURE, SIGNATURE_LATE),
    Kind.CONDITION: Schedule((-30, -7, 7), CONDITION, CONDITION_LATE),
    Kind.REPORT: Schedule((-30, -7, 1, 14), REPORT, REPORT_LATE),
    Kind.REPAYMENT: Schedule((-7, -1, 1, 14), REPAYMENT, REPAYMENT_LATE),
}
