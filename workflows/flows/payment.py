"""The flows of payments: the clock makes instalments payable, but only people move a batch of payments."""

from __future__ import annotations

from workflows.flow import Ask, Flow, Move, Tell
from workflows.roles import Role
from workflows.rules.money import a_third_person, conditions_hold, given_up, pays_somebody

FALL_DUE = Move(
    "fall_due",
    "Make instalment payable",
    source=("planned",),
    target="payable",
    by=(Role.CLOCK,),
    needs=(conditions_hold,),
    does="instalments.fall_due",
    past="Payable",
)

LAPSE = Move(
    "lapse",
    "Cancel instalment",
    source=("planned",),
    target="withdrawn",
    by=(Role.CLOCK,),
    needs=(given_up,),
    past="Instalment cancelled",
)
APPROVE = Move(
    "approve",
    "Approve batch",
    source=("prepared",),
    target="approved",
    by=(Role.FINANCE,),
    needs=(a_third_person, pays_somebody),
    does="batches.approve",
    weight="first",
    past="Approved",
    says="A third person must release the batch.",
)
UNDO = Move(
    "undo",
    "Cancel batch…",
    source=("prepared", "approved"),
    target="withdrawn",
    by=(Role.FINANCE,),
    asks=(Ask("reason", "text", "Reason", words=3),),
    does="batches.undo",
    weight="grave",
    past="Cancelled",
    says="The instalments in the batch become payable again.",
)
RELEASE = Move(
    "release",
    "Release payments",
    source=("approved",),
    target="released",
    by=(Role.FINANCE,),
    needs=(a_third_person, pays_somebody),
    does="batches.release",
    weight="first",
    past="Released",
    says="The payments go to the bank. You cannot undo this.",
)
CONFIRM = Move(
    "confirm",
    "Confirm payments",
    source=("released",),
    target="paid",
    by=(Role.FINANCE,),
    does="batches.confirm",
    tells=(
        Tell(
            Role.APPLICANT,
            "We have paid %(amount)s: %(title)s",
            "The bank has confirmed our payment of %(amount)s to you.",
        ),
    ),
    weight="first",
    past="Paid",
    says="The bank has made the payments. This books each of them as paid.",
)

INSTALMENT = Flow("instalment", starts=("planned",), moves=(FALL_DUE, LAPSE))
BATCH = Flow("payment", starts=("prepared",), moves=(APPROVE, UNDO, RELEASE, CONFIRM))
