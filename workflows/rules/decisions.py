"""Rules about eligibility checks, recommendations and decisions."""

from __future__ import annotations

from decimal import Decimal

from workflows.cases import ApplicationCase
from workflows.engine.flow import Flow, asked_last
from workflows.engine.message import ANOTHER, N_, Message, Money
from workflows.engine.roles import Actor


def all_checked(case: ApplicationCase, actor: Actor) -> Message | None:
    """Every eligibility check has a result."""
    if not case.checks_open:
        return None
    return Message.counted(
        "%(n)s eligibility check has no result yet.",
        "%(n)s eligibility checks have no result yet.",
        n=case.checks_open,
        cure="checks",
    )


def checked_at(flow: Flow, step: str, stage: str, *, again: bool = False) -> bool:
    """Whether eligibility checks are completed at this step, because a transition from it requires them.

    again: whether the result of a check no longer counts; then also where a transition waits for a new one.
    """
    guards = {guard for transition in flow.transitions if transition.here(step, stage) for guard in transition.guards}
    return all_checked in guards or (again and checked_impartially in guards)


def lost_checkers(case: ApplicationCase) -> frozenset[int]:
    """Those whose checks no longer count, because of what they have become since."""
    return case.checked_by & case.involvements.disqualified


def checks_again(case: ApplicationCase, person: int | None) -> bool:
    """Whether the person can complete again the checks that no longer count; whoever has recommended cannot."""
    return bool(lost_checkers(case)) and person not in case.recommenders


def completes_checks(flow: Flow, case: ApplicationCase, person: int | None) -> bool:
    """Whether the person can complete checks where the application stands; its reviewers cannot."""
    again = checks_again(case, person)
    reviewing = case.involvements.reviewers | case.involvements.invited
    return checked_at(flow, case.step, case.stage, again=again) and person not in reviewing


def none_failed(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
    """No eligibility check has failed."""
    return tuple(
        Message("An eligibility check has failed: %(check)s.", check=Message(title), cure="checks")
        for title in case.checks_failed
    )


def reviews_in(case: ApplicationCase, actor: Actor) -> Message | None:
    """The required number of reviews has been submitted."""
    if case.reviews_in >= case.reviews_needed:
        return None
    return Message.counted(
        "%(n)s review is required; %(count)s submitted so far.",
        "%(n)s reviews are required; %(count)s submitted so far.",
        n=case.reviews_needed,
        count=case.reviews_in,
        cure="reviews",
    )


def checked_impartially(case: ApplicationCase, actor: Actor) -> Message | None:
    """No one who completed eligibility checks has since declared a conflict of interest or acted for an applicant."""
    if not lost_checkers(case):
        return None
    return Message(
        "A person who completed eligibility checks has since declared a conflict of interest or acted for an "
        "applicant to this call. Another person must complete these checks again.",
        cure="checks",
    )


def not_checked_by_me(case: ApplicationCase, actor: Actor) -> Message | None:
    """Another person completed the eligibility checks."""
    if actor.person not in case.checked_by:
        return None
    text = N_("You completed eligibility checks on this application, so another person must do this.")
    return Message(text, cure=ANOTHER)


def not_recommended_by_me(case: ApplicationCase, actor: Actor) -> Message | None:
    """The person has never made a recommendation on the application."""
    if actor.person not in case.recommenders:
        return None
    text = N_("You have made a recommendation on this application, so another person must decide.")
    return Message(text, cure=ANOTHER)


def recommended_impartially(case: ApplicationCase, actor: Actor) -> Message | None:
    """The person who recommended has not since declared a conflict of interest or acted for an applicant."""
    if case.recommended_by not in case.involvements.disqualified:
        return None
    return Message(
        "The person who made the recommendation has since declared a conflict of interest or acted for an applicant "
        "to this call. Send the application back and ask another person to make a new recommendation."
    )


def award_recommended(case: ApplicationCase, actor: Actor) -> Message | None:
    """An officer has recommended an award."""
    if case.recommendation == "award":
        return None
    return Message("No officer has recommended an award. Send the application back with your reasons instead.")


def amount_fits(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
    """The amount covers every instalment and does not exceed the amount requested."""
    amount = case.answers.get("amount")
    if amount in (None, ""):
        return ()
    if not isinstance(amount, Decimal) or not amount.is_finite():
        return (Message("Enter the amount as a number.", cure="amount"),)
    reasons = []
    currency = case.round.currency
    if amount <= 0:
        reasons.append(Message("Enter an amount above zero.", cure="amount"))
    elif amount < case.round.least:
        least = Money(case.round.least, currency)
        reasons.append(Message("Enter at least %(least)s, so that no instalment is zero.", least=least, cure="amount"))
    if amount > case.asked:
        reasons.append(
            Message(
                "The applicant requested %(asked)s; an award cannot exceed this amount.",
                asked=Money(case.asked, currency),
                cure="amount",
            )
        )
    return tuple(reasons)


@asked_last
def envelope_suffices(case: ApplicationCase, actor: Actor) -> Message | None:
    """The call has this amount left to award."""
    amount = case.answers.get("amount")
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount <= case.round.envelope_left:
        return None
    # Without the amount: with what the other grants received, it tells what a hidden one received.
    return Message("The call has less than this amount left to award.", cure="amount")


def recommends_wholly(case: ApplicationCase, actor: Actor) -> Message | None:
    """A recommendation to award states the amount, and a recommendation to decline includes feedback."""
    if case.answers.get("kind") == "award" and case.answers.get("amount") in (None, ""):
        return Message("Enter the amount that you recommend.", cure="amount")
    if case.answers.get("kind") == "decline" and not case.answers.get("feedback"):
        return Message("Enter the feedback for the applicant.", cure="feedback")
    return None


def all_settled(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
    """Every report is approved, every instalment is paid, and all unspent funds are returned."""
    reasons = []
    if case.reports_open:
        reasons.append(
            Message.counted(
                "%(n)s report is not approved yet.",
                "%(n)s reports are not approved yet.",
                n=case.reports_open,
                cure="award",
            )
        )
    if case.instalments_open:
        reasons.append(
            Message.counted(
                "%(n)s instalment is not paid yet.",
                "%(n)s instalments are not paid yet.",
                n=case.instalments_open,
                cure="award",
            )
        )
    if case.unused:
        unused = Money(case.unused, case.round.currency)
        reasons.append(Message("%(unused)s of unspent funds has not been returned yet.", unused=unused, cure="award"))
    return tuple(reasons)


def nobody_signed(case: ApplicationCase, actor: Actor) -> Message | None:
    """The grantee has not signed the agreement."""
    return (
        Message("The grantee has already signed the agreement.", cure="award")
        if case.agreement == "countersign"
        else None
    )


def grantee_signed(case: ApplicationCase, actor: Actor) -> Message | None:
    """The grantee has signed the agreement."""
    return (
        Message("The grantee has not signed the agreement yet.", cure="award")
        if case.agreement in (None, "to_sign")
        else None
    )


def time_to_sign_is_over(case: ApplicationCase, actor: Actor) -> Message | None:
    """The grantee’s time to sign is over."""
    if case.agreement != "to_sign" or case.sign_until is None or case.arrived_at.date() > case.sign_until:
        return None
    return Message(
        "The grantee can still sign until %(day)s. You can revoke the award after that day.", day=case.sign_until
    )


def both_signed(case: ApplicationCase, actor: Actor) -> Message | None:
    """Both parties have signed the agreement."""
    return (
        None
        if case.agreement == "signed"
        else Message("The agreement has not been signed by both parties yet.", cure="award")
    )
