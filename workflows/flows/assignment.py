"""The flow of an assignment: invitation, declaration, review, and how it ends without a review."""

from __future__ import annotations

from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Flow, Transition
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.engine.steps import Holder, Step
from workflows.flows.notifications import (
    CONFLICTED,
    INVITED_TO_REVIEW,
    NOT_INVITED,
    RELEASED,
    REVIEWER_APPLIED,
    ROLE_ENDED,
)
from workflows.rules.involvements import JUDGING
from workflows.rules.reviews import (
    CONFLICTS,
    MAY_REVIEW,
    acts_for_an_applicant,
    appointed,
    appointment_ended,
    fit,
    in_review,
    not_oneself,
    review_complete,
    review_over,
    some_conflict,
    undecided,
)

REVIEWER = (Role.REVIEWER,)
OPEN = ("asked", "ready")
"""Steps at which something is still expected of the reviewer."""
AT_WORK = (*OPEN, "sent")
"""Steps of reviewers who count: invited, at work or finished."""
ENDED = ("declined", "withdrawn", "released", "conflicted")
"""Steps of reviewers who no longer take part."""

NONE = Field(
    "none",
    "tick",
    N_("I can judge the proposal fairly and will keep it confidential."),
    missing=N_("Confirm that you can judge the proposal fairly and will keep it confidential."),
)

CLEAR = Transition(
    "clear",
    N_("Declare no conflict of interest"),
    not_done=N_("Your declaration was not submitted"),
    source=("asked",),
    target="ready",
    roles=REVIEWER,
    guards=MAY_REVIEW,
    fields=(NONE,),
    effect=Effect.OPEN_PROPOSAL,
    weight="first",
    history_text=N_("Declared no conflict of interest"),
    consequence=N_("You can then read the proposal."),
)
CONFLICT = Transition(
    "conflict",
    N_("Declare a conflict of interest"),
    not_done=N_("Your declaration was not submitted"),
    source=AT_WORK,
    target="conflicted",
    roles=REVIEWER,
    guards=(appointed, some_conflict),
    fields=tuple(Field(key, "tick", sentence, required=False) for key, sentence in CONFLICTS),
    effect=Effect.DECLARE_CONFLICT,
    notifies=(CONFLICTED,),
    weight="grave",
    history_text=N_("Declared a conflict of interest"),
    consequence=N_("You will no longer see the application, and any review that you submitted will no longer count."),
)
DECLINE = Transition(
    "decline",
    N_("Decline review"),
    not_done=N_("The review was not declined"),
    source=OPEN,
    target="declined",
    roles=REVIEWER,
    guards=(appointed,),
    fields=(Field("reason", "text", N_("Reason"), N_("For example, lack of time."), missing=N_("Enter the reason.")),),
    effect=Effect.DECLINE_REVIEW,
    history_text=N_("Reviewer declined"),
    consequence=N_("We will invite another reviewer."),
)
SEND = Transition(
    "send",
    N_("Submit review"),
    source=("ready",),
    target="sent",
    roles=REVIEWER,
    guards=(*MAY_REVIEW, review_complete),
    effect=Effect.SUBMIT_REVIEW,
    weight="first",
    history_text=N_("Review submitted"),
    consequence=N_("You cannot change a review after you submit it."),
)
WITHDRAW = Transition(
    "withdraw",
    N_("Withdraw invitation"),
    not_done=N_("The invitation was not withdrawn"),
    source=OPEN,
    target="withdrawn",
    roles=(Role.OFFICER,),
    guards=JUDGING,
    fields=(
        Field(
            "reason",
            "text",
            N_("Reason"),
            N_("We send it to the reviewer by email."),
            words=3,
            missing=N_("Enter the reason."),
        ),
    ),
    effect=Effect.WITHDRAW_INVITATION,
    notifies=(NOT_INVITED,),
    weight="grave",
    history_text=N_("Invitation to review withdrawn"),
    consequence=N_("The reviewer can no longer read the proposal."),
    final=True,
    understood=N_("I understand that the reviewer is notified."),
)
INVITE_AGAIN = Transition(
    "invite_again",
    N_("Invite again"),
    source=ENDED,
    target="asked",
    roles=(Role.OFFICER,),
    guards=(*JUDGING, not_oneself, in_review, fit),
    effect=Effect.INVITE_AGAIN,
    notifies=(INVITED_TO_REVIEW,),
    history_text=N_("Reviewer invited again"),
    consequence=N_("The reviewer must declare again whether they have a conflict of interest."),
)
RELEASE = Transition(
    "release",
    N_("Remove reviewer"),
    source=OPEN,
    target="released",
    roles=(Role.CLOCK,),
    guards=(review_over,),
    notifies=(RELEASED,),
    history_text=N_("Reviewer removed"),
)
END_ROLE = Transition(
    "end_role",
    N_("Remove reviewer whose appointment has ended"),
    source=OPEN,
    target="released",
    roles=(Role.CLOCK,),
    guards=(appointment_ended,),
    notifies=(ROLE_ENDED,),
    history_text=N_("Reviewer removed because their appointment ended"),
)
JOIN = Transition(
    "join",
    N_("Remove reviewer who acts for an applicant to the call"),
    source=AT_WORK,
    target="conflicted",
    roles=(Role.CLOCK,),
    guards=(acts_for_an_applicant, undecided),
    notifies=(REVIEWER_APPLIED,),
    history_text=N_("Reviewer removed: acts for an applicant to the call"),
)

FLOW = Flow(
    "assignment",
    starts=("asked",),
    transitions=(CLEAR, SEND, CONFLICT, DECLINE, WITHDRAW, INVITE_AGAIN, RELEASE, END_ROLE, JOIN),
    for_people=frozenset(),
    own_steps=(Step("released", N_("Removed"), Holder.NOBODY),),
)
