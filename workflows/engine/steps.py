"""The fixed set of steps that flows are built from. Programmes choose among them and cannot add any.

The word of a step is its label. Its holder is the party who must act next, and determines its shape and colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.message import N_


class Holder(StrEnum):
    """The party who must act next."""

    APPLICANT = "applicant"
    OURS = "ours"
    REVIEWERS = "reviewers"
    DONE = "done"
    NOBODY = "nobody"

    @property
    def shape(self) -> str:
        """The shape shown beside the word, so that colour is never the only signal."""
        return {"applicant": "diamond", "ours": "dot", "reviewers": "triangle", "done": "tick", "nobody": "dash"}[self]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a flow: its stored key, its label and its holder."""

    key: str
    word: str
    holder: Holder

    @property
    def shape(self) -> str:
        """The shape of its holder."""
        return self.holder.shape


def _steps(holder: Holder, **words: str) -> dict[str, Step]:
    return {key: Step(key, word, holder) for key, word in words.items()}


STEPS: dict[str, Step] = {
    **_steps(
        Holder.APPLICANT,
        draft=N_("Draft"),
        question=N_("Returned with a question"),
        reply=N_("Right of reply"),
        to_sign=N_("To sign"),
        due=N_("To submit"),
    ),
    **_steps(
        Holder.OURS,
        triage=N_("Alert assessment"),
        checks=N_("Checks"),
        panel=N_("Panel"),
        decision=N_("Decision"),
        agreement=N_("Agreement"),
        received=N_("Received"),
        payable=N_("Payable"),
        prepared=N_("Prepared"),
        released=N_("Released"),
        countersign=N_("To countersign"),
        registered=N_("To be verified"),
    ),
    **_steps(Holder.REVIEWERS, review=N_("In review"), asked=N_("Invited to review"), ready=N_("Reviewing")),
    **_steps(
        Holder.DONE,
        active=N_("Active"),
        approved=N_("Approved"),
        paid=N_("Paid"),
        signed=N_("Signed"),
        open=N_("Open"),
        sent=N_("Submitted"),
        verified=N_("Verified"),
    ),
    **_steps(
        Holder.NOBODY,
        planned=N_("Planned"),
        waitlisted=N_("Waitlisted"),
        not_eligible=N_("Not eligible"),
        declined=N_("Declined"),
        withdrawn=N_("Withdrawn"),
        terminated=N_("Award revoked"),
        closed=N_("Closed"),
        failed=N_("Failed"),
        conflicted=N_("Conflict of interest"),
        refused=N_("Not verified"),
    ),
}

DECIDED = frozenset({"not_eligible", "declined", "withdrawn", "agreement", "active", "closed", "terminated"})
"""The steps of an application on which nobody decides any more."""
