"""Sending mail in the language of its recipient."""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.message import Message as Email
from functools import partial
from typing import Any

from grants import language
from grants.db import db, now, transaction
from grants.jobs import daily_mails, entitlement, mail_texts, message_mails, unsubscribe_links
from grants.jobs.mail_headers import message_to
from grants.jobs.mail_texts import CONTACT
from grants.jobs.program import settings
from grants.models import Application, EmailChange, Invitation, Outbox, Person, Registration
from grants.outside.mail import send as deliver
from grants.queries import persons, recipients
from grants.services import daily_mails as daily
from grants.services import email_changes, invitations, links, outbox, registrations
from workflows.engine.message import Message, Value
from workflows.engine.roles import ROLES, Role
from workflows.engine.urgency import Delivery, Handling, Urgency, handling
from workflows.mails.accounts import ANNOUNCE_EMAIL, CONFIRM_EMAIL, EMAIL_TAKEN, PASSWORD_LINK, SIGN_IN_LINK
from workflows.mails.organisations import ASKED_TO_SUCCEED, INVITED, INVITED_TO_ROLE, REGISTERED, REGISTERED_AGAIN

SETTLED = "Not sent: the registration was used or has ended, or the account has ended."
LATE = "Not sent: the link was asked for too long ago."
UNKNOWN = "Not sent: no account has the address."
LINK_MAILS = {links.SIGN_IN: SIGN_IN_LINK, links.PASSWORD: PASSWORD_LINK}
"""The mails with a one-time link, by its purpose."""
OVER = "Not sent: the invitation is no longer open."
STOPPED = "Not sent: the change of the address was stopped, confirmed or not confirmed in time."
CHANGE_MAILS = {email_changes.Mail.CONFIRM: CONFIRM_EMAIL, email_changes.Mail.ANNOUNCE: ANNOUNCE_EMAIL}
"""The mails about a change of an address."""
log = logging.getLogger("grants.jobs")


def send(held: outbox.Claim) -> None:
    """Send the mail of an outbox row. A retry has the same Message-ID, so that the receiver can drop duplicates.

    A person who has lost the role, or the right to see the application, since the mail was queued gets none; the row
    records why. What is not urgent is sent, collected for the daily email or left out, as the person has chosen.
    """
    if special := next((send for key, send in SPECIAL.items() if key in held.args), None):
        special(held)
        return
    person = db.session.get_one(Person, int(held.args["person"]))
    problem, handled = entitlement.refusal(held.args, person), _handling(held, person)
    if not problem and handled is Handling.LEAVE_OUT:
        problem = daily.NOT_URGENT
    if problem:
        db.session.remove()
        log.info("outbox row %s: %s", held.id, problem)
        outbox.finish(held, problem=problem)
        return
    if handled is Handling.COLLECT:
        id = person.id
        db.session.remove()
        daily.collect(held, id)
        return
    if "message" in held.args:
        message_mails.send(held, person)
        return
    message = written(held, person)
    db.session.remove()
    deliver(settings(), message)
    outbox.finish(held)


def _handling(held: outbox.Claim, person: Person) -> Handling:
    """What becomes of the mail; mails that earlier releases queued are urgent."""
    return handling(Urgency(held.args.get("urgency", Urgency.URGENT)), Delivery(person.mail_delivery))


def _send_link(held: outbox.Claim) -> None:
    """Issue a one-time link and mail it. Nothing but the mail holds its token, so a retry issues another one.

    Whether the address belongs to an account is first asked here, where no answer can reveal it.
    """
    asked_at, purpose = db.session.get_one(Outbox, held.id).created_at, held.args["link"]
    late = now() - asked_at > links.LIFETIMES[purpose]
    db.session.remove()
    with transaction():
        issued = None if late else links.issue_to(held.args["account"], purpose)
    if issued is None:
        outbox.finish(held, problem=LATE if late else UNKNOWN)
        return
    message = written_link(held, issued, purpose)
    db.session.remove()
    deliver(settings(), message)
    outbox.finish(held)


def _send_registration(held: outbox.Claim) -> None:
    """Make the token of a registration and mail its link. A retry makes another; both work."""
    _issue_and_send(held, lambda: registrations.issue(int(held.args["registration"])), written_registration, SETTLED)


def _send_invitation(held: outbox.Claim) -> None:
    """Issue the token of an invitation and mail it. A retry issues another one, which replaces it."""
    _issue_and_send(held, lambda: invitations.issue(int(held.args["invitation"])), written_invitation, OVER)


def _issue_and_send(
    held: outbox.Claim, issue: Callable[[], tuple[Any, ...] | None], written: Callable[..., Email], problem: str
) -> None:
    """Issue a token in a transaction of its own, and mail it. problem: noted where nothing is issued."""
    db.session.remove()
    with transaction():
        issued = issue()
    if issued is None:
        outbox.finish(held, problem=problem)
        return
    message = written(held, *issued)
    db.session.remove()
    deliver(settings(), message)
    outbox.finish(held)


def written_invitation(held: outbox.Claim, invitation: Invitation, token: str) -> Email:
    """The mail of an invitation, in the language of the account with its address or, without one, of who invites."""
    known, organisation = persons.at(invitation.email), invitation.organisation
    language_of = known or organisation or invitation.inviter
    wording, ours = language.of_mail(language_of.language), settings()
    values: dict[str, Value] = {"inviter": invitation.inviter.name, "day": invitation.ends_at.date()}
    values["address"] = f"{ours.address}/invitation/{token}"
    if invitation.starts_on and organisation:
        notification, values["starts"] = ASKED_TO_SUCCEED, invitation.starts_on
        values["organisation"] = organisation.name
    elif organisation:
        notification, values["organisation"] = INVITED, organisation.name
    else:
        notification, values["role"] = INVITED_TO_ROLE, ROLES[str(invitation.role)]
    parts = mail_texts.complete(wording, invitation.name, notification.paragraphs(values))
    return message_to(invitation.email, held, wording, wording.translate(notification.headline(values)), parts)


def written_link(held: outbox.Claim, issued: links.Issued, purpose: str) -> Email:
    """The mail with a one-time link, in the language of its recipient."""
    wording, ours = language.of_mail(issued.person.language_of_mails), settings()
    notification, minutes = LINK_MAILS[purpose], int(links.LIFETIMES[purpose].total_seconds()) // 60
    values: dict[str, Value] = {"address": f"{ours.address}/link/{issued.token}", "minutes": minutes}
    parts = mail_texts.complete(wording, issued.person.name, notification.paragraphs(values))
    return message_to(issued.person.email, held, wording, wording.translate(notification.headline(values)), parts)


def written_registration(held: outbox.Claim, row: Registration, person: Person | None, token: str) -> Email:
    """The mail with the link of a registration. person: with an account under this address already, if there is one."""
    code = person.language if person else row.language
    wording, short = language.of_mail(code, person.timezone if person else "UTC"), language.of_mail(code)
    notification = REGISTERED_AGAIN if person else REGISTERED
    address = f"{settings().address}/link/registration/{token}"
    values: dict[str, Value] = {"organisation": row.organisation, "until": row.ends_at, "address": address}
    parts = mail_texts.complete(wording, person.name if person else row.name, notification.paragraphs(values))
    return message_to(row.email, held, wording, short.translate(notification.headline(values)), parts)


def _send_change(held: outbox.Claim) -> None:
    """Issue the link of a mail about a change of an address and mail it, unless the change was stopped or is over.

    Who has the new address already is written to instead of the person who has asked for it.
    """
    mail = email_changes.Mail(held.args["mail"])
    link = partial(email_changes.link_for, int(held.args["email_change"]), mail)
    _issue_and_send(held, link, partial(written_change, mail=mail), STOPPED)


def written_change(held: outbox.Claim, change: EmailChange, token: str, *, mail: email_changes.Mail) -> Email:
    """The mail about a change of an address. token: of its link; empty where the new address is taken."""
    reader, old = change.person, change.former or change.person.email
    to = change.email if mail is email_changes.Mail.CONFIRM else old
    if not token:
        reader = persons.at(change.email) or change.person
    wording, ours = language.of_mail(reader.language_of_mails), settings()
    notification = CHANGE_MAILS[mail] if token else EMAIL_TAKEN
    hours = int(links.LIFETIMES[links.EMAIL].total_seconds()) // 3600
    values: dict[str, Value] = {"address": f"{ours.address}/link/{token}", "email": change.email, "hours": hours}
    parts = mail_texts.complete(wording, reader.name, notification.paragraphs(values))
    return message_to(to, held, wording, wording.translate(notification.headline(values)), parts)


SPECIAL = {
    "link": _send_link,
    "email_change": _send_change,
    "registration": _send_registration,
    "invitation": _send_invitation,
    "daily_mail": daily_mails.send,
}
"""How mails are sent that are written in another way, by the argument that names what they are about."""


def written(held: outbox.Claim, person: Person) -> Email:
    """The mail as it is sent, dated when it was ordered: a greeting, the text, a link and the Foundation's name.

    A mail to the applicant names the officer whom letters name too. Instants stand in UTC and in the recipient's time
    zone, in the subject in UTC alone.

    The subject is encoded as a whole. Python's newer EmailMessage encodes a subject with several scripts word by word
    and loses spaces between words (tested with Python 3.11).
    """
    ours = settings()
    own = person.language_of_mails
    wording, short = language.of_mail(own, person.timezone), language.of_mail(own)
    contact = _contact(held)
    texts = (Message.from_json(held.args["text"]), *([contact] if contact else ()))
    parts = mail_texts.complete(wording, person.name, (*texts, mail_texts.link(ours.address, held.args["path"])))
    subject = short.translate(Message.from_json(held.args["subject"]))
    unsubscribe = unsubscribe_links.link(held, person.id, held.args.get("urgency"))
    return message_to(person.email, held, wording, subject, parts, unsubscribe=unsubscribe)


def _contact(held: outbox.Claim) -> Message | None:
    """Who answers questions of the applicant about what they have submitted; None in other mails."""
    if held.args.get("role") != Role.APPLICANT or "application" not in held.args:
        return None
    application = db.session.get_one(Application, int(held.args["application"]))
    if application.reference is None:
        return None
    officer = recipients.contact(application)
    if officer is None:
        return None
    return Message(CONTACT, name=officer.name, email=officer.email)
