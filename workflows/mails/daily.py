"""The daily email, with the mails that can wait."""

from __future__ import annotations

from workflows.engine.flow import Notification
from workflows.engine.message import N_
from workflows.engine.roles import Role

DAILY = Notification(
    Role.PUBLIC,
    N_("Daily email of %(day)s"),
    N_("These emails were not urgent, and were collected for you. Open a page to read more."),
    more=(
        N_("You can choose on your account page when emails are sent to you."),
        N_("Open your tasks: %(address)s"),
    ),
    key="daily",
    occasion="Once a day, if emails were collected for a person who has chosen a daily email.",
    whom="the person whose emails were collected",
)
