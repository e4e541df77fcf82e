"""The one vocabulary of steps: a programme chooses among them and never invents one.

A step says in its word where a thing stands and by its holder in whose hands it is; shape and colour
follow from the holder alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Holder(StrEnum):
    """In whose hands a thing is."""

    APPLICANT = "applicant"
    OURS = "ours"
    REVIEWERS = "reviewers"
    DONE = "done"
    NOBODY = "nobody"

    @property
    def shape(self) -> str:
        """The mark beside the word: colour is never the only sign."""
        return {"applicant": "diamond", "ours": "dot", "reviewers": "triangle", "done": "tick", "nobody": "dash"}[self]


@dataclass(frozen=True, slots=True)
class Step:
    """A place in a flow: its key as stored, the word people read, who holds it."""

    key: str
    word: str
    holder: Holder

    @property
    def shape(self) -> str:
        """The holder's mark."""
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
        countersign="Counter-sign",
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
