"""Rules about signing, reporting and paying."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from workflows.cases import AgreementCase, BatchCase, InstalmentCase, ReportCase
from workflows.engine.message import ANOTHER, N_, Message, Money
from workflows.engine.roles import Actor

FURTHEST_EAST, A_DAY = timedelta(hours=14), timedelta(days=1)


def other_side_signs(case: AgreementCase, actor: Actor) -> Message | None:
    """Another person signed for the grantee."""
    if actor.person is None or actor.person != case.signed_by:
        return None
    return Message("You signed for the grantee, so another person must countersign.", cure=ANOTHER)


def not_judged_by_me(case: AgreementCase, actor: Actor) -> Message | None:
    """The person took no part in the decision on the award."""
    if actor.person is None or actor.person not in case.judges:
        return None
    text = N_("You took part in the decision on this award, so another person must sign for the grantee.")
    return Message(text, cure=ANOTHER)


def report_complete(case: ReportCase, actor: Actor) -> tuple[Message, ...]:
    """Every question, indicator and budget line of the report is filled in."""
    return case.missing


def agreement_in_force(case: ReportCase, actor: Actor) -> Message | None:
    """Both parties have signed the agreement."""
    return None if case.agreement == "signed" else Message("The agreement has not been signed by both parties yet.")


def earlier_reports_done(case: ReportCase, actor: Actor) -> tuple[Message, ...]:
    """All earlier reports are approved."""
    return tuple(
        Message("An earlier report must be approved first: %(title)s.", title=Message(title))
        for title in case.earlier_open
    )


def not_sent_by_me(case: ReportCase, actor: Actor) -> Message | None:
    """Another person submitted the report."""
    if actor.person is None or actor.person != case.sent_by:
        return None
    return Message("You submitted this report, so another person must review it.", cure=ANOTHER)


def conditions_hold(case: InstalmentCase, actor: Actor) -> tuple[Message, ...]:
    """All conditions of the instalment are met."""
    return case.waits_for


def a_third_person(case: BatchCase, actor: Actor) -> Message | None:
    """Three different people prepare, approve and release the batch, and the last two did not decide on its awards."""
    if actor.person == case.prepared_by:
        text = N_("You prepared this batch, so another person must approve and release it.")
        return Message(text, cure=ANOTHER)
    if actor.person == case.approved_by:
        return Message("You approved this batch, so another person must release it.", cure=ANOTHER)
    if actor.person in case.award_makers:
        return Message("You decided on an award in this batch, so another person must do this.", cure=ANOTHER)
    return None


def signed_impartially(case: BatchCase, actor: Actor) -> Message | None:
    """No one who prepared or approved the batch has since declared a conflict of interest or acted for an applicant."""
    if not {case.prepared_by, case.approved_by} & case.involvements.disqualified:
        return None
    return Message(
        "A person who prepared or approved this batch has since acted for an applicant, or declared a conflict of "
        "interest in a grant that it pays. Cancel the batch and ask another person to prepare a new one."
    )


def pays_somebody(case: BatchCase, actor: Actor) -> Message | None:
    """The batch has at least one payment."""
    return None if case.payments else Message("This batch has no payments.")


def given_up(case: AgreementCase | ReportCase | InstalmentCase, actor: Actor) -> Message | None:
    """The award was declined or revoked before both parties had signed."""
    return (
        None
        if case.application in ("withdrawn", "terminated")
        else Message("The award has not been declined or revoked.", cure="award")
    )


def came_from_us(case: AgreementCase, actor: Actor) -> tuple[Message, ...]:
    """The amount was paid and not spent, the date is not in the future, and the bank reference is new."""
    if not case.returnable:
        return (Message("There are no funds to return.", cure="award"),)
    amount, reasons = case.answers.get("amount"), []
    if isinstance(amount, Decimal) and amount <= 0:
        reasons.append(Message("Enter an amount above zero.", cure="amount"))
    if isinstance(amount, Decimal) and amount > case.returnable:
        most = Money(case.returnable, case.currency)
        reasons.append(Message("At most %(most)s can be returned.", most=most, cure="amount"))
    reasons += _came_when(case, case.answers.get("day"))
    if case.answers.get("reference") in case.references:
        reasons.append(Message("Returned funds with this bank reference are already recorded.", cure="reference"))
    return tuple(reasons)


def _came_when(case: AgreementCase, day: object) -> list[Message]:
    """Reasons against the date, allowing for every time zone: UTC+14 is ahead of UTC, others are a day behind."""
    if not isinstance(day, date):
        return []
    if day > (case.arrived_at + FURTHEST_EAST).date():
        return [Message("This date is in the future. Enter the date on which we received the funds.", cure="day")]
    if case.left_on and day < case.left_on - A_DAY:
        left = case.left_on
        return [
            Message("The first payment was made on %(left)s. Enter that date or a later one.", left=left, cure="day")
        ]
    return []
