"""The flow of a grantee's report: submitted, then approved or sent back with questions."""

from __future__ import annotations

from workflows.flow import Ask, Flow, Move, Tell
from workflows.roles import Role
from workflows.rules.money import agreement_in_force, earlier_reports_done, given_up, not_sent_by_me, report_complete

QUESTION = Ask("question", "text", "What is missing or unclear", words=3)

SEND = Move(
    "send",
    "Submit report",
    source=("due",),
    target="received",
    by=(Role.APPLICANT,),
    needs=(agreement_in_force, earlier_reports_done, report_complete),
    does="reports.receive",
    weight="first",
    past="Report submitted",
    says="You cannot change the report while we review it.",
)
APPROVE = Move(
    "approve",
    "Approve report",
    source=("received",),
    target="approved",
    by=(Role.OFFICER,),
    needs=(not_sent_by_me,),
    does="reports.approve",
    tells=(
        Tell(
            Role.APPLICANT,
            "Report approved: %(title)s",
            "We have approved “%(report)s”. An instalment that depended only on this report is now payable.",
        ),
    ),
    weight="first",
    past="Report approved",
    says="Instalments that depend only on this report become payable.",
)
SEND_BACK = Move(
    "send_back",
    "Send back with questions",
    source=("received",),
    target="due",
    by=(Role.OFFICER,),
    needs=(not_sent_by_me,),
    asks=(QUESTION,),
    does="reports.send_back",
    tells=(
        Tell(
            Role.APPLICANT,
            "Answer our questions about your report: %(title)s",
            "We have questions about “%(report)s”:\n\n%(question)s\n\nChange the report and submit it again.",
        ),
    ),
    past="Report sent back with questions",
    says="The grantee can change the report and submit it again.",
)

LAPSE = Move(
    "lapse",
    "Cancel report",
    source=("due",),
    target="withdrawn",
    by=(Role.CLOCK,),
    needs=(given_up,),
    past="Report no longer required",
)

FLOW = Flow("report", starts=("due",), moves=(SEND, APPROVE, SEND_BACK, LAPSE))
