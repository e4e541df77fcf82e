"""The verification of organisations: begin it, begin it again, settle it."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db, today
from grants.models import Organisation, Verification
from grants.queries import recipients
from grants.services import locking, outbox
from grants.services.effects import Apply, Context
from grants.services.integrity import history
from workflows.deadlines import VERIFYING_DAYS, working_days_after
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Actor
from workflows.mails.organisations import NOT_VERIFIED, VERIFIED


def of(organisation: Organisation) -> Verification | None:
    """The verification of the organisation; None if the Foundation entered it."""
    return db.session.scalars(select(Verification).where(Verification.organisation_id == organisation.id)).first()


def begin(organisation: Organisation, *, actor: Actor, apply: Apply) -> Verification:
    """Ask the officers to verify the organisation: for the first time, or again.

    The organisation must be held, and with it its verification if there is one. apply: `transitions.apply`.
    """
    locking.require(organisation)
    row, due_on = of(organisation), working_days_after(today(), VERIFYING_DAYS)
    if row is None:
        row = Verification(organisation_id=organisation.id, step="registered", due_on=due_on)
        db.session.add(row)
        db.session.flush()
        history.begin(row, actor=actor, message=Message("To be verified by %(day)s", day=due_on))
    elif row.step != "registered":
        locking.require(row)
        row.due_on = due_on
        apply(row, "again", actor=CLOCK)
    return row


def settle(row: Verification, context: Context) -> None:
    """Keep the officer and their evidence or reason, and notify the people who act for the organisation."""
    row.note, row.by = str(context.answers["note"]), context.actor.person
    notification = VERIFIED if row.step == "verified" else NOT_VERIFIED
    outbox.mail_all(
        [
            outbox.Mail(
                recipients.members(row.organisation_id),
                notification,
                {"organisation": row.organisation.name, "reason": row.note},
                application=None,
                organisation=row.organisation,
                path=f"/organisations/{row.organisation_id}",
            )
        ]
    )
