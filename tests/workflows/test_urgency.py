"""Which mails can wait or be left out, and for whom."""

from __future__ import annotations

import re

import pytest

from workflows.engine.urgency import Delivery, Handling, Urgency, handling
from workflows.mails import register

EXPECTED = {
    (Urgency.URGENT, Delivery.IMMEDIATE): Handling.SEND,
    (Urgency.URGENT, Delivery.DAILY): Handling.SEND,
    (Urgency.URGENT, Delivery.URGENT): Handling.SEND,
    (Urgency.ORDINARY, Delivery.IMMEDIATE): Handling.SEND,
    (Urgency.ORDINARY, Delivery.DAILY): Handling.COLLECT,
    (Urgency.ORDINARY, Delivery.URGENT): Handling.COLLECT,
    (Urgency.OPTIONAL, Delivery.IMMEDIATE): Handling.SEND,
    (Urgency.OPTIONAL, Delivery.DAILY): Handling.COLLECT,
    (Urgency.OPTIONAL, Delivery.URGENT): Handling.LEAVE_OUT,
}
CANNOT_WAIT = re.compile(r"%\((day|until)\)s|overdue|not selected|not eligible|paid|password|sign-in", re.IGNORECASE)
"""What stands in the subject of a mail that comes too late in the daily email."""


@pytest.mark.parametrize(("urgency", "delivery"), EXPECTED)
def test_what_becomes_of_a_mail(urgency: Urgency, delivery: Delivery) -> None:
    assert handling(urgency, delivery) is EXPECTED[urgency, delivery]


def test_what_is_due_decided_paid_or_about_the_account_is_urgent() -> None:
    waiting = [one for one in register.entries() if one.notification.urgency is not Urgency.URGENT]

    assert [one.key for one in waiting if CANNOT_WAIT.search(one.notification.subject)] == []
    assert [one.key for one in waiting if one.part in {"accounts", "messages", "reminders"}] == []
    assert len(waiting) > 10


def test_a_mail_whose_text_its_reader_finds_nowhere_else_is_urgent() -> None:
    """The daily email has its subject and a link: who reviewed no longer sees why."""
    entries = [one for one in register.entries() if one.part == "assignment" and "%(reason)s" in one.notification.text]

    assert {one.notification.urgency for one in entries} == {Urgency.URGENT}


def test_each_mail_that_can_wait_is_written_from_its_row_of_the_outbox() -> None:
    """Those whose token is issued as they are written, or that quote a person, are never collected."""
    waiting = [one.notification for one in register.entries() if one.notification.urgency is not Urgency.URGENT]

    assert [one for one in waiting if one.quotes or one.more] == []
