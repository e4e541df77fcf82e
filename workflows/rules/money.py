"""Rules about signing, reporting and paying."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from workflows.cases import AgreementCase, BatchCase, InstalmentCase, ReportCase
from workflows.roles import Actor
from workflows.say import Money, Say

FURTHEST_EAST, A_DAY = timedelta(hours=14), timedelta(days=1)


def other_side_signs(case: AgreementCase, actor: Actor) -> Say | None:
    """The two signatures come from two people."""
    if actor.person is None or actor.person != case.signed_by:
        return None
    return Say("You signed for the other side already.")


def report_complete(case: ReportCase, actor: Actor) -> tuple[Say, ...]:
    """Every indicator, every budget line and every question of the report is answered."""
    return case.missing


def agreement_in_force(case: ReportCase, actor: Actor) -> Say | None:
    """Both sides have signed the agreement."""
    return None if case.agreement == "signed" else Say("The agreement is not signed by both sides yet.")


def earlier_reports_done(case: ReportCase, actor: Actor) -> tuple[Say, ...]:
    """Reports are approved in their order."""
    return tuple(Say("First: %(title)s.", title=title) for title in case.earlier_open)


def not_sent_by_me(case: ReportCase, actor: Actor) -> Say | None:
    """Nobody approves a report they sent."""
    if actor.person is None or actor.person != case.sent_by:
        return None
    return Say("You sent this report, so somebody else must approve it.")


def conditions_hold(case: InstalmentCase, actor: Actor) -> tuple[Say, ...]:
    """Everything the instalment waits for has happened."""
    return case.waits_for


def a_third_person(case: BatchCase, actor: Actor) -> Say | None:
    """Prepared, approved and released by three people, none of whom made an award in the batch."""
    if actor.person in (case.prepared_by, case.approved_by):
        return Say("You prepared or approved this batch, so somebody else must do this.")
    if actor.person in case.award_makers:
        return Say("You decided an award in this batch, so somebody else must do this.")
    return None


def pays_somebody(case: BatchCase, actor: Actor) -> Say | None:
    """There is at least one payment in it."""
    return None if case.payments else Say("There is no payment in this batch.")


def given_up(case: AgreementCase | ReportCase | InstalmentCase, actor: Actor) -> Say | None:
    """The award was turned down or taken back before both sides had signed."""
    return None if case.application in ("withdrawn", "terminated") else Say("The award stands.", cure="award")


def came_from_us(case: AgreementCase, actor: Actor) -> tuple[Say, ...]:
    """What comes back was paid and not used, on a day that has been, and is not recorded yet."""
    if not case.returnable:
        return (Say("There is nothing that could come back.", cure="award"),)
    amount, said = case.answers.get("amount"), []
    if isinstance(amount, Decimal) and amount <= 0:
        said.append(Say("The amount must be above zero.", cure="amount"))
    if isinstance(amount, Decimal) and amount > case.returnable:
        most = Money(case.returnable, case.currency)
        said.append(Say("No more than %(most)s can come back.", most=most, cure="amount"))
    said += _came_when(case, case.answers.get("day"))
    if case.answers.get("reference") in case.references:
        said.append(Say("Money with this reference is recorded already.", cure="reference"))
    return tuple(said)


def _came_when(case: AgreementCase, day: object) -> list[Say]:
    """Somewhere the day has begun that the clock has not reached, and somewhere the last one is not over."""
    if not isinstance(day, date):
        return []
    if day > (case.arrived_at + FURTHEST_EAST).date():
        return [Say("This day is still to come.", cure="day")]
    if case.left_on and day < case.left_on - A_DAY:
        left = case.left_on
        return [Say("The first payment left on %(left)s; nothing came back before.", left=left, cure="day")]
    return []
