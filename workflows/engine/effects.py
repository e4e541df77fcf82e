"""What a transition changes besides the step of its row; a transition has at most one effect.

`grants/services/transitions.py` maps each effect to a function.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum, auto


class Effect(StrEnum):
    """The effects of transitions, by the noun that each of them changes."""

    SUBMIT_APPLICATION = auto()
    REOPEN_APPLICATION = auto()
    INVITE_NEXT_STAGE = auto()

    RECORD_RECOMMENDATION = auto()
    SEND_BACK_RECOMMENDATION = auto()
    DECLINE_APPLICATION = auto()
    REJECT_INELIGIBLE = auto()

    OPEN_CALL = auto()
    EXTEND_CALL = auto()

    OPEN_PROPOSAL = auto()
    DECLARE_CONFLICT = auto()
    DECLINE_REVIEW = auto()
    SUBMIT_REVIEW = auto()
    WITHDRAW_INVITATION = auto()
    INVITE_AGAIN = auto()

    MAKE_AWARD = auto()
    END_AWARD = auto()
    CLOSE_GRANT = auto()

    SIGN_AGREEMENT = auto()
    COUNTERSIGN_AGREEMENT = auto()
    CONFIRM_CONDITION = auto()
    RECORD_REPAYMENT = auto()

    SUBMIT_REPORT = auto()
    APPROVE_REPORT = auto()
    SEND_BACK_REPORT = auto()

    MAKE_INSTALMENT_PAYABLE = auto()
    APPROVE_BATCH = auto()
    CANCEL_BATCH = auto()
    RELEASE_BATCH = auto()
    CONFIRM_BATCH = auto()

    SETTLE_VERIFICATION = auto()


def check_effects(*, mapped: Iterable[Effect], used: Iterable[Effect]) -> None:
    """Raise ValueError unless every effect is mapped to a function, and used by a transition of some flow."""
    unmapped, unused = set(Effect) - set(mapped), set(Effect) - set(used)
    problems = [
        *(f"{effect.name} is not mapped to a function" for effect in Effect if effect in unmapped),
        *(f"{effect.name} is not used by any transition" for effect in Effect if effect in unused),
    ]
    if problems:
        raise ValueError("; ".join(problems))
