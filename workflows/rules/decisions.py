"""Rules about eligibility checks, recommendations and decisions."""

from __future__ import annotations

from decimal import Decimal

from workflows.cases import ApplicationCase
from workflows.flow import Flow
from workflows.roles import Actor
from workflows.say import Money, Say


def all_checked(case: ApplicationCase, actor: Actor) -> Say | None:
    """Every eligibility check has a result."""
    if not case.checks_open:
        return None
    return Say(
        "Eligibility checks without a result: %(count)s. Complete them first.", count=case.checks_open, cure="checks"
    )


def checked_at(flow: Flow, step: str, stage: str) -> bool:
    """Whether eligibility checks are completed at this step, because a transition from it requires them."""
    return any(all_checked in move.needs for move in flow.moves if move.here(step, stage))


def none_failed(case: ApplicationCase, actor: Actor) -> tuple[Say, ...]:
    """No eligibility check has failed."""
    return tuple(
        Say("An eligibility check has failed: %(check)s.", check=title, cure="checks") for title in case.checks_failed
    )


def reviews_in(case: ApplicationCase, actor: Actor) -> Say | None:
    """The required number of reviews has been submitted."""
    if case.reviews_in >= case.reviews_needed:
        return None
    return Say(
        "%(needed)s reviews are required; %(count)s submitted so far.",
        needed=case.reviews_needed,
        count=case.reviews_in,
        cure="reviews",
    )


def not_checked_by_me(case: ApplicationCase, actor: Actor) -> Say | None:
    """Another person completed the eligibility checks."""
    if actor.person not in case.checked_by:
        return None
    return Say("You completed eligibility checks on this application, so another person must do this.")


def not_recommended_by_me(case: ApplicationCase, actor: Actor) -> Say | None:
    """Another person made the recommendation."""
    if actor.person is None or actor.person != case.recommended_by:
        return None
    return Say("You made the recommendation, so another person must decide.")


def award_recommended(case: ApplicationCase, actor: Actor) -> Say | None:
    """An officer has recommended an award."""
    if case.recommendation == "award":
        return None
    return Say("No officer has recommended an award. Send the application back with your reasons instead.")


def amount_fits(case: ApplicationCase, actor: Actor) -> tuple[Say, ...]:
    """The amount is above zero and exceeds neither the amount requested nor the money left in the call."""
    amount = case.answers.get("amount")
    if amount in (None, ""):
        return ()
    if not isinstance(amount, Decimal) or not amount.is_finite():
        return (Say("Enter the amount as a number.", cure="amount"),)
    said = []
    currency = case.round.currency
    if amount <= 0:
        said.append(Say("Enter an amount above zero.", cure="amount"))
    if amount > case.asked:
        said.append(
            Say(
                "The applicant requested %(asked)s; an award cannot exceed this amount.",
                asked=Money(case.asked, currency),
                cure="amount",
            )
        )
    if amount > case.round.envelope_left:
        left = Money(case.round.envelope_left, currency)
        said.append(Say("The call has only %(left)s left to award.", left=left, cure="amount"))
    return tuple(said)


def recommends_wholly(case: ApplicationCase, actor: Actor) -> Say | None:
    """A recommendation to award states the amount, and a recommendation to decline includes feedback."""
    if case.answers.get("kind") == "award" and case.answers.get("amount") in (None, ""):
        return Say("Enter the amount that you recommend.", cure="amount")
    if case.answers.get("kind") == "decline" and not case.answers.get("feedback"):
        return Say("Enter the feedback for the applicant.", cure="feedback")
    return None


def all_settled(case: ApplicationCase, actor: Actor) -> tuple[Say, ...]:
    """Every report is approved, every instalment is paid, and all unspent funds are returned."""
    said = []
    if case.reports_open:
        said.append(Say("Reports not approved yet: %(count)s.", count=case.reports_open, cure="award"))
    if case.instalments_open:
        said.append(Say("Instalments not paid yet: %(count)s.", count=case.instalments_open, cure="award"))
    if case.unused:
        unused = Money(case.unused, case.round.currency)
        said.append(Say("Unspent funds not returned yet: %(unused)s.", unused=unused, cure="award"))
    return tuple(said)


def nobody_signed(case: ApplicationCase, actor: Actor) -> Say | None:
    """The grantee has not signed the agreement."""
    return (
        Say("The grantee has already signed the agreement.", cure="award") if case.agreement == "countersign" else None
    )


def grantee_signed(case: ApplicationCase, actor: Actor) -> Say | None:
    """The grantee has signed the agreement."""
    return (
        Say("The grantee has not signed the agreement yet.", cure="award")
        if case.agreement in (None, "to_sign")
        else None
    )


def time_to_sign_is_over(case: ApplicationCase, actor: Actor) -> Say | None:
    """The grantee’s time to sign is over."""
    if case.agreement != "to_sign" or case.sign_until is None or case.arrived_at.date() > case.sign_until:
        return None
    return Say(
        "The grantee can still sign until %(day)s. You can revoke the award after that day.", day=case.sign_until
    )


def both_signed(case: ApplicationCase, actor: Actor) -> Say | None:
    """Both sides have signed the agreement."""
    return None if case.agreement == "signed" else Say("The agreement is not signed by both sides yet.", cure="award")
