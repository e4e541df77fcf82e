"""Documents that could not be created, and are made again from corrected facts: the old number is void for ever."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import exists, select

from grants.db import db
from grants.models import Application, Award, Decision, Document, Person, Submission
from grants.models.documents import DOCUMENTS
from grants.services import documents, letters, locking, outbox
from grants.services.integrity import history
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.roles import Actor

Maker = Callable[[], Document]


def make_again(document: Document, *, actor: Actor) -> Document:
    """Void a document that could not be created, and order one from the present facts in its place.

    The new one has a number of its own and supersedes the old one, whose reason is that of the failure. Raises Refused
    when the document was created or is being created, when it is void or revoked, when a newer one of its kind exists,
    or when what it states no longer holds.
    """
    application = db.session.get_one(Application, document.application_id)
    locking.hold(application, actor=actor)
    db.session.refresh(document)
    if reasons := _objections(document):
        raise Refused(*reasons)
    make = MAKERS[document.kind](application)
    if make is None:
        raise Refused(Message("What this document states is no longer true, so it cannot be created again."))
    problem = outbox.abandon(document)
    if problem is None:
        raise Refused(Message("This document has been created, or is being created."))
    documents.void(document.id, reason=problem)
    fresh = make()
    _record(document, fresh, actor)
    return fresh


def _objections(document: Document) -> list[Message]:
    reasons = []
    if document.end:
        reasons.append(Message("This document is void or revoked."))
    if db.session.scalar(select(exists().where(Document.supersedes_id == document.id))):
        reasons.append(Message("A newer document replaces this one."))
    return reasons


def _record(document: Document, fresh: Document, actor: Actor) -> None:
    history.record(
        history.About("application", document.application_id, "document", fresh.id),
        actor=actor,
        key="make_again",
        message=Message(
            "%(kind)s %(number)s replaces %(old)s, which could not be created",
            kind=DOCUMENTS[document.kind],
            number=fresh.number,
            old=document.number,
        ),
        audience="office",
    )


def _award_letter(application: Application) -> Maker | None:
    """The letter of an award that was not ended before both parties had signed."""
    award = db.session.scalars(select(Award).where(Award.application_id == application.id)).first()
    if award is None or award.agreement.step == "lapsed":
        return None
    signed_by = db.session.get_one(Person, award.made_by)
    return lambda: letters.award_letter(award, signed_by=signed_by)


def _decline_letter(application: Application) -> Maker | None:
    """The letter of the decision, if the application is still at the step of that decision."""
    newest = select(Decision).where(Decision.application_id == application.id).order_by(Decision.id.desc()).limit(1)
    decision = db.session.scalars(newest).first()
    if decision is None or application.step not in ENDED.get(decision.kind, ()):
        return None
    signed_by = db.session.get_one(Person, decision.by)
    return lambda: letters.decline_letter(
        application, feedback=decision.feedback, signed_by=signed_by, eligible=decision.kind != "not_eligible"
    )


ENDED = {"decline": ("declined",), "not_eligible": ("not_eligible",)}
"""The steps at which a decision without an award stands."""


def _receipt(application: Application) -> Maker | None:
    """The receipt for the newest submission, which every newer one would have replaced."""
    submission = db.session.get_one(Submission, application.submission_id)
    if submission.sent_by is None:
        return None
    earlier = exists().where(
        Submission.application_id == application.id,
        Submission.stage == submission.stage,
        Submission.number < submission.number,
    )
    sent_by, revised = db.session.get_one(Person, submission.sent_by), bool(db.session.scalar(select(earlier)))
    return lambda: letters.receipt(application, sent_by=sent_by, arrived_at=submission.sent_at, revised=revised)


def _impact_report(application: Application) -> Maker | None:
    """The impact report of a grant that is closed."""
    award = db.session.scalars(select(Award).where(Award.application_id == application.id)).first()
    if award is None or application.step != "closed":
        return None
    return lambda: letters.impact_report(award)


MAKERS: dict[str, Callable[[Application], Maker | None]] = {
    "award_letter": _award_letter,
    "decline_letter": _decline_letter,
    "receipt": _receipt,
    "impact_report": _impact_report,
}
"""How each kind is made again: the command that orders it, or None where what it states no longer holds."""
