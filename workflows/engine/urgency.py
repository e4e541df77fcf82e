"""How urgent a mail is, when a person wants mails, and what follows from the two."""

from __future__ import annotations

from enum import StrEnum


class Urgency(StrEnum):
    """How urgent a mail is.

    URGENT: security, money, decisions, and what somebody must do by a day. ORDINARY: it can wait for the next daily
    email. OPTIONAL: it can wait, and the recipient can do without it, because the pages show the same.
    """

    URGENT = "urgent"
    ORDINARY = "ordinary"
    OPTIONAL = "optional"


class Delivery(StrEnum):
    """When a person wants the mails that are not urgent: at once, once a day, or once a day the ordinary ones only."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    URGENT = "urgent"


class Handling(StrEnum):
    """What becomes of a mail: it is sent, collected for the next daily email, or not sent."""

    SEND = "send"
    COLLECT = "collect"
    LEAVE_OUT = "leave_out"


def handling(urgency: Urgency, delivery: Delivery) -> Handling:
    """What becomes of a mail of this urgency to a person who wants this delivery."""
    if urgency is Urgency.URGENT or delivery is Delivery.IMMEDIATE:
        return Handling.SEND
    if urgency is Urgency.OPTIONAL and delivery is Delivery.URGENT:
        return Handling.LEAVE_OUT
    return Handling.COLLECT
