"""Mails about the messages between an applicant and the Foundation, and about replies by mail."""

from __future__ import annotations

from workflows.engine.flow import Notification
from workflows.engine.message import N_
from workflows.engine.roles import Role

REPLY = N_("Reply to this email from this address, or answer on the page. Attachments are not added to your message.")
ON_PAGE = N_("Answer on the page. A reply to this email does not reach us.")
VIEW_ONLY = N_(
    "You can read this message, but not answer it: a reply to this email does not reach us. A colleague with the right "
    "to edit can answer on the page."
)
PAGE = N_("Open the messages: %(address)s")

TO_APPLICANT = Notification(
    Role.APPLICANT,
    N_("Read our message: %(title)s"),
    N_("%(name)s of the Internet Society Foundation has written to you about “%(title)s”:"),
    more=(REPLY,),
    quotes=True,
    key="message_to_applicant",
    occasion="An officer writes a message to the applicant.",
)
TO_OFFICER = Notification(
    Role.OFFICER,
    N_("Answer by %(day)s: %(title)s"),
    N_("%(name)s of %(organisation)s has written to us about “%(title)s”:"),
    more=(REPLY,),
    quotes=True,
    key="message_to_officer",
    occasion="The applicant writes a message to the Foundation.",
)
HELD = Notification(
    Role.OFFICER,
    TO_OFFICER.subject,
    N_(
        "An email from %(address)s was sent to the reply address of %(name)s of %(organisation)s. It is about "
        "“%(title)s” and is not shown to the applicant:"
    ),
    more=(REPLY,),
    quotes=True,
    key="message_held",
    occasion="Somebody else has replied with the reply address of the applicant.",
)
NOT_TAKEN = Notification(
    Role.PUBLIC,
    N_("Your email was not added to the messages: %(title)s"),
    N_("Your email about “%(title)s” is not among the messages. %(reason)s"),
    key="reply_not_taken",
    occasion="A reply by mail cannot be stored.",
    whom="the person who replied",
)
