"""An application from draft to closing, decided after a panel: the fullest table, from which others are varied."""

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

HEARS = "What the applicant is to hear"
AMOUNT = Ask("amount", "amount", "Amount to award")
ANY_AMOUNT = Ask("amount", "amount", "Amount", "Only to award.", required=False)
CONDITIONS = Ask(
    "conditions", "text", "Condition of the award", "It stands in the letter.", required=False, printed=True
)
FEEDBACK = Ask("feedback", "text", HEARS, "Reasons they can use. Reviewers stay unnamed.", words=10, printed=True)
ANY_FEEDBACK = Ask("feedback", "text", HEARS, "Only to decline.", required=False, printed=True)
KIND = Ask("kind", "choice", "You recommend", options=(("award", "To award"), ("decline", "To decline")))
REASON = Ask("reason", "text", "Why", words=3)
TOLD = Ask("reason", "text", "What the grantee is to hear", "Why it is taken back.", words=3)
ANY_REASON = Ask("reason", "text", "Why", required=False)
QUESTION = Ask("question", "text", "What must be changed or answered", words=3)

SUBMIT = Move(
    "submit",
    "Send the proposal",
    source=("draft",),
    target="checks",
    by=(Role.APPLICANT,),
    needs=(in_time, complete, call_allows("submit")),
    does="applications.submit",
    tells=(SENT,),
    weight="first",
    past="Sent",
    says="You cannot change it afterwards, unless we ask you to.",
)
RETURN = Move(
    "ask",
    "Return it with a question",
    source=("checks",),
    target="question",
    by=(Role.OFFICER,),
    needs=(own_draft,),
    asks=(QUESTION,),
    does="applications.reopen",
    tells=(RETURNED,),
    past="Returned for changes",
    says="They can change the proposal and send it again.",
)
ANSWER = Move(
    "answer",
    "Send it again",
    source=("question",),
    target="checks",
    by=(Role.APPLICANT,),
    needs=(complete, call_allows("submit")),
    does="applications.submit",
    tells=(SENT,),
    weight="first",
    past="Question answered",
    says="We read it on from there.",
)
NO_ANSWER = Move(
    "no_answer",
    "Take it back unanswered",
    source=("question",),
    target="checks",
    by=(Role.CLOCK,),
    within="question_days",
    past="No answer in time",
)
PASS = Move(
    "pass",
    "Pass it to review",
    source=("checks",),
    target="review",
    by=(Role.OFFICER,),
    needs=(all_checked, none_failed, own_draft),
    weight="first",
    past="Passed to review",
    says="Assign reviewers next.",
)
NOT_ELIGIBLE = Move(
    "not_eligible",
    "Not eligible…",
    source=("checks",),
    target="not_eligible",
    by=(Role.OFFICER,),
    needs=(own_draft,),
    asks=(FEEDBACK,),
    does="decisions.close",
    tells=(DECLINED,),
    weight="grave",
    past="Found not eligible",
    says="They get your reasons in a mail.",
)
TO_PANEL = Move(
    "to_panel",
    "Put before the panel",
    source=("review",),
    target="panel",
    by=(Role.OFFICER,),
    needs=(reviews_in,),
    weight="first",
    past="Put before the panel",
    says="Reviewers can no longer change their scores.",
)
RECOMMEND = Move(
    "recommend",
    "Recommend",
    source=("panel",),
    target="decision",
    by=(Role.OFFICER,),
    needs=(own_draft, not_checked_by_me, recommends_wholly, amount_fits),
    asks=(KIND, ANY_AMOUNT, CONDITIONS, ANY_FEEDBACK),
    does="decisions.recommend",
    weight="first",
    past="Recommended",
    says="An approver decides.",
)
AWARD = Move(
    "award",
    "Award",
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
    says="The money is committed and the letter goes to print.",
)
DECLINE = Move(
    "decline",
    "Decline…",
    source=("decision",),
    target="declined",
    by=(Role.APPROVER,),
    needs=(own_draft, not_checked_by_me, not_recommended_by_me),
    asks=(FEEDBACK,),
    does="decisions.decline",
    tells=(DECLINED,),
    weight="grave",
    past="Declined",
    says="They get the feedback in a letter.",
)
BACK_TO_PANEL = Move(
    "back_to_panel",
    "Send it back to the panel",
    source=("decision",),
    target="panel",
    by=(Role.APPROVER,),
    asks=(REASON,),
    does="decisions.reconsider",
    past="Sent back to the panel",
    says="The officer recommends anew.",
)
WITHDRAW = Move(
    "withdraw",
    "Withdraw…",
    source=("draft", "checks", "question", "review", "panel", "decision"),
    target="withdrawn",
    by=(Role.APPLICANT,),
    asks=(ANY_REASON,),
    does="applications.withdraw",
    weight="grave",
    past="Withdrawn",
    says="It ends here. You may write a new one while the call is open.",
)
BEGIN = Move(
    "begin",
    "Begin the project",
    source=("agreement",),
    target="active",
    by=(Role.CLOCK,),
    needs=(both_signed,),
    past="The agreement is in force",
)
TURN_DOWN = Move(
    "turn_down",
    "Turn the award down…",
    source=("agreement",),
    target="withdrawn",
    by=(Role.APPLICANT,),
    needs=(nobody_signed,),
    asks=(ANY_REASON,),
    does="awards.give_up",
    tells=(TURNED_DOWN,),
    weight="grave",
    past="Award turned down",
    says="The money goes back to the call, and nothing is owed by anybody.",
)
TAKE_BACK = Move(
    "take_back",
    "Take the award back…",
    source=("agreement",),
    target="terminated",
    by=(Role.APPROVER,),
    needs=(nobody_signed, time_to_sign_is_over),
    asks=(TOLD,),
    does="awards.give_up",
    tells=(TAKEN_BACK,),
    weight="grave",
    past="Award taken back",
    says="The money goes back to the call. The grantee gets your reason by mail.",
)
REFUSE = replace(
    TAKE_BACK, key="refuse", title="Do not counter-sign…", needs=(grantee_signed,), past="Award not counter-signed"
)
CLOSE = Move(
    "close",
    "Close the grant",
    source=("active",),
    target="closed",
    by=(Role.OFFICER,),
    needs=(all_settled,),
    does="awards.close",
    weight="first",
    past="Closed",
    says="The impact report is printed.",
)

BEFORE = (SUBMIT, RETURN, ANSWER, NO_ANSWER, PASS, NOT_ELIGIBLE)
DECIDING = (TO_PANEL, RECOMMEND, AWARD, DECLINE, BACK_TO_PANEL, WITHDRAW)
AFTER = (BEGIN, TURN_DOWN, TAKE_BACK, REFUSE, CLOSE)
PANEL = Flow("application with a panel", starts=("draft",), moves=(*BEFORE, *DECIDING, *AFTER))
