"""Money on its way: an instalment becomes payable by itself; a batch of payments never moves by itself."""

from __future__ import annotations

from workflows.flow import Ask, Flow, Move, Tell
from workflows.roles import Role
from workflows.rules.money import a_third_person, conditions_hold, given_up, pays_somebody

FALL_DUE = Move(
    "fall_due",
    "Becomes payable",
    source=("planned",),
    target="payable",
    by=(Role.CLOCK,),
    needs=(conditions_hold,),
    does="instalments.fall_due",
    past="Payable",
)

LAPSE = Move(
    "lapse",
    "Is no longer planned",
    source=("planned",),
    target="withdrawn",
    by=(Role.CLOCK,),
    needs=(given_up,),
    past="No longer planned",
)
APPROVE = Move(
    "approve",
    "Approve the batch",
    source=("prepared",),
    target="approved",
    by=(Role.FINANCE,),
    needs=(a_third_person, pays_somebody),
    does="batches.approve",
    weight="first",
    past="Approved",
    says="A third person releases it.",
)
UNDO = Move(
    "undo",
    "Take it apart…",
    source=("prepared", "approved"),
    target="withdrawn",
    by=(Role.FINANCE,),
    asks=(Ask("reason", "text", "Why", words=3),),
    does="batches.undo",
    weight="grave",
    past="Taken apart",
    says="Its instalments are payable again.",
)
RELEASE = Move(
    "release",
    "Release the payments",
    source=("approved",),
    target="released",
    by=(Role.FINANCE,),
    needs=(a_third_person, pays_somebody),
    does="batches.release",
    weight="first",
    past="Released",
    says="The money leaves; this cannot be taken back.",
)
CONFIRM = Move(
    "confirm",
    "The bank has paid",
    source=("released",),
    target="paid",
    by=(Role.FINANCE,),
    does="batches.confirm",
    tells=(Tell(Role.APPLICANT, "We have paid: %(title)s", "The bank confirmed a payment of %(amount)s to you."),),
    weight="first",
    past="Paid",
    says="Each payment is booked as paid.",
)

INSTALMENT = Flow("instalment", starts=("planned",), moves=(FALL_DUE, LAPSE))
BATCH = Flow("payment", starts=("prepared",), moves=(APPROVE, UNDO, RELEASE, CONFIRM))
