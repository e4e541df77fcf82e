"""The flow of the verification of an organisation that registered itself, or whose legal details have changed.

It runs beside drafting and submitting. An award waits for it.
"""

from __future__ import annotations

from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Flow, Transition
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.rules.verifications import no_rival, not_ones_own

OFFICER = (Role.OFFICER,)

VERIFY = Transition(
    "verify",
    N_("Verify organisation"),
    not_done=N_("The organisation was not verified"),
    source=("registered", "refused"),
    target="verified",
    roles=OFFICER,
    guards=(not_ones_own, no_rival),
    fields=(
        Field(
            "note",
            "text",
            N_("Evidence"),
            N_("What you compared, such as the entry in the register, and for a chapter its standing."),
            words=3,
            missing=N_("Enter the evidence."),
        ),
    ),
    effect=Effect.SETTLE_VERIFICATION,
    weight="first",
    history_text=N_("Organisation verified"),
    consequence=N_("The organisation can then be awarded a grant. We notify the people who act for it."),
)
REFUSE = Transition(
    "refuse",
    N_("Refuse verification"),
    not_done=N_("Verification was not refused"),
    source=("registered",),
    target="refused",
    roles=OFFICER,
    guards=(not_ones_own, no_rival),
    fields=(
        Field(
            "note",
            "text",
            N_("Reason to give to the organisation"),
            N_("We send it to the people who act for the organisation."),
            words=3,
            missing=N_("Enter the reason."),
        ),
    ),
    effect=Effect.SETTLE_VERIFICATION,
    weight="grave",
    history_text=N_("Organisation not verified"),
    consequence=N_("The organisation cannot be awarded a grant until it is verified."),
    final=True,
    understood=N_("I have checked that the registration cannot be verified."),
)
AGAIN = Transition(
    "again",
    N_("Verify organisation again"),
    source=("verified", "refused"),
    target="registered",
    roles=(Role.CLOCK,),
    history_text=N_("To be verified again"),
)

FLOW = Flow(
    "verification",
    starts=("registered",),
    transitions=(VERIFY, REFUSE, AGAIN),
    for_people=frozenset({"verified", "refused"}),
)
