"""The application flow with a panel, from draft to closing: the most complete table, and the base of the variants."""

from __future__ import annotations

from dataclasses import replace

from workflows.engine.effects import Effect
from workflows.engine.flow import Ending, Field, Flow, Transition
from workflows.engine.message import N_
from workflows.engine.rights import Right
from workflows.engine.roles import Role
from workflows.flows.notifications import (
    AWARDED,
    DECLINED,
    INELIGIBLE,
    RETURNED,
    REVISED,
    SENT,
    TAKEN_BACK,
    TURNED_DOWN,
    WITHDRAWN,
)
from workflows.rules.calls import call_allows
from workflows.rules.decisions import (
    all_checked,
    all_settled,
    amount_fits,
    award_recommended,
    both_signed,
    checked_impartially,
    envelope_suffices,
    grantee_signed,
    nobody_signed,
    none_failed,
    not_checked_by_me,
    not_recommended_by_me,
    recommended_impartially,
    recommends_wholly,
    reviews_in,
    time_to_sign_is_over,
)
from workflows.rules.involvements import IMPARTIAL, JUDGING, nobody_decided
from workflows.rules.proposals import answered, answered_in_time, complete, in_time
from workflows.rules.verifications import verified

HEARS = N_("Feedback for the applicant")
AMOUNT = Field("amount", "amount", N_("Amount to award"), missing=N_("Enter the amount to award."))
ANY_AMOUNT = Field("amount", "amount", N_("Amount"), required=False, optional=N_("required if you recommend an award"))
CONDITIONS = Field(
    "conditions",
    "text",
    N_("Condition of the award"),
    N_("It appears in the award letter."),
    required=False,
    printed=True,
)
FEEDBACK = Field(
    "feedback",
    "text",
    HEARS,
    N_("Give reasons that help the applicant. Do not name reviewers."),
    words=10,
    printed=True,
    missing=N_("Enter the feedback for the applicant."),
)
ANY_FEEDBACK = Field(
    "feedback", "text", HEARS, required=False, optional=N_("required if you recommend declining"), printed=True
)
KIND = Field(
    "kind",
    "choice",
    N_("Your recommendation"),
    options=(("award", N_("Award")), ("decline", N_("Decline"))),
    missing=N_("Select your recommendation."),
)
REASON = Field("reason", "text", N_("Reason"), words=3, missing=N_("Enter the reason."))
REASON_FOR_GRANTEE = Field(
    "reason",
    "text",
    N_("Reason for the grantee"),
    N_("We send it to the grantee by email."),
    words=3,
    missing=N_("Enter the reason for the grantee."),
)
ANY_REASON = Field("reason", "text", N_("Reason"), required=False)
ANSWER_IN_WORDS = Field(
    "answer",
    "text",
    N_("Your answer to our question"),
    N_("Answer here, change the proposal, or do both."),
    required=False,
    optional=N_("required if you do not change the proposal"),
)
QUESTION = Field(
    "question",
    "text",
    N_("What must be changed or answered"),
    words=3,
    missing=N_("Enter what must be changed or answered."),
)

SUBMIT = Transition(
    "submit",
    N_("Submit proposal"),
    source=("draft",),
    target="checks",
    roles=(Role.APPLICANT,),
    right=Right.SUBMIT,
    guards=(in_time, complete, call_allows("submit"), nobody_decided),
    effect=Effect.SUBMIT_APPLICATION,
    notifies=(SENT,),
    weight="first",
    history_text=N_("Submitted"),
    consequence=N_("You cannot change the proposal after you submit it, unless we ask you to."),
)
RETURN = Transition(
    "ask",
    N_("Return with a question"),
    not_done=N_("The application was not returned"),
    source=("checks",),
    target="question",
    roles=(Role.OFFICER,),
    guards=JUDGING,
    fields=(QUESTION,),
    effect=Effect.REOPEN_APPLICATION,
    notifies=(RETURNED,),
    history_text=N_("Returned with a question"),
    consequence=N_("The applicant can answer in writing, change what they submitted, or do both."),
)
ANSWER = Transition(
    "answer",
    N_("Resubmit proposal"),
    not_done=N_("The proposal was not resubmitted"),
    source=("question",),
    target="checks",
    roles=(Role.APPLICANT,),
    right=Right.SUBMIT,
    guards=(answered_in_time, complete, call_allows("submit"), nobody_decided, answered),
    fields=(ANSWER_IN_WORDS,),
    effect=Effect.SUBMIT_APPLICATION,
    notifies=(REVISED,),
    weight="first",
    history_text=N_("Question answered"),
    consequence=N_("We will assess this version instead of the earlier one."),
)
NO_ANSWER = Transition(
    "no_answer",
    N_("Continue without an answer"),
    source=("question",),
    target="checks",
    roles=(Role.CLOCK,),
    time_limit="question",
    history_text=N_("No answer received in time"),
)
PASS = Transition(
    "pass",
    N_("Send to review"),
    source=("checks",),
    target="review",
    roles=(Role.OFFICER,),
    guards=(*JUDGING, all_checked, none_failed, checked_impartially),
    weight="first",
    history_text=N_("Sent to review"),
    consequence=N_("Invite reviewers next."),
)
NOT_ELIGIBLE = Transition(
    "not_eligible",
    N_("Mark as not eligible"),
    not_done=N_("Your decision was not recorded"),
    source=("checks",),
    target="not_eligible",
    roles=(Role.OFFICER,),
    guards=(*JUDGING, checked_impartially),
    fields=(replace(FEEDBACK, help=N_("Give reasons that help the applicant.")),),
    effect=Effect.REJECT_INELIGIBLE,
    notifies=(INELIGIBLE,),
    weight="grave",
    history_text=N_("Found not eligible"),
    consequence=N_("The applicant gets your feedback by email and in the decision letter."),
    final=True,
    understood=N_("I understand that this is final and that the applicant is notified."),
)
TO_PANEL = Transition(
    "to_panel",
    N_("Send to panel"),
    source=("review",),
    target="panel",
    roles=(Role.OFFICER,),
    guards=(*JUDGING, none_failed, checked_impartially, reviews_in),
    weight="first",
    history_text=N_("Sent to panel"),
)
RECOMMEND = Transition(
    "recommend",
    N_("Submit recommendation"),
    not_done=N_("The recommendation was not submitted"),
    source=("panel",),
    target="decision",
    roles=(Role.OFFICER,),
    guards=(
        *JUDGING,
        not_checked_by_me,
        checked_impartially,
        reviews_in,
        recommends_wholly,
        amount_fits,
        envelope_suffices,
    ),
    fields=(KIND, ANY_AMOUNT, CONDITIONS, ANY_FEEDBACK),
    effect=Effect.RECORD_RECOMMENDATION,
    weight="first",
    history_text=N_("Recommended"),
    consequence=N_("An approver decides next."),
)
AWARD = Transition(
    "award",
    N_("Award grant"),
    not_done=N_("The grant was not awarded"),
    source=("decision",),
    target="agreement",
    roles=(Role.APPROVER,),
    guards=(
        *JUDGING,
        award_recommended,
        not_checked_by_me,
        not_recommended_by_me,
        none_failed,
        checked_impartially,
        reviews_in,
        recommended_impartially,
        call_allows("award"),
        verified,
        amount_fits,
        envelope_suffices,
    ),
    fields=(AMOUNT, CONDITIONS),
    effect=Effect.MAKE_AWARD,
    notifies=(AWARDED,),
    weight="first",
    title_with_amount=N_("Award %(amount)s"),
    history_text=N_("Awarded"),
    consequence=N_(
        "This commits the amount, creates the award letter and notifies the applicant. You can revoke the award "
        "later only if the grantee does not sign in time or you decline to countersign."
    ),
    final=True,
    understood=N_("I understand that this commits the amount and notifies the applicant."),
)
DECLINE = Transition(
    "decline",
    N_("Decline application"),
    not_done=N_("The application was not declined"),
    source=("decision",),
    target="declined",
    roles=(Role.APPROVER,),
    guards=(
        *JUDGING,
        not_checked_by_me,
        not_recommended_by_me,
        checked_impartially,
        reviews_in,
        recommended_impartially,
    ),
    fields=(FEEDBACK,),
    effect=Effect.DECLINE_APPLICATION,
    notifies=(DECLINED,),
    weight="grave",
    history_text=N_("Declined"),
    consequence=N_("The applicant gets your feedback by email and in the decision letter."),
    final=True,
    understood=N_("I understand that this is final and that the applicant is notified."),
)
BACK_TO_PANEL = Transition(
    "back_to_panel",
    N_("Send back to panel"),
    not_done=N_("The application was not sent back"),
    source=("decision",),
    target="panel",
    roles=(Role.APPROVER,),
    guards=(*JUDGING, not_recommended_by_me),
    fields=(REASON,),
    effect=Effect.SEND_BACK_RECOMMENDATION,
    history_text=N_("Sent back to panel"),
    consequence=N_("An officer makes a new recommendation."),
)
BACK_TO_REVIEW = Transition(
    "back_to_review",
    N_("Send back to review"),
    not_done=N_("The application was not sent back"),
    source=("panel",),
    target="review",
    roles=(Role.OFFICER,),
    guards=JUDGING,
    fields=(REASON,),
    history_text=N_("Sent back to review"),
    consequence=N_("More reviewers can be invited. Reviews that were submitted still count."),
)
WITHDRAW = Transition(
    "withdraw",
    N_("Withdraw application"),
    not_done=N_("The application was not withdrawn"),
    source=("checks", "question", "review", "panel", "decision"),
    target="withdrawn",
    roles=(Role.APPLICANT,),
    right=Right.SUBMIT,
    fields=(ANY_REASON,),
    notifies=(WITHDRAWN,),
    weight="grave",
    history_text=N_("Withdrawn"),
    consequence=N_("This ends your application. You can start a new application while the call is open."),
    final=True,
)
DELETE = replace(
    WITHDRAW,
    title=N_("Discard draft"),
    not_done=N_("The draft was not discarded"),
    source=("draft",),
    notifies=(),
    history_text=N_("Draft discarded"),
    consequence=N_(
        "This removes the draft for everyone in your organisation. It cannot be restored. "
        "You can start a new one while the call is open."
    ),
)
BEGIN = Transition(
    "begin",
    N_("Start project"),
    source=("agreement",),
    target="active",
    roles=(Role.CLOCK,),
    guards=(both_signed,),
    history_text=N_("The agreement is in force"),
)
TURN_DOWN = Transition(
    "turn_down",
    N_("Decline award"),
    not_done=N_("The award was not declined"),
    source=("agreement",),
    target="withdrawn",
    roles=(Role.APPLICANT,),
    right=Right.SIGN,
    guards=(nobody_signed,),
    fields=(ANY_REASON,),
    effect=Effect.END_AWARD,
    notifies=(TURNED_DOWN,),
    weight="grave",
    history_text=N_("Award declined"),
    consequence=N_("The amount is available in the call again, and neither party owes the other anything."),
    final=True,
)
TAKE_BACK = Transition(
    "take_back",
    N_("Revoke award"),
    not_done=N_("The award was not revoked"),
    source=("agreement",),
    target="terminated",
    roles=(Role.APPROVER,),
    guards=(*JUDGING, nobody_signed, time_to_sign_is_over),
    fields=(REASON_FOR_GRANTEE,),
    effect=Effect.END_AWARD,
    notifies=(TAKEN_BACK,),
    weight="grave",
    history_text=N_("Award revoked"),
    consequence=N_("The amount is available in the call again. The grantee gets your reason by email."),
    final=True,
    understood=N_("I understand that this is final and that the grantee is notified."),
)
REFUSE = replace(
    TAKE_BACK,
    key="refuse",
    title=N_("Decline to countersign"),
    not_done=N_("Your decision was not recorded"),
    guards=(*JUDGING, grantee_signed),
    history_text=N_("Countersignature declined"),
)
CLOSE = Transition(
    "close",
    N_("Close grant"),
    not_done=N_("The grant was not closed"),
    source=("active",),
    target="closed",
    roles=(Role.OFFICER,),
    guards=(*IMPARTIAL, all_settled),
    effect=Effect.CLOSE_GRANT,
    weight="first",
    history_text=N_("Grant closed"),
    consequence=N_("This creates the impact report. The grant cannot be reopened."),
    final=True,
)

BEFORE = (SUBMIT, RETURN, ANSWER, NO_ANSWER, PASS, NOT_ELIGIBLE)
DECIDING = (TO_PANEL, RECOMMEND, BACK_TO_REVIEW, AWARD, DECLINE, BACK_TO_PANEL, DELETE, WITHDRAW)
AFTER = (BEGIN, TURN_DOWN, TAKE_BACK, REFUSE, CLOSE)
PANEL = Flow(
    "application with a panel",
    starts=("draft",),
    transitions=(*BEFORE, *DECIDING, *AFTER),
    endings=(Ending("review", "assignment", "release"),),
)
"""Reviewers who have not submitted a review when it ends no longer read the application."""
