"""A grant agreement: the grantee signs, then the Foundation; only both make it valid.

The stage `conditional` lasts as long as the award has a condition that nobody has found met.
"""

from __future__ import annotations

from workflows.flow import Ask, Flow, Move, Tell
from workflows.roles import Role
from workflows.rules.money import other_side_signs

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

FLOW = Flow("agreement", starts=("to_sign",), moves=(SIGN, COUNTERSIGN, MET))
