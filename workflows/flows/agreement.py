"""The flow of a grant agreement: the grantee signs, then the Foundation countersigns; it is valid with both signatures.

The stage is `conditional` until an officer confirms that the condition of the award is met. An agreement without both
signatures lapses together with its award. Under a signed agreement, unspent funds can be returned.
"""

from __future__ import annotations

from workflows.flow import Ask, Flow, Move, Tell
from workflows.roles import Role
from workflows.rules.money import came_from_us, given_up, other_side_signs

NAME = Ask("name", "text", "Your full name", "Your typed name is your signature.", printed=True)
READ = Ask("read", "tick", "I have read the agreement and am authorised to sign it for my organisation.")
PROOF = Ask("proof", "text", "Evidence", "Say what you saw and where it is kept.", words=3)

SIGN = Move(
    "sign",
    "Sign agreement",
    source=("to_sign",),
    target="countersign",
    by=(Role.APPLICANT,),
    asks=(NAME, READ),
    does="agreements.sign",
    weight="first",
    past="Signed by the grantee",
    says="The Foundation countersigns next.",
)
COUNTERSIGN = Move(
    "countersign",
    "Countersign agreement",
    source=("countersign",),
    target="signed",
    by=(Role.OFFICER, Role.APPROVER),
    needs=(other_side_signs,),
    asks=(NAME, READ),
    does="agreements.countersign",
    tells=(
        Tell(
            Role.APPLICANT,
            "Agreement signed: %(title)s",
            "Both sides have signed the agreement. The project can start.",
        ),
    ),
    weight="first",
    past="Signed by both",
    says="The agreement is in force.",
)
MET = Move(
    "met",
    "Confirm that the condition is met",
    source=("signed",),
    target="signed",
    by=(Role.OFFICER,),
    asks=(PROOF,),
    does="agreements.meet",
    tells=(
        Tell(
            Role.APPLICANT,
            "Condition of your award met: %(title)s",
            "You have met the condition of your award. The first instalment is now payable.",
        ),
    ),
    stage="conditional",
    weight="first",
    past="Condition of the award met",
    says="The first instalment becomes payable.",
)

RETURNED = Move(
    "returned",
    "Record returned funds",
    source=("signed",),
    target="signed",
    by=(Role.FINANCE,),
    needs=(came_from_us,),
    asks=(
        Ask("amount", "amount", "Amount received"),
        Ask("day", "day", "Date received"),
        Ask("reference", "line", "Bank reference", "As shown on the bank statement."),
    ),
    does="repayments.receive",
    tells=(
        Tell(
            Role.APPLICANT,
            "Unspent funds received: %(title)s",
            "We received %(amount)s of unspent funds from your grant on %(day)s. Thank you.",
        ),
    ),
    past="Unspent funds returned",
    says="This is booked against the amount paid.",
)
LAPSE = Move(
    "lapse",
    "Let agreement lapse",
    source=("to_sign", "countersign"),
    target="withdrawn",
    by=(Role.CLOCK,),
    needs=(given_up,),
    past="Agreement lapsed",
)

FLOW = Flow("agreement", starts=("to_sign",), moves=(SIGN, COUNTERSIGN, MET, RETURNED, LAPSE))
