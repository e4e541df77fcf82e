"""Writing and sending the daily email of a person: a line, a project and a link for each mail that was collected."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from email.message import Message as Email

from grants import language
from grants.db import db, transaction
from grants.jobs import entitlement, mail_texts, unsubscribe_links
from grants.jobs.mail_headers import message_to
from grants.jobs.program import settings
from grants.language import Wording
from grants.models import CollectedMail, DailyMail, Person
from grants.outside.mail import send as deliver
from grants.queries import daily_mails as stored
from grants.services import daily_mails, outbox
from workflows.engine.message import Message, Value
from workflows.engine.roles import Role
from workflows.engine.urgency import Urgency
from workflows.mails.daily import DAILY

NOTHING = "Not sent: the recipient may no longer be written to about anything that was collected."
log = logging.getLogger("grants.jobs")


def send(held: outbox.Claim) -> None:
    """Send a daily email, without what its recipient may no longer be written to about; the row of each records why.

    A retry has the same Message-ID.
    """
    daily = db.session.get_one(DailyMail, int(held.args["daily_mail"]))
    person = db.session.get_one(Person, daily.person_id)
    collected = stored.collected(daily.id)
    refused = {one.id: problem for one in collected if (problem := _refusal(one, person))}
    message = written(held, daily, person, [one for one in collected if one.id not in refused])
    db.session.remove()
    if refused:
        log.info("outbox row %s: %s of the collected mails left out", held.id, len(refused))
        with transaction():
            daily_mails.leave_out(refused)
        db.session.remove()
    if len(refused) == len(collected):
        outbox.finish(held, problem=NOTHING)
        return
    deliver(settings(), message)
    outbox.finish(held)


def _refusal(one: CollectedMail, person: Person) -> str:
    return entitlement.CLOSED if person.ended_at else entitlement.refusal(one.args, person)


def written(held: outbox.Claim, daily: DailyMail, person: Person, collected: Sequence[CollectedMail]) -> Email:
    """The daily email as it is sent, in the language of its recipient."""
    wording = language.of_mail(person.language_of_mails)
    values: dict[str, Value] = {"day": daily.day, "address": f"{settings().address}/tasks"}
    greeting, lead, *others = mail_texts.complete(wording, person.name, DAILY.paragraphs(values))
    items = _items(wording, collected)
    subject = wording.translate(DAILY.headline(values))
    unsubscribe = unsubscribe_links.link(held, person.id, _least(collected))
    parts = (greeting, lead, *items, *others)
    return message_to(person.email, held, wording, subject, parts, items=items, unsubscribe=unsubscribe)


def _least(collected: Sequence[CollectedMail]) -> Urgency:
    """Optional, if any of the mails can be left out."""
    optional = any(one.args.get("urgency") == Urgency.OPTIONAL for one in collected)
    return Urgency.OPTIONAL if optional else Urgency.ORDINARY


def _items(wording: Wording, collected: Sequence[CollectedMail]) -> list[str]:
    """For each mail its subject, the project or organisation that it is about, and the address of its page."""
    applications = stored.applications(_ids(collected, "application"))
    organisations = stored.organisations(_ids(collected, "organisation"))
    items = []
    for one in collected:
        args = one.args
        application = applications.get(args.get("application", 0))
        about = organisations.get(args.get("organisation", 0), "")
        if application:
            about = application.call.title if args.get("role") == Role.REVIEWER else application.title
        subject = wording.translate(Message.from_json(args["subject"]))
        lines = [_line(subject), _line(about) if about not in subject else "", f"{settings().address}{args['path']}"]
        items.append("\n".join(filter(None, lines)))
    return items


def _ids(collected: Sequence[CollectedMail], what: str) -> list[int]:
    return [int(one.args[what]) for one in collected if what in one.args]


def _line(text: str) -> str:
    """A text of any person in one line, so that it is no paragraph of its own."""
    return " ".join(text.split())
