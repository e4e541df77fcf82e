"""The link of optional mails by which their recipient receives only urgent emails."""

from __future__ import annotations

from grants.db import db
from grants.jobs.program import settings
from grants.models import Outbox
from grants.outside.keys import kept
from grants.services import outbox, unsubscriptions
from workflows.engine.urgency import Urgency


def link(held: outbox.Claim, person: int, urgency: object) -> str:
    """The address for a mail of this urgency, the same for every attempt; empty for one that cannot be left out."""
    if urgency != Urgency.OPTIONAL:
        return ""
    ours, day = settings(), db.session.get_one(Outbox, held.id).created_at.date()
    key = ours.secret_key or kept(ours.instance, "secret_key")
    return f"{ours.address}/unsubscribe/{unsubscriptions.token(person, day, key=key)}"
