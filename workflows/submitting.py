"""Until when an applicant can submit a draft: the one place that combines the deadlines that can hold for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline of one draft. until: None if there is none. source: what sets it.

    `closed` means that the call is not open and nothing else allows the applicant to submit.
    """

    until: datetime | None
    source: Literal["call", "more_time", "invitation", "closed"]

    def allows(self, at: datetime) -> bool:
        """Whether the draft can be submitted at this instant."""
        return self.source != "closed" and (self.until is None or at <= self.until)


def deadline(
    *,
    call: str,
    closes_at: datetime | None,
    invited_until: datetime | None = None,
    more_time_until: datetime | None = None,
) -> Deadline:
    """The deadline of a draft: that of its invitation, or of its call, or more time where this is later.

    call: the step of the call. An invitation can run longer than the call, and does not depend on its step.
    """
    own = more_time_until
    if invited_until is not None:
        return Deadline(max(invited_until, own or invited_until), "invitation")
    if call != "open":
        return Deadline(None, "closed") if own is None else Deadline(own, "more_time")
    if closes_at is None or own is None or own <= closes_at:
        return Deadline(closes_at, "call")
    return Deadline(own, "more_time")
