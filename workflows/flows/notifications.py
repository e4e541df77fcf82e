"""The mails that the transitions of calls, applications and assignments send.

Their placeholders are `title`, `reference`, `proposal` (what is submitted in this stage), `at`, `until`, `amount`,
`appeal_until` and the fields of the transition: `question`, `feedback`, `reason`; a text that need not be entered comes
with its label. Those to officers have `organisation` (the applicant) too. Those about an assignment have `name` (of the
reviewer), `call` and `day` (when the review is due) too; those about a call have `call` and `until`.
"""

from __future__ import annotations

from workflows.engine.flow import Notification
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.engine.urgency import Urgency

SENT = Notification(
    Role.APPLICANT,
    N_("We received your %(proposal)s: %(title)s"),
    N_(
        "We received your %(proposal)s on %(at)s. Its reference number is %(reference)s. You do not need to do "
        "anything now. We will write to you if we have a question, and when we have made a decision."
    ),
)
REVISED = Notification(
    Role.APPLICANT,
    N_("We received your answer: %(title)s"),
    N_(
        "On %(at)s, we received your answer to our question about your %(proposal)s. The reference number is still "
        "%(reference)s. You do not need to do anything now. We will write to you if we have another question, and "
        "when we have made a decision."
    ),
)
ALERTED = Notification(
    Role.APPLICANT,
    N_("Alert received: %(title)s"),
    N_(
        "We received your alert on %(at)s. Its reference number is %(reference)s. A programme officer will assess it "
        "next. You do not need to do anything now."
    ),
)
RETURNED = Notification(
    Role.APPLICANT,
    N_("Answer our question by %(until)s: %(title)s"),
    N_(
        "We have a question about your %(proposal)s:\n\n%(question)s\n\nAnswer in writing, update your "
        "%(proposal)s, or do both. Then resubmit it by %(until)s."
    ),
)
INVITED = Notification(
    Role.APPLICANT,
    N_("Submit your full proposal by %(until)s: %(title)s"),
    N_("We invite you to submit a full proposal. Write it and submit it by %(until)s."),
)
WANTED = Notification(
    Role.APPLICANT,
    N_("Submit your mini-proposal by %(until)s: %(title)s"),
    N_("We have accepted your alert. Write the mini-proposal and submit it by %(until)s."),
)
DECLINED = Notification(
    Role.APPLICANT,
    N_("Not selected for funding: %(title)s"),
    N_(
        "We are sorry to tell you that your %(proposal)s was not selected for funding. These are our reasons:\n\n"
        "%(feedback)s\n\nYou will find the decision letter on your application page. If these reasons contain a "
        "factual error, you can appeal until %(appeal_until)s; the letter explains how."
    ),
)
INELIGIBLE = Notification(
    Role.APPLICANT,
    N_("Not eligible: %(title)s"),
    N_(
        "Thank you for your %(proposal)s. We are sorry to tell you that it does not meet the rules of this call, so we "
        "cannot consider it for funding. These are our reasons:\n\n%(feedback)s\n\nYou will find the decision letter "
        "on your application page. If these reasons contain a factual error, you can appeal until %(appeal_until)s; "
        "the letter explains how."
    ),
)
AWARDED = Notification(
    Role.APPLICANT,
    N_("Sign by %(until)s: %(title)s"),
    N_(
        "We have awarded your project %(amount)s. Read and sign the agreement online by %(until)s. Open the page "
        "below to read the award letter and the agreement."
    ),
)
EARLIER = (
    N_("Award of %(amount)s: %(title)s"),
    N_(
        "We have awarded your project %(amount)s. You will find the award letter on your application page. Sign the "
        "agreement by the date stated in the letter."
    ),
    N_("Proposal received: %(title)s"),
    N_(
        "We received your proposal on %(at)s. Its reference number is %(reference)s. You do not need to do anything "
        "now. We will write to you if we have a question, and when we have made a decision."
    ),
    N_("Revised proposal received: %(title)s"),
    N_(
        "We received your revised proposal on %(at)s. It replaces the earlier version; its reference number is still "
        "%(reference)s. You do not need to do anything now. We will write to you if we have another question, and "
        "when we have made a decision."
    ),
    N_("Answer our question: %(title)s"),
    N_(
        "We have a question about your proposal:\n\n%(question)s\n\nChange the proposal and submit it again by "
        "%(until)s."
    ),
    N_(
        "We are sorry to tell you that your project was not selected for funding. These are our "
        "reasons:\n\n%(feedback)s\n\nYou will find the decision letter on your application page. If these reasons "
        "contain a factual error, you can appeal until %(appeal_until)s; the letter explains how."
    ),
    N_(
        "Thank you for your proposal. We are sorry to tell you that it does not meet the rules of this call, so we "
        "cannot consider it for funding. These are our reasons:\n\n%(feedback)s\n\nYou will find the decision letter "
        "on your application page. If these reasons contain a factual error, you can appeal until %(appeal_until)s; "
        "the letter explains how."
    ),
    N_(
        "We are sorry to tell you that your project was not selected for funding. These are our "
        "reasons:\n\n%(feedback)s"
    ),
    N_(
        "Thank you for your proposal. We are sorry to tell you that it does not meet the rules of this call, so we "
        "cannot consider it for funding. These are our reasons:\n\n%(feedback)s"
    ),
    N_("Both parties have signed the agreement. The project can start."),
    N_("The grantee has declined the award. Its amount is available in the call again.\n\n%(reason)s"),
    N_(
        "The applicant has withdrawn application %(reference)s. You do not need to do anything more for it."
        "\n\n%(reason)s"
    ),
    N_("This step was not completed in time. You are the deputy: complete it, or name the person who will."),
)
"""Texts of mails that earlier releases queued without a day, the name of what was submitted, or the applicant."""
TURNED_DOWN = Notification(
    Role.OFFICER,
    N_("Award declined: %(title)s"),
    N_(
        "%(organisation)s has declined the award on application %(reference)s. Its amount is available in the call "
        "again.\n\n%(reason)s"
    ),
    urgency=Urgency.ORDINARY,
)
WITHDRAWN = Notification(
    Role.OFFICER,
    N_("Application withdrawn: %(title)s"),
    N_(
        "%(organisation)s has withdrawn application %(reference)s. You do not need to do anything more for it."
        "\n\n%(reason)s"
    ),
    urgency=Urgency.OPTIONAL,
)
TAKEN_BACK = Notification(
    Role.APPLICANT,
    N_("Award revoked: %(title)s"),
    N_(
        "We have revoked the award. This is our reason:\n\n%(reason)s\n\nThe agreement was not signed by both "
        "parties, so neither owes the other anything."
    ),
)
LATE = {
    "triage": Notification(
        Role.APPROVER,
        N_("Overdue: %(title)s"),
        N_("The assessment of alert %(reference)s is overdue. Ask a programme officer to complete it."),
    ),
    "review": Notification(
        Role.APPROVER,
        N_("Overdue: %(title)s"),
        N_(
            "The reviews of application %(reference)s and the recommendation are overdue. Ask a programme officer "
            "to obtain the missing reviews and make the recommendation."
        ),
    ),
    "decision": Notification(
        Role.APPROVER,
        N_("Overdue: %(title)s"),
        N_("The decision on application %(reference)s is overdue. Make it, or ask another approver to make it."),
    ),
}
"""By the step that is overdue."""
INVITED_TO_REVIEW = Notification(
    Role.REVIEWER,
    N_("Review by %(day)s: application %(reference)s, “%(call)s”"),
    N_(
        "We invite you to review application %(reference)s in the call “%(call)s”. First declare whether you have "
        "a conflict of interest. If you have none, submit your review by %(day)s."
    ),
)
NOT_INVITED = Notification(
    Role.REVIEWER,
    N_("Review no longer needed: application %(reference)s, “%(call)s”"),
    N_(
        "We have withdrawn our invitation to review application %(reference)s in the call “%(call)s”, and you do not "
        "need to do anything. The reason is:\n\n%(reason)s"
    ),
)
RELEASED = Notification(
    Role.REVIEWER,
    N_("Review no longer needed: application %(reference)s, “%(call)s”"),
    N_(
        "The review of application %(reference)s in the call “%(call)s” has ended. Your review is no longer needed, "
        "and you do not need to do anything."
    ),
    urgency=Urgency.ORDINARY,
)
CONFLICTED = Notification(
    Role.OFFICER,
    N_("Conflict of interest declared: application %(reference)s, “%(call)s”"),
    N_(
        "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer "
        "see it. Any review they submitted no longer counts. Invite another reviewer if the application needs one."
    ),
    urgency=Urgency.ORDINARY,
)
CONFLICTED_STAFF = Notification(
    Role.OFFICER,
    CONFLICTED.subject,
    N_(
        "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer see "
        "it."
    ),
    key="conflicted_staff",
    occasion="A member of staff has declared a conflict of interest.",
    urgency=Urgency.OPTIONAL,
)
CONFLICTED_JUDGE = Notification(
    Role.OFFICER,
    CONFLICTED.subject,
    N_(
        "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer "
        "see it. Any eligibility checks they completed and any recommendation they made no longer count. Another "
        "person must complete or make them again."
    ),
    key="conflicted_judge",
    occasion="A member of staff who has judged the application has declared a conflict of interest.",
    urgency=Urgency.ORDINARY,
)
"""After a member of staff who has judged the application has declared one."""
JUDGE_JOINED = Notification(
    Role.OFFICER,
    N_("Redo checks or recommendation: application %(reference)s, “%(call)s”"),
    N_(
        "%(name)s now acts for the organisation that submitted application %(reference)s and can no longer see it "
        "in another role. Any eligibility checks they completed and any recommendation they made no longer count. "
        "Another person must complete or make them again."
    ),
    key="judge_joined",
    occasion="A person who has judged the application now acts for its applicant.",
    urgency=Urgency.ORDINARY,
)
JUDGE_APPLIED = Notification(
    Role.OFFICER,
    JUDGE_JOINED.subject,
    N_(
        "%(name)s now acts for another applicant to the call “%(call)s”. Any eligibility checks they completed on "
        "application %(reference)s and any recommendation they made no longer count. Another person must complete or "
        "make them again."
    ),
    key="judge_applied",
    occasion="A person who has judged the application now acts for another applicant to the call.",
    urgency=Urgency.ORDINARY,
)
REVIEWER_APPLIED = Notification(
    Role.OFFICER,
    N_("Reviewer removed: application %(reference)s, “%(call)s”"),
    N_(
        "%(name)s now acts for an applicant to the call “%(call)s” and can no longer see application %(reference)s "
        "as a reviewer. Any review they submitted no longer counts. Invite another reviewer if the application needs "
        "one."
    ),
    urgency=Urgency.ORDINARY,
)
"""After a reviewer has begun to act for the applicant or for another applicant to the call."""
ROLE_ENDED = Notification(
    Role.OFFICER,
    N_("Invite a reviewer: application %(reference)s, “%(call)s”"),
    N_(
        "%(name)s is no longer appointed as a reviewer for the call “%(call)s” and will not review application "
        "%(reference)s. Invite another reviewer if the application needs one."
    ),
    urgency=Urgency.ORDINARY,
)
EXTENDED = Notification(
    Role.APPLICANT,
    N_("Submit by %(until)s: deadline for “%(call)s” extended"),
    N_(
        "We have extended the deadline for the call “%(call)s” to %(until)s. Your draft is saved, and you can submit "
        "it until then. The reason is:\n\n%(reason)s"
    ),
)
CLOSED_EARLY = Notification(
    Role.APPLICANT,
    N_("Call closed: “%(call)s”"),
    N_("We have closed the call “%(call)s”. Your draft is saved, but you can no longer submit it."),
)
MORE_TIME = Notification(
    Role.APPLICANT,
    N_("Submit by %(until)s: your deadline for “%(call)s” extended"),
    N_(
        "We have extended your deadline for the call “%(call)s” to %(until)s. Your draft is saved, and you can submit "
        "it until then. The reason is:\n\n%(reason)s"
    ),
    key="more_time",
    occasion="An officer gives one applicant more time.",
)
