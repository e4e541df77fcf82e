"""A grant agreement: the grantee signs, then the Foundation; only both make it valid.

The stage `conditional` lasts as long as the award has a condition that nobody has found met. Without both signatures
it lapses with the award; with them, what was paid and not used comes back.
"""

from __future__ import annotations

from workflows.flow import Ask, Flow, Move, Tell
from workflows.roles import Role
from workflows.rules.money import came_from_us, given_up, other_side_signs

NAME = Ask("name", "text", "Your full name", "It stands as your signature.", printed=True)
READ = Ask("read", "tick", "I have read the agreement and may sign for my side.")
PROOF = Ask("proof", "text", "How you know", "What you saw, and where it is kept.", words=3)

SIGN = Move(
    "sign",
    "Sign the agreement",
    source=("to_sign",),
    target="countersign",
    by=(Role.APPLICANT,),
    asks=(NAME, READ),
    does="agreements.sign",
    weight="first",
    past="Signed by the grantee",
    says="The Foundation signs next.",
)
COUNTERSIGN = Move(
    "countersign",
    "Counter-sign the agreement",
    source=("countersign",),
    target="signed",
    by=(Role.OFFICER, Role.APPROVER),
    needs=(other_side_signs,),
    asks=(NAME, READ),
    does="agreements.countersign",
    tells=(
        Tell(
            Role.APPLICANT,
            "The agreement is signed",
            "Both sides have signed, and the project can begin.",
        ),
    ),
    weight="first",
    past="Signed by both",
    says="The agreement is in force.",
)
MET = Move(
    "met",
    "The condition is met",
    source=("signed",),
    target="signed",
    by=(Role.OFFICER,),
    asks=(PROOF,),
    does="agreements.meet",
    tells=(
        Tell(
            Role.APPLICANT,
            "The condition of your award is met",
            "Nothing else holds the first instalment back.",
        ),
    ),
    stage="conditional",
    weight="first",
    past="Condition of the award met",
    says="The first instalment becomes payable.",
)

RETURNED = Move(
    "returned",
    "Record what came back",
    source=("signed",),
    target="signed",
    by=(Role.FINANCE,),
    needs=(came_from_us,),
    asks=(
        Ask("amount", "amount", "Amount received"),
        Ask("day", "day", "Day it was received"),
        Ask("reference", "line", "The bank’s reference", "As it stands on the statement."),
    ),
    does="repayments.receive",
    tells=(
        Tell(
            Role.APPLICANT,
            "We received money back: %(title)s",
            "%(amount)s of your grant came back on %(day)s. Thank you.",
        ),
    ),
    past="Money came back",
    says="It is booked against what was paid.",
)
LAPSE = Move(
    "lapse",
    "Lapses",
    source=("to_sign", "countersign"),
    target="withdrawn",
    by=(Role.CLOCK,),
    needs=(given_up,),
    past="The agreement is not made",
)

FLOW = Flow("agreement", starts=("to_sign",), moves=(SIGN, COUNTERSIGN, MET, RETURNED, LAPSE))
