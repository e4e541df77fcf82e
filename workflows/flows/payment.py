"""The flows of payments: the clock makes instalments payable, but only people move a batch of payments."""

from __future__ import annotations

from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Flow, Notification, Transition
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.engine.steps import Holder, Step
from workflows.rules.involvements import IMPARTIAL
from workflows.rules.money import a_third_person, conditions_hold, given_up, pays_somebody, signed_impartially

FALL_DUE = Transition(
    "fall_due",
    N_("Make instalment payable"),
    source=("planned",),
    target="payable",
    roles=(Role.CLOCK,),
    guards=(conditions_hold,),
    effect=Effect.MAKE_INSTALMENT_PAYABLE,
    history_text=N_("Instalment %(number)s became payable"),
)

LAPSE = Transition(
    "lapse",
    N_("Cancel instalment"),
    source=("planned",),
    target="withdrawn",
    roles=(Role.CLOCK,),
    guards=(given_up,),
    history_text=N_("Instalment %(number)s cancelled"),
)
APPROVE = Transition(
    "approve",
    N_("Approve batch"),
    source=("prepared",),
    target="approved",
    roles=(Role.FINANCE,),
    guards=(*IMPARTIAL, a_third_person, signed_impartially, pays_somebody),
    effect=Effect.APPROVE_BATCH,
    weight="first",
    history_text=N_("Batch approved"),
    consequence=N_("A third person must release the batch."),
)
UNDO = Transition(
    "undo",
    N_("Cancel batch"),
    not_done=N_("The batch was not cancelled"),
    source=("prepared", "approved"),
    target="withdrawn",
    roles=(Role.FINANCE,),
    guards=IMPARTIAL,
    fields=(Field("reason", "text", N_("Reason"), words=3, missing=N_("Enter the reason.")),),
    effect=Effect.CANCEL_BATCH,
    weight="grave",
    history_text=N_("Batch cancelled"),
    consequence=N_("The instalments in the batch become payable again."),
    final=True,
    understood=N_("I understand that the batch cannot be used again."),
)
RELEASE = Transition(
    "release",
    N_("Release payments"),
    not_done=N_("The payments were not released"),
    source=("approved",),
    target="released",
    roles=(Role.FINANCE,),
    guards=(*IMPARTIAL, a_third_person, signed_impartially, pays_somebody),
    effect=Effect.RELEASE_BATCH,
    weight="first",
    history_text=N_("Payments released"),
    consequence=N_("This only records the release. Instruct the bank separately. You cannot undo this."),
    final=True,
    fresh_factor=True,
)
CONFIRM = Transition(
    "confirm",
    N_("Confirm payments"),
    not_done=N_("The payments were not confirmed"),
    source=("released",),
    target="paid",
    roles=(Role.FINANCE,),
    guards=IMPARTIAL,
    effect=Effect.CONFIRM_BATCH,
    notifies=(
        Notification(
            Role.APPLICANT,
            N_("We have paid %(amount)s: %(title)s"),
            N_("The bank has confirmed our payment of %(amount)s to your organisation."),
        ),
    ),
    weight="first",
    history_text=N_("Payments confirmed by the bank"),
    consequence=N_(
        "Confirm once the bank has made every payment. This records each payment as made. You cannot undo this."
    ),
    final=True,
)

EARLIER = (N_("Instalment became payable"), N_("Instalment cancelled"))
"""Texts of history that earlier releases stored without the number of the instalment."""

CANCELLED = Step("withdrawn", "Cancelled", Holder.NOBODY)
"""Not marked for translation here, because history once stored this word; `templates/batches/show.html` does."""

INSTALMENT = Flow("instalment", starts=("planned",), transitions=(FALL_DUE, LAPSE), own_steps=(CANCELLED,))
BATCH = Flow(
    "payment batch",
    starts=("prepared",),
    transitions=(APPROVE, UNDO, RELEASE, CONFIRM),
    own_steps=(CANCELLED, Step("approved", N_("Approved"), Holder.OURS)),
)
