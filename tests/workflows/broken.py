"""The facts that break each rule of the flows, with the messages that they give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.workflows.examples import MIDNIGHT, MORNING, NOON, OTHERS, READY, applicant_with, round_with, usd
from workflows.cases import Involvements
from workflows.engine.flow import Guard
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.rules import applicants, days, decisions, involvements, money, proposals, verifications


@dataclass(frozen=True)
class Failing:
    """A rule, the facts that break it for the person with this id, and the expected messages."""

    rule: Guard
    facts: dict[str, Any]
    text_found: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule.__name__}: {self.text_found[0]}"


def answering(**answers: object) -> dict[str, Any]:
    """The ready fields, some of them changed."""
    return {"answers": {**READY.answers, **answers}}


def returning(**answers: object) -> dict[str, Any]:
    """The ready fields of a repayment, some of them changed."""
    return {"answers": {**OTHERS["agreement"][1].answers, **answers}}


ME = frozenset(range(1, 20))
"""Facts in which every person has taken part, so that every person who acts breaks the rule."""

OTHERS_ID = frozenset({30})
"""A person who does not act."""

CHECKED_IN_CONFLICT = (
    "A person who completed eligibility checks has since declared a conflict of interest or acted for an applicant "
    "to this call. Another person must complete these checks again."
)
RECOMMENDED_IN_CONFLICT = (
    "The person who made the recommendation has since declared a conflict of interest or acted for an applicant to "
    "this call. Send the application back and ask another person to make a new recommendation."
)

SIGNED_PARTIALLY = (
    "A person who prepared or approved this batch has since acted for an applicant, or declared a conflict of "
    "interest in a grant that it pays. Cancel the batch and ask another person to prepare a new one."
)

APART = [
    Failing(
        involvements.not_involved,
        {"involvements": Involvements(applicants=ME)},
        ("You have acted for the applicant, so another person must do this.",),
    ),
    Failing(
        involvements.no_rival,
        {"involvements": Involvements(rivals=ME)},
        ("You have acted for an applicant to this call, so another person must do this.",),
    ),
]

APPLICATION = [
    Failing(
        proposals.in_time,
        {"arrived_at": MIDNIGHT + timedelta(microseconds=1)},
        ("The call closed on 2026-11-30 23:59:00+00:00. We keep your draft, but you can no longer submit it.",),
    ),
    Failing(
        proposals.in_time,
        {"arrived_at": MORNING - timedelta(microseconds=1)},
        ("The call opens on 2026-11-30 09:00:00+00:00.",),
    ),
    Failing(proposals.in_time, {"round": round_with(step="planned")}, ("This call is not open.",)),
    Failing(
        proposals.in_time,
        {"invited_until": NOON - timedelta(seconds=1)},
        ("The invitation expired on 2026-11-30 11:59:59+00:00. We keep your draft, but you can no longer submit it.",),
    ),
    Failing(proposals.complete, {"missing": (Message("One."), Message("Two."))}, ("One.", "Two.")),
    Failing(
        proposals.answered,
        {"changed": False, "answers": {"answer": " "}},
        ("Answer our question in writing, or change what you submitted.",),
    ),
    *APART,
    Failing(
        proposals.answered_in_time,
        {"step_at": NOON - timedelta(days=1, seconds=1)},
        ("The deadline was 2026-11-30 11:59:59+00:00. We are continuing with your existing submission.",),
    ),
    Failing(
        involvements.not_a_reviewer,
        {"involvements": Involvements(reviewers=ME)},
        ("You have opened this application as a reviewer, so another person must do this.",),
    ),
    Failing(
        involvements.not_a_reviewer,
        {"involvements": Involvements(invited=ME)},
        (
            (
                "You have been invited to review this application. Decline the invitation first, or ask a colleague to "
                "do this."
            ),
        ),
    ),
    Failing(
        involvements.nobody_decided,
        {"deciders": ("Pia (demo)",)},
        (
            (
                "Pia (demo), who acts for your organisation, has decided on an application to this call. Your "
                "organisation cannot apply while Pia (demo) acts for it."
            ),
        ),
    ),
    Failing(
        days.happened_already,
        {"happened_on": date(2026, 12, 1)},
        ("“Date of the event” is 2026-12-01, which is in the future. Enter the date on which it happened.",),
    ),
    Failing(decisions.all_checked, {"checks_open": 1}, ("1 eligibility check has no result yet.",)),
    Failing(
        decisions.none_failed,
        {"checks_failed": ("The name on the bank account is the legal name", "We can make payments to this country")},
        (
            "An eligibility check has failed: The name on the bank account is the legal name.",
            "An eligibility check has failed: We can make payments to this country.",
        ),
    ),
    Failing(
        decisions.reviews_in, {"reviews_in": 1, "reviews_needed": 3}, ("3 reviews are required; 1 submitted so far.",)
    ),
    Failing(
        decisions.not_checked_by_me,
        {"checked_by": ME},
        ("You completed eligibility checks on this application, so another person must do this.",),
    ),
    Failing(
        decisions.not_recommended_by_me,
        {"recommenders": ME},
        ("You have made a recommendation on this application, so another person must decide.",),
    ),
    Failing(
        decisions.checked_impartially,
        {"checked_by": OTHERS_ID, "involvements": Involvements(conflicted=OTHERS_ID)},
        (CHECKED_IN_CONFLICT,),
    ),
    Failing(
        decisions.checked_impartially,
        {"checked_by": OTHERS_ID, "involvements": Involvements(applicants=OTHERS_ID)},
        (CHECKED_IN_CONFLICT,),
    ),
    Failing(
        decisions.checked_impartially,
        {"checked_by": OTHERS_ID, "involvements": Involvements(rivals=OTHERS_ID)},
        (CHECKED_IN_CONFLICT,),
    ),
    Failing(
        decisions.recommended_impartially,
        {"recommended_by": 30, "involvements": Involvements(conflicted=OTHERS_ID)},
        (RECOMMENDED_IN_CONFLICT,),
    ),
    Failing(
        decisions.recommended_impartially,
        {"recommended_by": 30, "involvements": Involvements(applicants=OTHERS_ID)},
        (RECOMMENDED_IN_CONFLICT,),
    ),
    Failing(
        decisions.recommended_impartially,
        {"recommended_by": 30, "involvements": Involvements(rivals=OTHERS_ID)},
        (RECOMMENDED_IN_CONFLICT,),
    ),
    Failing(
        decisions.award_recommended,
        {"recommendation": None},
        ("No officer has recommended an award. Send the application back with your reasons instead.",),
    ),
    Failing(
        decisions.award_recommended,
        {"recommendation": "decline"},
        ("No officer has recommended an award. Send the application back with your reasons instead.",),
    ),
    Failing(
        verifications.verified,
        {"applicant": applicant_with(unverified=True)},
        ("The applicant has not been verified yet. Verify the organisation on its page.",),
    ),
    Failing(decisions.amount_fits, answering(amount=Decimal(0)), ("Enter an amount above zero.",)),
    Failing(
        decisions.amount_fits,
        {**answering(amount=Decimal("0.04")), "round": round_with(least=Decimal("0.05"))},
        (f"Enter at least {usd('0.05')}, so that no instalment is zero.",),
    ),
    Failing(decisions.amount_fits, answering(amount="4000"), ("Enter the amount as a number.",)),
    Failing(decisions.amount_fits, answering(amount=Decimal("NaN")), ("Enter the amount as a number.",)),
    Failing(
        decisions.amount_fits,
        answering(amount=Decimal("5000.01")),
        (f"The applicant requested {usd('5000')}; an award cannot exceed this amount.",),
    ),
    Failing(
        decisions.envelope_suffices,
        {**answering(amount=Decimal("4000.01")), "round": round_with(envelope_left=Decimal(4_000))},
        ("The call has less than this amount left to award.",),
    ),
    Failing(decisions.recommends_wholly, answering(amount=None), ("Enter the amount that you recommend.",)),
    Failing(
        decisions.recommends_wholly,
        answering(kind="decline", feedback=""),
        ("Enter the feedback for the applicant.",),
    ),
    Failing(
        decisions.all_settled,
        {"reports_open": 1, "instalments_open": 2, "unused": Decimal(70)},
        (
            "1 report is not approved yet.",
            "2 instalments are not paid yet.",
            f"{usd('70')} of unspent funds has not been returned yet.",
        ),
    ),
    Failing(
        decisions.time_to_sign_is_over,
        {"agreement": "to_sign", "sign_until": NOON.date()},
        ("The grantee can still sign until 2026-11-30. You can revoke the award after that day.",),
    ),
    Failing(decisions.nobody_signed, {"agreement": "countersign"}, ("The grantee has already signed the agreement.",)),
    Failing(decisions.grantee_signed, {"agreement": "to_sign"}, ("The grantee has not signed the agreement yet.",)),
    Failing(
        decisions.both_signed, {"agreement": "to_sign"}, ("The agreement has not been signed by both parties yet.",)
    ),
]

STANDS = Failing(money.given_up, {"application": "agreement"}, ("The award has not been declined or revoked.",))
"""The reason why no award ends by the clock."""

OTHER = {
    "agreement": [
        Failing(
            money.not_judged_by_me,
            {"judges": ME},
            ("You took part in the decision on this award, so another person must sign for the grantee.",),
        ),
    ]
    + [
        Failing(
            money.other_side_signs,
            {"signed_by": list(Role).index(role) + 1},
            ("You signed for the grantee, so another person must countersign.",),
        )
        for role in (Role.OFFICER, Role.APPROVER)
    ]
    + [
        STANDS,
        *APART,
        Failing(
            applicants.enough_contacts,
            {"contacts": 1, "contacts_required": 2},
            ("The organisation needs 2 confirmed contacts; 1 so far. Name contacts on its page.",),
        ),
        Failing(money.came_from_us, {"returnable": Decimal(0)}, ("There are no funds to return.",)),
        Failing(money.came_from_us, returning(amount=Decimal(0)), ("Enter an amount above zero.",)),
        Failing(
            money.came_from_us,
            returning(amount=Decimal("900.01"), day=date(2026, 12, 2)),
            (
                f"At most {usd('900')} can be returned.",
                "This date is in the future. Enter the date on which we received the funds.",
            ),
        ),
        Failing(
            money.came_from_us,
            returning(day=date(2026, 11, 28)),
            ("The first payment was made on 2026-11-30. Enter that date or a later one.",),
        ),
        Failing(
            money.came_from_us,
            returning(reference="B-0"),
            ("Returned funds with this bank reference are already recorded.",),
        ),
    ],
    "report": [
        STANDS,
        *APART,
        Failing(money.report_complete, {"missing": (Message("One."),)}, ("One.",)),
        Failing(
            money.agreement_in_force,
            {"agreement": "countersign"},
            ("The agreement has not been signed by both parties yet.",),
        ),
        Failing(
            money.earlier_reports_done,
            {"earlier_open": ("Interim report",)},
            ("An earlier report must be approved first: Interim report.",),
        ),
        Failing(
            money.not_sent_by_me,
            {"sent_by": list(Role).index(Role.OFFICER) + 1},
            ("You submitted this report, so another person must review it.",),
        ),
    ],
    "instalment": [
        STANDS,
        Failing(money.conditions_hold, {"waits_for": (Message("The report is due."),)}, ("The report is due.",)),
    ],
    "payment batch": [
        *APART,
        Failing(
            money.a_third_person,
            {"prepared_by": list(Role).index(Role.FINANCE) + 1},
            ("You prepared this batch, so another person must approve and release it.",),
        ),
        Failing(
            money.a_third_person,
            {"approved_by": list(Role).index(Role.FINANCE) + 1},
            ("You approved this batch, so another person must release it.",),
        ),
        Failing(
            money.a_third_person,
            {"award_makers": ME},
            ("You decided on an award in this batch, so another person must do this.",),
        ),
        *(
            Failing(
                money.signed_impartially,
                {"prepared_by": 30, "involvements": Involvements(**{kind: OTHERS_ID})},
                (SIGNED_PARTIALLY,),
            )
            for kind in ("conflicted", "applicants", "rivals")
        ),
        Failing(money.pays_somebody, {"payments": 0}, ("This batch has no payments.",)),
    ],
}
