"""Sending mail in the language of its recipient."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from email.header import Header
from email.message import Message as Email
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from grants import language
from grants.db import db, now, transaction
from grants.jobs.program import settings
from grants.models import Application, Outbox, Person
from grants.outside.mail import send as deliver
from grants.queries import recipients
from grants.services import links, outbox
from reports.snapshots.facts import FOUNDATION
from workflows.engine.message import N_, Message
from workflows.engine.roles import Role

LOST = "Not sent: the recipient no longer sees the application in the role that the mail was meant for."
ENDED = "Not sent: the recipient no longer has the role that the mail was meant for."
CLOSED = "Not sent: the account of the recipient is closed."
LINKS = {
    "/account": N_("Open your account: %(address)s"),
    "/applications/": N_("Open the application: %(address)s"),
    "/awards/": N_("Open the award: %(address)s"),
    "/reports/": N_("Open the report: %(address)s"),
    "/reviews/": N_("Open the review: %(address)s"),
}
"""What the link of a mail opens, by the beginning of its path."""
PAGE = N_("Open the page: %(address)s")
LATE = "Not sent: the link was asked for too long ago."
UNKNOWN = "Not sent: no account has the address."
LINK_MAILS = {
    links.SIGN_IN: (
        N_("Sign in to Foundation Grants"),
        N_("Open this page and select “Sign in”: %(address)s"),
    ),
    links.PASSWORD: (N_("Choose a new password"), N_("Open this page to choose a new password: %(address)s")),
}
"""Subject and first paragraph of a mail with a one-time link, by its purpose."""
VALIDITY = N_("The link is valid for %(minutes)s minutes and works once.")
UNASKED = N_("If you did not ask for this link, ignore this email. Without this email, no one can use the link.")
log = logging.getLogger("grants.jobs")


def send(held: outbox.Claim) -> None:
    """Send the mail of an outbox row. A retry has the same Message-ID, so that the receiver can drop duplicates.

    A person who has lost the role, or the right to see the application, since the mail was queued gets none; the row
    records why.
    """
    if "link" in held.args:
        _send_link(held)
        return
    person = db.session.get_one(Person, int(held.args["person"]))
    if not _entitled(held, person):
        db.session.remove()
        problem = CLOSED if _about_account(held) else LOST if _about_application(held) else ENDED
        log.info("outbox row %s: %s", held.id, problem)
        outbox.finish(held, problem=problem)
        return
    message = written(held, person)
    db.session.remove()
    deliver(settings(), message)
    outbox.finish(held)


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


def written_link(held: outbox.Claim, issued: links.Issued, purpose: str) -> Email:
    """The mail with a one-time link, in the language of its recipient."""
    wording, ours = language.of_mail(issued.person.language_of_mails), settings()
    subject, text = LINK_MAILS[purpose]
    minutes = int(links.LIFETIMES[purpose].total_seconds()) // 60
    parts = (
        wording.translate(Message("Dear %(name)s,", name=issued.person.name)),
        wording.translate(Message(text, address=f"{ours.address}/link/{issued.token}")),
        wording.translate(Message(VALIDITY, minutes=minutes)),
        wording.translate(Message(UNASKED)),
        FOUNDATION,
    )
    return message_to(issued.person, held, wording.translate(Message(subject)), parts)


def _entitled(held: outbox.Claim, person: Person) -> bool:
    """Whether the person may be written to now.

    Earlier releases queued mails without application and role: there the link leads to the application, and any role
    counts.
    """
    if _about_account(held):
        return person.ended_at is None
    if not _about_application(held):
        return person.id in {one.id for one in recipients.everywhere(Role(held.args["role"]))}
    if "role" in held.args:
        return recipients.entitled([person], int(held.args["application"]), [Role(held.args["role"])]) != []
    application = recipients.linked(held.args["path"])
    return application is not None and recipients.entitled([person], application, list(Role)) != []


def _about_account(held: outbox.Claim) -> bool:
    return "own" in held.args


def _about_application(held: outbox.Claim) -> bool:
    return "application" in held.args or "role" not in held.args


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
    parts = (
        wording.translate(Message("Dear %(name)s,", name=person.name)),
        wording.translate(Message.from_json(held.args["text"])).strip(),
        *([wording.translate(contact)] if contact else []),
        wording.translate(_link(ours.address, held.args["path"])),
        FOUNDATION,
    )
    return message_to(person, held, short.translate(Message.from_json(held.args["subject"])), parts)


def message_to(person: Person, held: outbox.Claim, subject: str, parts: Sequence[str]) -> Email:
    """A mail of these paragraphs with its headers."""
    ours = settings()
    message = MIMEText("\n\n".join(parts) + "\n", _charset="utf-8")
    subject = " ".join(subject.split())[:180]
    message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = formataddr((FOUNDATION, ours.mail_from)), person.email
    message["Date"] = format_datetime(db.session.get_one(Outbox, held.id).created_at)
    name = hashlib.sha256(f"{ours.address}:outbox:{held.id}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{ours.mail_from.rpartition('@')[2]}>"
    return message


def _link(site: str, path: str) -> Message:
    """The link of a mail, with what it opens."""
    text = next((text for start, text in LINKS.items() if path.startswith(start)), PAGE)
    return Message(text, address=f"{site}{path}")


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
    return Message("Your contact is %(name)s, %(email)s.", name=officer.name, email=officer.email)
