"""The application flow with a panel, from draft to closing: the most complete table, and the base of the variants."""

from __future__ import annotations

from dataclasses import replace

from workflows.flow import Ask, Flow, Move
from workflows.flows.mails import AWARDED, DECLINED, RETURNED, SENT, TAKEN_BACK, TURNED_DOWN
from workflows.roles import Role
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
AMOUNT = Ask("amount", "amount", "Amount to award")
ANY_AMOUNT = Ask("amount", "amount", "Amount", "Required if you recommend an award.", required=False)
CONDITIONS = Ask(
    "conditions", "text", "Condition of the award", "We print it in the award letter.", required=False, printed=True
)
FEEDBACK = Ask(
    "feedback", "text", HEARS, "Give reasons that help the applicant. Do not name reviewers.", words=10, printed=True
)
ANY_FEEDBACK = Ask("feedback", "text", HEARS, "Required if you recommend declining.", required=False, printed=True)
KIND = Ask("kind", "choice", "Your recommendation", options=(("award", "Award"), ("decline", "Decline")))
REASON = Ask("reason", "text", "Reason", words=3)
TOLD = Ask("reason", "text", "Reason for the grantee", "We send it to the grantee by mail.", words=3)
ANY_REASON = Ask("reason", "text", "Reason", required=False)
QUESTION = Ask("question", "text", "What must be changed or answered", words=3)

SUBMIT = Move(
    "submit",
    "Submit proposal",
    source=("draft",),
    target="checks",
    by=(Role.APPLICANT,),
    needs=(in_time, complete, call_allows("submit")),
    does="applications.submit",
    tells=(SENT,),
    weight="first",
    past="Submitted",
    says="You cannot change the proposal after you submit it, unless we ask you to.",
)
RETURN = Move(
    "ask",
    "Return with a question",
    source=("checks",),
    target="question",
    by=(Role.OFFICER,),
    needs=(own_draft,),
    asks=(QUESTION,),
    does="applications.reopen",
    tells=(RETURNED,),
    past="Returned for changes",
    says="The applicant can change the proposal and submit it again.",
)
ANSWER = Move(
    "answer",
    "Resubmit proposal",
    source=("question",),
    target="checks",
    by=(Role.APPLICANT,),
    needs=(complete, call_allows("submit")),
    does="applications.submit",
    tells=(SENT,),
    weight="first",
    past="Question answered",
    says="We continue with the new version.",
)
NO_ANSWER = Move(
    "no_answer",
    "Continue without an answer",
    source=("question",),
    target="checks",
    by=(Role.CLOCK,),
    within="question_days",
    past="No answer received in time",
)
PASS = Move(
    "pass",
    "Pass to review",
    source=("checks",),
    target="review",
    by=(Role.OFFICER,),
    needs=(all_checked, none_failed, own_draft),
    weight="first",
    past="Passed to review",
    says="Invite reviewers next.",
)
NOT_ELIGIBLE = Move(
    "not_eligible",
    "Mark as not eligible…",
    source=("checks",),
    target="not_eligible",
    by=(Role.OFFICER,),
    needs=(own_draft,),
    asks=(FEEDBACK,),
    does="decisions.close",
    tells=(DECLINED,),
    weight="grave",
    past="Found not eligible",
    says="The applicant gets your feedback by mail.",
)
TO_PANEL = Move(
    "to_panel",
    "Send to panel",
    source=("review",),
    target="panel",
    by=(Role.OFFICER,),
    needs=(reviews_in,),
    weight="first",
    past="Send to panel",
    says="Reviewers can no longer change their scores.",
)
RECOMMEND = Move(
    "recommend",
    "Submit recommendation",
    source=("panel",),
    target="decision",
    by=(Role.OFFICER,),
    needs=(own_draft, not_checked_by_me, recommends_wholly, amount_fits),
    asks=(KIND, ANY_AMOUNT, CONDITIONS, ANY_FEEDBACK),
    does="decisions.recommend",
    weight="first",
    past="Recommended",
    says="An approver decides next.",
)
AWARD = Move(
    "award",
    "Award grant",
    source=("decision",),
    target="agreement",
    by=(Role.APPROVER,),
    needs=(
        own_draft,
        award_recommended,
        not_checked_by_me,
        not_recommended_by_me,
        call_allows("award"),
        amount_fits,
    ),
    asks=(AMOUNT, CONDITIONS),
    does="awards.make",
    tells=(AWARDED,),
    weight="first",
    past="Awarded",
    says="This commits the amount and issues the award letter.",
)
DECLINE = Move(
    "decline",
    "Decline application…",
    source=("decision",),
    target="declined",
    by=(Role.APPROVER,),
    needs=(own_draft, not_checked_by_me, not_recommended_by_me),
    asks=(FEEDBACK,),
    does="decisions.decline",
    tells=(DECLINED,),
    weight="grave",
    past="Declined",
    says="The applicant gets your feedback in a letter.",
)
BACK_TO_PANEL = Move(
    "back_to_panel",
    "Send back to panel",
    source=("decision",),
    target="panel",
    by=(Role.APPROVER,),
    asks=(REASON,),
    does="decisions.reconsider",
    past="Sent back to the panel",
    says="An officer makes a new recommendation.",
)
WITHDRAW = Move(
    "withdraw",
    "Withdraw application…",
    source=("draft", "checks", "question", "review", "panel", "decision"),
    target="withdrawn",
    by=(Role.APPLICANT,),
    asks=(ANY_REASON,),
    does="applications.withdraw",
    weight="grave",
    past="Withdrawn",
    says="This ends your application. You can start a new one while the call is open.",
)
BEGIN = Move(
    "begin",
    "Start project",
    source=("agreement",),
    target="active",
    by=(Role.CLOCK,),
    needs=(both_signed,),
    past="The agreement is in force",
)
TURN_DOWN = Move(
    "turn_down",
    "Decline award…",
    source=("agreement",),
    target="withdrawn",
    by=(Role.APPLICANT,),
    needs=(nobody_signed,),
    asks=(ANY_REASON,),
    does="awards.give_up",
    tells=(TURNED_DOWN,),
    weight="grave",
    past="Award declined",
    says="The amount goes back to the call, and neither side owes the other anything.",
)
TAKE_BACK = Move(
    "take_back",
    "Revoke award…",
    source=("agreement",),
    target="terminated",
    by=(Role.APPROVER,),
    needs=(nobody_signed, time_to_sign_is_over),
    asks=(TOLD,),
    does="awards.give_up",
    tells=(TAKEN_BACK,),
    weight="grave",
    past="Award revoked",
    says="The amount goes back to the call. The grantee gets your reason by mail.",
)
REFUSE = replace(
    TAKE_BACK, key="refuse", title="Decline to countersign…", needs=(grantee_signed,), past="Countersignature declined"
)
CLOSE = Move(
    "close",
    "Close grant",
    source=("active",),
    target="closed",
    by=(Role.OFFICER,),
    needs=(all_settled,),
    does="awards.close",
    weight="first",
    past="Closed",
    says="This issues the impact report.",
)

BEFORE = (SUBMIT, RETURN, ANSWER, NO_ANSWER, PASS, NOT_ELIGIBLE)
DECIDING = (TO_PANEL, RECOMMEND, AWARD, DECLINE, BACK_TO_PANEL, WITHDRAW)
AFTER = (BEGIN, TURN_DOWN, TAKE_BACK, REFUSE, CLOSE)
PANEL = Flow("application with a panel", starts=("draft",), moves=(*BEFORE, *DECIDING, *AFTER))
