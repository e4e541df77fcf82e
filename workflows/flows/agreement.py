"""The flow of a grant agreement: the grantee signs, then the Foundation countersigns; it is valid with both signatures.

The stage is `conditional` until an officer confirms that the condition of the award is met. An agreement without both
signatures lapses together with its award. Under a signed agreement, unspent funds can be returned.
"""

from __future__ import annotations

from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Flow, Notification, Transition
from workflows.engine.message import N_
from workflows.engine.rights import Right
from workflows.engine.roles import Role
from workflows.engine.steps import Holder, Step
from workflows.engine.urgency import Urgency
from workflows.rules.applicants import enough_contacts
from workflows.rules.involvements import IMPARTIAL
from workflows.rules.money import came_from_us, given_up, not_judged_by_me, other_side_signs

NAME = Field(
    "name",
    "text",
    N_("Your full name"),
    N_("Your typed name is your signature."),
    printed=True,
    one_line=True,
    missing=N_("Enter your full name."),
)
READ = Field(
    "read",
    "tick",
    N_("I have read the agreement and am authorised to sign it for my organisation."),
    missing=N_("Confirm that you have read the agreement and are authorised to sign it for your organisation."),
)
READ_BY_US = Field(
    "read",
    "tick",
    N_("I have read the agreement and am authorised to sign it for the Foundation."),
    missing=N_("Confirm that you have read the agreement and are authorised to sign it for the Foundation."),
)
PROOF = Field(
    "proof",
    "text",
    N_("Evidence"),
    N_("Describe the evidence and where it is kept."),
    words=3,
    missing=N_("Enter the evidence that the condition is met."),
)

SIGN = Transition(
    "sign",
    N_("Sign agreement"),
    not_done=N_("The agreement was not signed"),
    source=("to_sign",),
    target="countersign",
    roles=(Role.APPLICANT,),
    right=Right.SIGN,
    guards=(enough_contacts, not_judged_by_me),
    fields=(NAME, READ),
    effect=Effect.SIGN_AGREEMENT,
    weight="first",
    history_text=N_("Agreement signed by the grantee"),
    consequence=N_("The Foundation countersigns next."),
)
COUNTERSIGN = Transition(
    "countersign",
    N_("Countersign agreement"),
    not_done=N_("The agreement was not countersigned"),
    source=("countersign",),
    target="signed",
    roles=(Role.OFFICER, Role.APPROVER),
    guards=(*IMPARTIAL, other_side_signs),
    fields=(NAME, READ_BY_US),
    effect=Effect.COUNTERSIGN_AGREEMENT,
    notifies=(
        Notification(
            Role.APPLICANT,
            N_("Agreement signed: %(title)s"),
            N_(
                "Both parties have signed the agreement, and it is now in force. The project runs from %(starts)s to "
                "%(ends)s."
            ),
        ),
    ),
    weight="first",
    history_text=N_("Agreement signed by both parties"),
    consequence=N_("The agreement then comes into force."),
)
MET = Transition(
    "met",
    N_("Confirm that the condition is met"),
    not_done=N_("The condition was not recorded as met"),
    source=("signed",),
    target="signed",
    roles=(Role.OFFICER,),
    guards=IMPARTIAL,
    fields=(PROOF,),
    effect=Effect.CONFIRM_CONDITION,
    notifies=(
        Notification(
            Role.APPLICANT,
            N_("Condition of your award met: %(title)s"),
            N_("You have met the condition of your award. The first instalment is now payable."),
            urgency=Urgency.ORDINARY,
        ),
    ),
    stage="conditional",
    weight="first",
    history_text=N_("Condition of the award met"),
    consequence=N_("The first instalment becomes payable."),
)

RETURNED = Transition(
    "returned",
    N_("Record returned funds"),
    not_done=N_("The returned funds were not recorded"),
    source=("signed",),
    target="signed",
    roles=(Role.FINANCE,),
    guards=(*IMPARTIAL, came_from_us),
    fields=(
        Field("amount", "amount", N_("Amount received"), missing=N_("Enter the amount received.")),
        Field("day", "day", N_("Date received"), missing=N_("Enter the date received.")),
        Field(
            "reference",
            "line",
            N_("Bank reference"),
            N_("As shown on the bank statement."),
            missing=N_("Enter the bank reference."),
        ),
    ),
    effect=Effect.RECORD_REPAYMENT,
    notifies=(
        Notification(
            Role.APPLICANT,
            N_("Unspent funds received: %(title)s"),
            N_("We received %(amount)s of unspent funds from your grant on %(day)s. Thank you."),
            urgency=Urgency.ORDINARY,
        ),
    ),
    title_with_amount=N_("Record %(amount)s as returned"),
    history_text=N_("Unspent funds returned"),
    consequence=N_("This reduces the amount that the grantee must return, and notifies the grantee."),
    final=True,
    understood=N_("I understand that this cannot be changed afterwards."),
)
LAPSE = Transition(
    "lapse",
    N_("Let agreement lapse"),
    source=("to_sign", "countersign"),
    target="withdrawn",
    roles=(Role.CLOCK,),
    guards=(given_up,),
    history_text=N_("Agreement lapsed"),
)

SIGNATURES = frozenset({SIGN.key, COUNTERSIGN.key})
"""The transitions by which a person signs. Both parties read with whose account that was done."""

FLOW = Flow(
    "agreement",
    starts=("to_sign",),
    transitions=(SIGN, COUNTERSIGN, MET, RETURNED, LAPSE),
    own_steps=(Step("withdrawn", N_("Lapsed"), Holder.NOBODY),),
)
