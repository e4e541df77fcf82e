"""The variants of the application flow that programmes choose from.

`PANEL` (an officer recommends, an approver decides), `OFFICER_DECIDES` (small grants), `TWO_STAGES` (a statement is
reviewed, then a full proposal invited), `DISASTER` (alert, triage and mini-proposal, all with time limits). Each states
only its differences.
"""

from __future__ import annotations

from dataclasses import replace

from workflows.engine.effects import Effect
from workflows.engine.flow import Transition
from workflows.engine.message import N_
from workflows.engine.rights import Right
from workflows.engine.roles import Role
from workflows.flows.notifications import ALERTED, INVITED, LATE, WANTED
from workflows.flows.panel import (
    ANSWER,
    ANSWER_IN_WORDS,
    AWARD,
    BACK_TO_PANEL,
    DECLINE,
    DELETE,
    NOT_ELIGIBLE,
    PANEL,
    RECOMMEND,
    REFUSE,
    SUBMIT,
    TAKE_BACK,
    TO_PANEL,
    WITHDRAW,
)
from workflows.rules.calls import call_allows
from workflows.rules.days import happened_already
from workflows.rules.decisions import (
    all_checked,
    amount_fits,
    checked_impartially,
    envelope_suffices,
    none_failed,
    not_checked_by_me,
    recommends_wholly,
    reviews_in,
)
from workflows.rules.involvements import JUDGING, nobody_decided
from workflows.rules.proposals import complete, in_time
from workflows.rules.verifications import verified

__all__ = ["DISASTER", "OFFICER_DECIDES", "PANEL", "TWO_STAGES"]

OFFICER = (Role.OFFICER,)
READ = (*JUDGING, checked_impartially, reviews_in, not_checked_by_me)
"""Guards of an officer who decides on the reviews alone, without a panel."""

OFFICER_DECIDES = PANEL.changed(
    replace(
        AWARD,
        source=("review",),
        roles=OFFICER,
        guards=(*READ, none_failed, call_allows("award"), verified, amount_fits, envelope_suffices),
    ),
    replace(DECLINE, source=("review",), roles=OFFICER, guards=READ),
    DELETE,
    replace(WITHDRAW, source=("checks", "question", "review")),
    replace(TAKE_BACK, roles=OFFICER),
    replace(REFUSE, roles=OFFICER),
    without=("to_panel", "back_to_review", "recommend", "back_to_panel"),
    name="application decided by an officer",
)

INVITE = Transition(
    "invite",
    N_("Invite full proposal"),
    source=("review",),
    target="draft",
    roles=OFFICER,
    guards=(*READ, none_failed),
    stage="statement",
    next_stage="proposal",
    effect=Effect.INVITE_NEXT_STAGE,
    notifies=(INVITED,),
    weight="first",
    history_text=N_("Full proposal invited"),
    consequence=N_("The applicant writes the full proposal next."),
)

SUBMIT_STATEMENT = replace(
    SUBMIT,
    title=N_("Submit statement of interest"),
    stage="statement",
    consequence=N_("You cannot change the statement of interest after you submit it, unless we ask you to."),
)
RESUBMIT_STATEMENT = replace(
    ANSWER,
    title=N_("Resubmit statement of interest"),
    not_done=N_("The statement of interest was not resubmitted"),
    stage="statement",
    fields=(
        replace(
            ANSWER_IN_WORDS,
            help=N_("Answer here, change the statement of interest, or do both."),
            optional=N_("required if you do not change the statement of interest"),
        ),
    ),
)

TWO_STAGES = PANEL.changed(
    SUBMIT_STATEMENT,
    RESUBMIT_STATEMENT,
    replace(SUBMIT, stage="proposal"),
    replace(ANSWER, stage="proposal"),
    INVITE,
    replace(DECLINE, key="decline_statement", source=("review",), roles=OFFICER, guards=READ, stage="statement"),
    replace(TO_PANEL, stage="proposal"),
    replace(DELETE, stage="statement"),
    replace(WITHDRAW, source=("draft",), stage="proposal"),
    WITHDRAW,
    name="application in two stages",
)

ALERT = Transition(
    "alert",
    N_("Submit alert"),
    source=("draft",),
    target="triage",
    roles=(Role.APPLICANT,),
    right=Right.SUBMIT,
    guards=(in_time, complete, happened_already, call_allows("start"), nobody_decided),
    stage="alert",
    effect=Effect.SUBMIT_APPLICATION,
    notifies=(ALERTED,),
    weight="first",
    history_text=N_("Alert submitted"),
    consequence=N_("A programme officer assesses the alert next."),
)
ACCEPT = Transition(
    "accept",
    N_("Request mini-proposal"),
    source=("triage",),
    target="draft",
    roles=OFFICER,
    guards=JUDGING,
    stage="alert",
    next_stage="proposal",
    effect=Effect.INVITE_NEXT_STAGE,
    notifies=(WANTED,),
    weight="first",
    history_text=N_("Mini-proposal requested"),
    consequence=N_("The applicant receives the form and the deadline for submitting it."),
)


def _late(step: str) -> Transition:
    """The transition of the clock at an overdue step: the step stays the same and the deputy is notified."""
    return Transition(
        f"late_{step}",
        N_("Notify deputy"),
        source=(step,),
        target=step,
        roles=(Role.CLOCK,),
        time_limit=step,
        notifies=(LATE[step],),
        history_text=N_("Time limit passed, deputy notified"),
    )


DISASTER = PANEL.changed(
    ALERT,
    ACCEPT,
    replace(NOT_ELIGIBLE, title=N_("Mark alert as not eligible"), source=("triage",)),
    replace(
        SUBMIT,
        title=N_("Submit mini-proposal"),
        target="review",
        stage="proposal",
        consequence=N_("You cannot change the mini-proposal after you submit it."),
    ),
    replace(
        RECOMMEND,
        source=("review",),
        guards=(
            *JUDGING,
            all_checked,
            none_failed,
            checked_impartially,
            reviews_in,
            recommends_wholly,
            amount_fits,
            envelope_suffices,
        ),
    ),
    replace(
        BACK_TO_PANEL,
        key="back_to_review",
        title=N_("Send back to review"),
        not_done=N_("The application was not sent back"),
        target="review",
        history_text=N_("Sent back to review"),
    ),
    replace(DELETE, stage="alert"),
    replace(WITHDRAW, source=("draft",), stage="proposal"),
    replace(WITHDRAW, source=("triage", "review", "decision")),
    *(_late(step) for step in ("triage", "review", "decision")),
    without=("ask", "answer", "no_answer", "pass", "to_panel", "back_to_panel"),
    name="disaster relief",
)
