"""Erasure: the personal content of a submission goes; its hash, budget and indicators stay."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from grants.db import db
from grants.models import Application, Event, EventText, Submission, SubmissionContent
from grants.services import locking
from grants.services.integrity import changes, history
from grants.services.integrity.verifying.submissions import ERASE
from workflows.engine.message import Message
from workflows.engine.roles import Actor


def erase(submission: Submission, *, reason: str, actor: Actor) -> None:
    """Erase the answers of a submission, and the answer in words to a question, also in the event of its sending.

    An event says so; the database erases both, and only with that event in the same transaction.
    """
    application = db.session.get_one(Application, submission.application_id)
    locking.hold(application, actor=actor)
    message = Message("Content of submission %(number)s erased", number=submission.number)
    about = history.About("application", application.id, Submission.__tablename__, submission.id)
    gone: changes.Names = {SubmissionContent.__tablename__: {str(submission.id): None}}
    words = {"reason": reason}
    history.record_all([history.Record(about, actor, ERASE, message, words=words, audience="office", rows=gone)])
    db.session.execute(select(func.erase_submission(submission.id)))
    db.session.expire(submission.written)
    for text in db.session.scalars(_answers(submission)):
        db.session.expire(text)


def _answers(submission: Submission) -> Select[EventText]:
    """The answer in words, as the event of the sending stores it; the chain holds its salted hash only."""
    sent = Event.message["values"]["submission"].as_integer() == submission.number
    about = (Event.about == Application.__tablename__, Event.about_id == submission.application_id)
    return select(EventText).join(Event).where(*about, Event.key == "answer", sent, EventText.name == "answer")
