"""The fixed set of steps that flows are built from. Programmes choose among them and cannot add any.

The word of a step is its label. Its holder is the party who must act next, and determines its shape and colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
        draft="Draft",
        question="Question asked",
        reply="Right of reply",
        to_sign="To sign",
        due="Report due",
    ),
    **_steps(
        Holder.OURS,
        triage="Triage",
        checks="Checks",
        panel="Panel",
        decision="Decision",
        agreement="Agreement",
        received="Received",
        payable="Payable",
        prepared="Prepared",
        released="Released",
        countersign="To countersign",
    ),
    **_steps(Holder.REVIEWERS, review="In review"),
    **_steps(Holder.DONE, active="Active", approved="Approved", paid="Paid", signed="Signed", open="Open"),
    **_steps(
        Holder.NOBODY,
        planned="Planned",
        waitlisted="Waitlisted",
        not_eligible="Not eligible",
        declined="Declined",
        withdrawn="Withdrawn",
        terminated="Terminated",
        closed="Closed",
        failed="Failed",
    ),
}
