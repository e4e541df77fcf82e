"""The flow of a grant agreement: the grantee signs, then the Foundation countersigns; it is valid with both signatures.

The stage is `conditional` until an officer confirms that the condition of the award is met. An agreement without both
signatures lapses together with its award. Under a signed agreement, unspent funds can be returned.
"""

from __future__ import annotations

from workflows.engine.flow import Field, Flow, Notification, Transition
from workflows.engine.roles import Role
from workflows.rules.money import came_from_us, given_up, other_side_signs

NAME = Field("name", "text", "Your full name", "Your typed name is your signature.", printed=True)
READ = Field("read", "tick", "I have read the agreement and am authorised to sign it for my organisation.")
PROOF = Field("proof", "text", "Evidence", "Say what you saw and where it is kept.", words=3)

SIGN = Transition(
    "sign",
    "Sign agreement",
    source=("to_sign",),
    target="countersign",
    roles=(Role.APPLICANT,),
    fields=(NAME, READ),
    effect="agreements.sign",
    weight="first",
    history_text="Signed by the grantee",
    consequence="The Foundation countersigns next.",
)
COUNTERSIGN = Transition(
    "countersign",
    "Countersign agreement",
    source=("countersign",),
    target="signed",
    roles=(Role.OFFICER, Role.APPROVER),
    guards=(other_side_signs,),
    fields=(NAME, READ),
    effect="agreements.countersign",
    notifies=(
        Notification(
            Role.APPLICANT,
            "Agreement signed: %(title)s",
            "Both sides have signed the agreement. The project can start.",
        ),
    ),
    weight="first",
    history_text="Signed by both",
    consequence="The agreement is in force.",
)
MET = Transition(
    "met",
    "Confirm that the condition is met",
    source=("signed",),
    target="signed",
    roles=(Role.OFFICER,),
    fields=(PROOF,),
    effect="agreements.meet",
    notifies=(
        Notification(
            Role.APPLICANT,
            "Condition of your award met: %(title)s",
            "You have met the condition of your award. The first instalment is now payable.",
        ),
    ),
    stage="conditional",
    weight="first",
    history_text="Condition of the award met",
    consequence="The first instalment becomes payable.",
)

RETURNED = Transition(
    "returned",
    "Record returned funds",
    source=("signed",),
    target="signed",
    roles=(Role.FINANCE,),
    guards=(came_from_us,),
    fields=(
        Field("amount", "amount", "Amount received"),
        Field("day", "day", "Date received"),
        Field("reference", "line", "Bank reference", "As shown on the bank statement."),
    ),
    effect="repayments.receive",
    notifies=(
        Notification(
            Role.APPLICANT,
            "Unspent funds received: %(title)s",
            "We received %(amount)s of unspent funds from your grant on %(day)s. Thank you.",
        ),
    ),
    history_text="Unspent funds returned",
    consequence="This is booked against the amount paid.",
)
LAPSE = Transition(
    "lapse",
    "Let agreement lapse",
    source=("to_sign", "countersign"),
    target="withdrawn",
    roles=(Role.CLOCK,),
    guards=(given_up,),
    history_text="Agreement lapsed",
)

FLOW = Flow("agreement", starts=("to_sign",), transitions=(SIGN, COUNTERSIGN, MET, RETURNED, LAPSE))
