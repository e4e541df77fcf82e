"""The flow of a grantee's report: submitted, then approved or sent back with questions."""

from __future__ import annotations

from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Flow, Notification, Transition
from workflows.engine.message import N_
from workflows.engine.rights import Right
from workflows.engine.roles import Role
from workflows.engine.steps import Holder, Step
from workflows.rules.involvements import IMPARTIAL
from workflows.rules.money import agreement_in_force, earlier_reports_done, given_up, not_sent_by_me, report_complete

QUESTION = Field(
    "question",
    "text",
    N_("What is missing or unclear"),
    words=3,
    missing=N_("Enter what is missing or unclear."),
)

SEND = Transition(
    "send",
    N_("Submit report"),
    source=("due",),
    target="received",
    roles=(Role.APPLICANT,),
    right=Right.SUBMIT,
    guards=(agreement_in_force, earlier_reports_done, report_complete),
    effect=Effect.SUBMIT_REPORT,
    weight="first",
    history_text=N_("%(report)s submitted"),
    consequence=N_("You cannot change the report while we review it."),
)
APPROVE = Transition(
    "approve",
    N_("Approve report"),
    source=("received",),
    target="approved",
    roles=(Role.OFFICER,),
    guards=(*IMPARTIAL, not_sent_by_me),
    effect=Effect.APPROVE_REPORT,
    notifies=(
        Notification(
            Role.APPLICANT,
            N_("Report approved: %(title)s"),
            N_("We have approved your %(name)s. You do not need to do anything more for this report."),
        ),
    ),
    weight="first",
    history_text=N_("%(report)s approved"),
    final=True,
    consequence=N_("Instalments with no other outstanding condition become payable."),
    understood=N_("I understand that this cannot be undone and that the grantee is notified."),
    not_done=N_("The report was not approved"),
)
SEND_BACK = Transition(
    "send_back",
    N_("Return with questions"),
    not_done=N_("The report was not returned"),
    source=("received",),
    target="due",
    roles=(Role.OFFICER,),
    guards=(*IMPARTIAL, not_sent_by_me),
    fields=(QUESTION,),
    effect=Effect.SEND_BACK_REPORT,
    notifies=(
        Notification(
            Role.APPLICANT,
            N_("Answer our questions about your report: %(title)s"),
            N_("We have questions about your %(name)s:\n\n%(question)s\n\nUpdate the report and submit it again."),
        ),
    ),
    history_text=N_("%(report)s returned with questions"),
    consequence=N_("The grantee can change the report and submit it again."),
)

LAPSE = Transition(
    "lapse",
    N_("Cancel report"),
    source=("due",),
    target="withdrawn",
    roles=(Role.CLOCK,),
    guards=(given_up,),
    history_text=N_("%(report)s no longer required"),
)

EARLIER = (
    N_("We have approved “%(report)s”. You do not need to do anything more for this report."),
    N_("We have questions about “%(report)s”:\n\n%(question)s\n\nChange the report and submit it again."),
    N_("Report submitted"),
    N_("Report approved"),
    N_("Report returned with questions"),
    N_("Report no longer required"),
)
"""Texts of mails and history that earlier releases stored without the name of the report within a sentence."""

FLOW = Flow(
    "report",
    starts=("due",),
    transitions=(SEND, APPROVE, SEND_BACK, LAPSE),
    own_steps=(Step("withdrawn", N_("No longer required"), Holder.NOBODY),),
)
