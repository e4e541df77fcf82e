"""Erasure: the personal content of a submission goes; its hash, budget and indicators stay."""

from __future__ import annotations

from sqlalchemy import func, select

from grants.db import db
from grants.models import Application, Submission
from grants.services import locking
from grants.services.integrity import history
from grants.services.integrity.submissions import ERASE
from workflows.engine.message import Message
from workflows.engine.roles import Actor


def erase(submission: Submission, *, reason: str, actor: Actor) -> None:
    """Erase the answers of a submission, and the answer in words to a question, with an event that says so.

    The database refuses to change them without that event in the same transaction.
    """
    application = db.session.get_one(Application, submission.application_id)
    locking.hold(application, actor=actor)
    message = Message("Content of submission %(number)s erased", number=submission.number)
    about = history.About("application", application.id, Submission.__tablename__, submission.id)
    history.record(about, actor=actor, key=ERASE, message=message, words={"reason": reason}, audience="office")
    db.session.execute(select(func.erase_submission(submission.id)))
    db.session.expire(submission.written)
