"""Rules about checking, recommending and deciding."""

from __future__ import annotations

from decimal import Decimal

from workflows.cases import ApplicationCase
from workflows.flow import Flow
from workflows.roles import Actor
from workflows.say import Money, Say


def all_checked(case: ApplicationCase, actor: Actor) -> Say | None:
    """Every line of the checklist has a verdict."""
    if not case.checks_open:
        return None
    return Say("Checks without a verdict: %(count)s.", count=case.checks_open, cure="checks")


def checked_at(flow: Flow, step: str, stage: str) -> bool:
    """Whether the checklist is worked on at this step: a move that can be taken here waits for it."""
    return any(all_checked in move.needs for move in flow.moves if move.here(step, stage))


def none_failed(case: ApplicationCase, actor: Actor) -> tuple[Say, ...]:
    """No line of the checklist has failed."""
    return tuple(Say("A check has failed: %(check)s.", check=title, cure="checks") for title in case.checks_failed)


def reviews_in(case: ApplicationCase, actor: Actor) -> Say | None:
    """As many reviews as the call asks for are in."""
    if case.reviews_in >= case.reviews_needed:
        return None
    return Say(
        "%(needed)s reviews are needed, %(count)s in.",
        needed=case.reviews_needed,
        count=case.reviews_in,
        cure="reviews",
    )


def not_checked_by_me(case: ApplicationCase, actor: Actor) -> Say | None:
    """Nobody decides what they checked."""
    if actor.person not in case.checked_by:
        return None
    return Say("You did the checks of this application, so somebody else must do this.")


def not_recommended_by_me(case: ApplicationCase, actor: Actor) -> Say | None:
    """Nobody decides what they recommended."""
    if actor.person is None or actor.person != case.recommended_by:
        return None
    return Say("You recommended this, so somebody else must decide it.")


def award_recommended(case: ApplicationCase, actor: Actor) -> Say | None:
    """An officer has recommended to award."""
    if case.recommendation == "award":
        return None
    return Say("No officer has recommended to award. Send it back instead, with your reasons.")


def amount_fits(case: ApplicationCase, actor: Actor) -> tuple[Say, ...]:
    """The amount is above zero, no more than was asked, and within what the call has left."""
    amount = case.answers.get("amount")
    if amount in (None, ""):
        return ()
    if not isinstance(amount, Decimal) or not amount.is_finite():
        return (Say("Write the amount as a number.", cure="amount"),)
    said = []
    currency = case.round.currency
    if amount <= 0:
        said.append(Say("The amount must be above zero.", cure="amount"))
    if amount > case.asked:
        said.append(
            Say("They asked for %(asked)s; an award cannot be more.", asked=Money(case.asked, currency), cure="amount")
        )
    if amount > case.round.envelope_left:
        left = Money(case.round.envelope_left, currency)
        said.append(Say("The call has %(left)s left to give.", left=left, cure="amount"))
    return tuple(said)


def recommends_wholly(case: ApplicationCase, actor: Actor) -> Say | None:
    """A recommendation to award names its amount, one to decline its reasons."""
    if case.answers.get("kind") == "award" and case.answers.get("amount") in (None, ""):
        return Say("Name the amount that you recommend.", cure="amount")
    if case.answers.get("kind") == "decline" and not case.answers.get("feedback"):
        return Say("Write what the applicant is to hear.", cure="feedback")
    return None


def all_settled(case: ApplicationCase, actor: Actor) -> tuple[Say, ...]:
    """Every report is approved, every instalment is paid, and what was not used has come back."""
    said = []
    if case.reports_open:
        said.append(Say("Reports not approved yet: %(count)s.", count=case.reports_open, cure="award"))
    if case.instalments_open:
        said.append(Say("Instalments not paid yet: %(count)s.", count=case.instalments_open, cure="award"))
    if case.unused:
        unused = Money(case.unused, case.round.currency)
        said.append(Say("Paid, not used and not yet back: %(unused)s.", unused=unused, cure="award"))
    return tuple(said)


def nobody_signed(case: ApplicationCase, actor: Actor) -> Say | None:
    """Nobody has signed the agreement meanwhile."""
    return Say("The grantee has signed the agreement.", cure="award") if case.agreement == "countersign" else None


def grantee_signed(case: ApplicationCase, actor: Actor) -> Say | None:
    """The grantee has signed the agreement."""
    return Say("The grantee has not signed yet.", cure="award") if case.agreement in (None, "to_sign") else None


def time_to_sign_is_over(case: ApplicationCase, actor: Actor) -> Say | None:
    """An award is not taken back while the grantee still has time to sign."""
    if case.agreement != "to_sign" or case.sign_until is None or case.arrived_at.date() > case.sign_until:
        return None
    return Say("The grantee has until %(day)s to sign.", day=case.sign_until)


def both_signed(case: ApplicationCase, actor: Actor) -> Say | None:
    """Both sides have signed the agreement."""
    return None if case.agreement == "signed" else Say("The agreement waits for a signature.", cure="award")
