"""Rules about signing, reporting and paying."""

from __future__ import annotations

from workflows.cases import AgreementCase, BatchCase, InstalmentCase, ReportCase
from workflows.roles import Actor
from workflows.say import Say


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
