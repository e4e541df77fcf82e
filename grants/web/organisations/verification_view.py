"""The verification of an organisation, on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from grants.models import Organisation, Verification
from grants.services import verifications
from grants.web.site.authorization import principal
from grants.web.site.formats import current_day, day
from grants.web.transitions import Offer, available
from workflows.deadlines import VERIFYING_DAYS, working_days_between
from workflows.engine.steps import Step
from workflows.flows.verification import FLOW


@dataclass(frozen=True, slots=True)
class VerificationView:
    """How far the verification is. text: what it means, with its day. note: evidence or reason, if the reader sees it.

    offers: what the reader can do.
    """

    step: Step
    text: str
    note: str
    offers: Sequence[Offer]


def of(organisation: Organisation) -> VerificationView | None:
    """The verification of this organisation; None if the Foundation entered it."""
    row = verifications.of(organisation)
    if row is None:
        return None
    member = organisation.id in principal().organisations
    note = row.note if row.step == "refused" or (row.step == "verified" and not member) else ""
    return VerificationView(FLOW.step(row.step), _text(row), note, available(row))


def _text(row: Verification) -> str:
    if row.step == "verified":
        return gettext("Verified on %(day)s.", day=day(row.step_at.date(), "year"))
    if row.step == "refused":
        return gettext(
            "Verification refused on %(day)s. The organisation cannot be awarded a grant.",
            day=day(row.step_at.date(), "year"),
        )
    waited = working_days_between(row.step_at.date(), current_day())
    due = day(row.due_on, "year")
    if waited > VERIFYING_DAYS:
        late = gettext("The Foundation should have verified the organisation by %(day)s.", day=due)
        return f"{late} {_meanwhile()}"
    days = gettext(
        "The Foundation will verify the organisation by %(day)s: working day %(number)s of %(most)s.",
        day=due,
        number=max(waited, 1),
        most=VERIFYING_DAYS,
    )
    return f"{days} {_meanwhile()}"


def _meanwhile() -> str:
    return gettext("You can draft and submit before then; a grant can be awarded only afterwards.")
