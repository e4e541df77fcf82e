"""Reminders: a mail before or after the day that something is due, once each, and none when it is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from grants.db import GRANTS_NOW, db
from grants.models import Application, Assignment, Award, Person, Reminder, Report
from grants.queries import recipients, reminders
from grants.queries.applications import drafts
from grants.queries.reminders import Due
from grants.services import locking, outbox, retention
from grants.services.applications import submissions
from grants.services.reviews import assignments
from workflows.engine.message import Message, Money, Value
from workflows.engine.roles import Role
from workflows.mails.reminders import SCHEDULES, Kind
from workflows.programme import REPORTS, SUBMITTED

RETENTION = timedelta(days=800)
"""How long it is remembered that a reminder was sent: longer than any of them can be due again."""


def send(one: Due) -> None:
    """Send a reminder and note it, unless the thing was done or the reminder sent meanwhile.

    The application is held, so that of two clocks one sends it, and what is submitted at this moment counts.
    """
    application = db.session.get_one(Application, one.application)
    locking.hold(application)
    if one not in reminders.due(only=(one.kind, one.about)):
        return
    noted = insert(Reminder).values(kind=one.kind, about_id=one.about, due_on=one.day, days=one.days)
    if db.session.scalar(noted.on_conflict_do_nothing().returning(Reminder.id)) is not None:
        outbox.mail(_mail(one, application))


def purge() -> None:
    """Forget the reminders that were sent RETENTION ago."""
    retention.delete_oldest(Reminder.id, Reminder.sent_at, Reminder.sent_at < GRANTS_NOW - RETENTION)


def _mail(one: Due, application: Application) -> outbox.Mail:
    schedule = SCHEDULES[one.kind]
    notification = schedule.after if one.days > 0 and schedule.after else schedule.before
    values: dict[str, Value] = {
        "title": application.title,
        "reference": application.reference or "",
        "call": application.call.title,
        "proposal": SUBMITTED[application.stage],
        "day": one.day,
        "until": one.day,
    }
    own, path = _about(one, application)
    people = _people(one, application, notification.to)
    return outbox.Mail(people, notification, values | own, application=application, path=path)


def _people(one: Due, application: Application, role: Role) -> list[Person]:
    """Who gets it: of reviewers, the one whom the assignment is about."""
    if one.kind is not Kind.REVIEW:
        return recipients.of(application, role)
    reviewer = db.session.get_one(Assignment, one.about).person
    return recipients.entitled([reviewer], application.id, [role])


def _about(one: Due, application: Application) -> tuple[dict[str, Value], str]:
    """The values of the row that the reminder is about, and its page."""
    match one.kind:
        case Kind.DRAFT | Kind.ANSWER:
            until = _until(application) or one.day
            return {"until": until}, f"/applications/{application.id}"
        case Kind.REVIEW:
            return assignments.values_of(db.session.get_one(Assignment, one.about)), f"/reviews/{one.about}"
        case Kind.REPORT:
            report = db.session.get_one(Report, one.about)
            return {"name": REPORTS.get(report.title, Message("report"))}, f"/reports/{report.id}"
    award = db.session.get_one(Award, one.about)
    values: dict[str, Value] = {
        "amount": Money(award.amount, award.currency),
        "unused": Money(award.unused, award.currency),
        "number": award.number,
        "condition": award.conditions,
    }
    return values, f"/awards/{award.id}"


def _until(application: Application) -> datetime | None:
    """Until when the applicant can submit."""
    if application.step == "question":
        return submissions.answer_until(application)
    own = drafts.more_time(application.call_id).get(application.organisation_id)
    return drafts.deadline_of(application, own).until
