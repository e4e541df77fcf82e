"""The application flow with a panel, from draft to closing: the most complete table, and the base of the variants."""

from __future__ import annotations

from dataclasses import replace

from workflows.engine.flow import Field, Flow, Transition
from workflows.engine.roles import Role
from workflows.flows.notifications import AWARDED, DECLINED, RETURNED, SENT, TAKEN_BACK, TURNED_DOWN
from workflows.rules.calls import call_allows
from workflows.rules.decisions import (
    all_checked,
    all_settled,
    amount_fits,
    award_recommended,
    both_signed,
    grantee_signed,
    nobody_signed,
    none_failed,
    not_checked_by_me,
    not_recommended_by_me,
    recommends_wholly,
    reviews_in,
    time_to_sign_is_over,
)
from workflows.rules.proposals import complete, in_time, own_draft

HEARS = "Feedback for the applicant"
AMOUNT = Field("amount", "amount", "Amount to award")
ANY_AMOUNT = Field("amount", "amount", "Amount", "Required if you recommend an award.", required=False)
CONDITIONS = Field(
    "conditions", "text", "Condition of the award", "We print it in the award letter.", required=False, printed=True
)
FEEDBACK = Field(
    "feedback", "text", HEARS, "Give reasons that help the applicant. Do not name reviewers.", words=10, printed=True
)
ANY_FEEDBACK = Field("feedback", "text", HEARS, "Required if you recommend declining.", required=False, printed=True)
KIND = Field("kind", "choice", "Your recommendation", options=(("award", "Award"), ("decline", "Decline")))
REASON = Field("reason", "text", "Reason", words=3)
TOLD = Field("reason", "text", "Reason for the grantee", "We send it to the grantee by mail.", words=3)
ANY_REASON = Field("reason", "text", "Reason", required=False)
QUESTION = Field("question", "text", "What must be changed or answered", words=3)

SUBMIT = Transition(
    "submit",
    "Submit proposal",
    source=("draft",),
    target="checks",
    roles=(Role.APPLICANT,),
    guards=(in_time, complete, call_allows("submit")),
    effect="applications.submit",
    notifies=(SENT,),
    weight="first",
    history_text="Submitted",
    consequence="You cannot change the proposal after you submit it, unless we ask you to.",
)
RETURN = Transition(
    "ask",
    "Return with a question",
    source=("checks",),
    target="question",
    roles=(Role.OFFICER,),
    guards=(own_draft,),
    fields=(QUESTION,),
    effect="applications.reopen",
    notifies=(RETURNED,),
    history_text="Returned for changes",
    consequence="The applicant can change the proposal and submit it again.",
)
ANSWER = Transition(
    "answer",
    "Resubmit proposal",
    source=("question",),
    target="checks",
    roles=(Role.APPLICANT,),
    guards=(complete, call_allows("submit")),
    effect="applications.submit",
    notifies=(SENT,),
    weight="first",
    history_text="Question answered",
    consequence="We continue with the new version.",
)
NO_ANSWER = Transition(
    "no_answer",
    "Continue without an answer",
    source=("question",),
    target="checks",
    roles=(Role.CLOCK,),
    time_limit="question_days",
    history_text="No answer received in time",
)
PASS = Transition(
    "pass",
    "Pass to review",
    source=("checks",),
    target="review",
    roles=(Role.OFFICER,),
    guards=(all_checked, none_failed, own_draft),
    weight="first",
    history_text="Passed to review",
    consequence="Invite reviewers next.",
)
NOT_ELIGIBLE = Transition(
    "not_eligible",
    "Mark as not eligible…",
    source=("checks",),
    target="not_eligible",
    roles=(Role.OFFICER,),
    guards=(own_draft,),
    fields=(FEEDBACK,),
    effect="decisions.close",
    notifies=(DECLINED,),
    weight="grave",
    history_text="Found not eligible",
    consequence="The applicant gets your feedback by mail.",
)
TO_PANEL = Transition(
    "to_panel",
    "Send to panel",
    source=("review",),
    target="panel",
    roles=(Role.OFFICER,),
    guards=(reviews_in,),
    weight="first",
    history_text="Send to panel",
    consequence="Reviewers can no longer change their scores.",
)
RECOMMEND = Transition(
    "recommend",
    "Submit recommendation",
    source=("panel",),
    target="decision",
    roles=(Role.OFFICER,),
    guards=(own_draft, not_checked_by_me, recommends_wholly, amount_fits),
    fields=(KIND, ANY_AMOUNT, CONDITIONS, ANY_FEEDBACK),
    effect="decisions.recommend",
    weight="first",
    history_text="Recommended",
    consequence="An approver decides next.",
)
AWARD = Transition(
    "award",
    "Award grant",
    source=("decision",),
    target="agreement",
    roles=(Role.APPROVER,),
    guards=(
        own_draft,
        award_recommended,
        not_checked_by_me,
        not_recommended_by_me,
        call_allows("award"),
        amount_fits,
    ),
    fields=(AMOUNT, CONDITIONS),
    effect="awards.make",
    notifies=(AWARDED,),
    weight="first",
    history_text="Awarded",
    consequence="This commits the amount and issues the award letter.",
)
DECLINE = Transition(
    "decline",
    "Decline application…",
    source=("decision",),
    target="declined",
    roles=(Role.APPROVER,),
    guards=(own_draft, not_checked_by_me, not_recommended_by_me),
    fields=(FEEDBACK,),
    effect="decisions.decline",
    notifies=(DECLINED,),
    weight="grave",
    history_text="Declined",
    consequence="The applicant gets your feedback in a letter.",
)
BACK_TO_PANEL = Transition(
    "back_to_panel",
    "Send back to panel",
    source=("decision",),
    target="panel",
    roles=(Role.APPROVER,),
    fields=(REASON,),
    effect="decisions.reconsider",
    history_text="Sent back to the panel",
    consequence="An officer makes a new recommendation.",
)
WITHDRAW = Transition(
    "withdraw",
    "Withdraw application…",
    source=("draft", "checks", "question", "review", "panel", "decision"),
    target="withdrawn",
    roles=(Role.APPLICANT,),
    fields=(ANY_REASON,),
    effect="applications.withdraw",
    weight="grave",
    history_text="Withdrawn",
    consequence="This ends your application. You can start a new one while the call is open.",
)
BEGIN = Transition(
    "begin",
    "Start project",
    source=("agreement",),
    target="active",
    roles=(Role.CLOCK,),
    guards=(both_signed,),
    history_text="The agreement is in force",
)
TURN_DOWN = Transition(
    "turn_down",
    "Decline award…",
    source=("agreement",),
    target="withdrawn",
    roles=(Role.APPLICANT,),
    guards=(nobody_signed,),
    fields=(ANY_REASON,),
    effect="awards.give_up",
    notifies=(TURNED_DOWN,),
    weight="grave",
    history_text="Award declined",
    consequence="The amount goes back to the call, and neither side owes the other anything.",
)
TAKE_BACK = Transition(
    "take_back",
    "Revoke award…",
    source=("agreement",),
    target="terminated",
    roles=(Role.APPROVER,),
    guards=(nobody_signed, time_to_sign_is_over),
    fields=(TOLD,),
    effect="awards.give_up",
    notifies=(TAKEN_BACK,),
    weight="grave",
    history_text="Award revoked",
    consequence="The amount goes back to the call. The grantee gets your reason by mail.",
)
REFUSE = replace(
    TAKE_BACK,
    key="refuse",
    title="Decline to countersign…",
    guards=(grantee_signed,),
    history_text="Countersignature declined",
)
CLOSE = Transition(
    "close",
    "Close grant",
    source=("active",),
    target="closed",
    roles=(Role.OFFICER,),
    guards=(all_settled,),
    effect="awards.close",
    weight="first",
    history_text="Closed",
    consequence="This issues the impact report.",
)

BEFORE = (SUBMIT, RETURN, ANSWER, NO_ANSWER, PASS, NOT_ELIGIBLE)
DECIDING = (TO_PANEL, RECOMMEND, AWARD, DECLINE, BACK_TO_PANEL, WITHDRAW)
AFTER = (BEGIN, TURN_DOWN, TAKE_BACK, REFUSE, CLOSE)
PANEL = Flow("application with a panel", starts=("draft",), transitions=(*BEFORE, *DECIDING, *AFTER))
