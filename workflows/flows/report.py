"""A report of the grantee: sent, then approved or sent back with reasons."""

from __future__ import annotations

from workflows.flow import Ask, Flow, Move, Tell
from workflows.roles import Role
from workflows.rules.money import agreement_in_force, earlier_reports_done, given_up, not_sent_by_me, report_complete

QUESTION = Ask("question", "text", "What is missing or unclear", words=3)

SEND = Move(
    "send",
    "Send the report",
    source=("due",),
    target="received",
    by=(Role.APPLICANT,),
    needs=(agreement_in_force, earlier_reports_done, report_complete),
    does="reports.receive",
    weight="first",
    past="Report sent",
    says="You cannot change it while we read it.",
)
APPROVE = Move(
    "approve",
    "Approve the report",
    source=("received",),
    target="approved",
    by=(Role.OFFICER,),
    needs=(not_sent_by_me,),
    does="reports.approve",
    tells=(
        Tell(
            Role.APPLICANT,
            "Your report is approved: %(title)s",
            "We approved “%(report)s”. What waited for it goes on now.",
        ),
    ),
    weight="first",
    past="Report approved",
    says="What waits for this report becomes payable.",
)
SEND_BACK = Move(
    "send_back",
    "Send it back with questions",
    source=("received",),
    target="due",
    by=(Role.OFFICER,),
    needs=(not_sent_by_me,),
    asks=(QUESTION,),
    does="reports.send_back",
    tells=(Tell(Role.APPLICANT, "A question about your report: %(title)s", "About “%(report)s”:\n\n%(question)s"),),
    past="Report sent back",
    says="They can change it and send it again.",
)

LAPSE = Move(
    "lapse",
    "Is no longer owed",
    source=("due",),
    target="withdrawn",
    by=(Role.CLOCK,),
    needs=(given_up,),
    past="No longer owed",
)

FLOW = Flow("report", starts=("due",), moves=(SEND, APPROVE, SEND_BACK, LAPSE))
