"""The flow of a call: in preparation, open, closed; its deadline can be extended while it is open.

An open call accepts applications from its opening time on; before that, pages call it scheduled.
"""

from __future__ import annotations

from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Flow, Transition
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.engine.steps import Holder, Step
from workflows.flows.notifications import CLOSED_EARLY, EXTENDED
from workflows.rules.involvements import no_rival
from workflows.rules.rounds import has_money, later_deadline

OFFICER = (Role.OFFICER,)

OPEN = Transition(
    "open",
    N_("Open the call"),
    source=("draft",),
    target="open",
    roles=OFFICER,
    guards=(has_money,),
    effect=Effect.OPEN_CALL,
    weight="first",
    history_text=N_("Opened"),
    consequence=N_("The rules are then fixed and the call is public."),
)
EXTEND = Transition(
    "extend",
    N_("Extend the deadline"),
    not_done=N_("The deadline was not extended"),
    source=("open",),
    target="open",
    roles=OFFICER,
    guards=(no_rival, later_deadline),
    fields=(
        Field("until", "instant", N_("New deadline (UTC)"), missing=N_("Enter the new deadline.")),
        Field(
            "reason",
            "text",
            N_("Reason"),
            N_("We send it to everyone who has a draft in this call."),
            words=3,
            missing=N_("Enter the reason."),
        ),
    ),
    effect=Effect.EXTEND_CALL,
    notifies=(EXTENDED,),
    history_text=N_("Deadline extended to %(until)s"),
    consequence=N_("The deadline can only be moved to a later date. We notify everyone who has a draft in this call."),
)
CLOSE = Transition(
    "close",
    N_("Close the call now"),
    not_done=N_("The call was not closed"),
    source=("open",),
    target="closed",
    roles=OFFICER,
    guards=(no_rival,),
    notifies=(CLOSED_EARLY,),
    weight="grave",
    history_text=N_("Closed"),
    consequence=N_("No more proposals can be submitted. We continue with those already submitted."),
    final=True,
)

FLOW = Flow(
    "call",
    starts=("draft",),
    transitions=(OPEN, EXTEND, CLOSE),
    own_steps=(Step("draft", N_("Draft"), Holder.OURS),),
)
