"""The digest of the newest checkpoint, mailed once a day: a copy in mailboxes that nobody can change afterwards."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from grants.db import db
from grants.models import DigestMail
from grants.queries import recipients
from grants.services import outbox
from grants.services.integrity.sealing import checkpoints
from workflows.engine.message import Value
from workflows.engine.roles import Role
from workflows.mails.grants import DIGEST


def queue() -> bool:
    """Queue a mail to each auditor of everything, unless one was queued today or there is no newer checkpoint.

    Returns whether this is done. Of several calls at the same time, one does it. The database notes the day, so that no
    day of the future can be noted.
    """
    last = checkpoints.newest()
    mailed = db.session.scalar(select(func.max(DigestMail.checkpoint_id))) or 0
    if last is None or last.id <= mailed:
        return False
    first_today = insert(DigestMail).values(checkpoint_id=last.id).on_conflict_do_nothing()
    if db.session.scalar(first_today.returning(DigestMail.checkpoint_id)) is None:
        return False
    values: dict[str, Value] = {"id": last.id, "epoch": last.epoch, "up_to": last.up_to, "digest": last.digest}
    auditors = recipients.everywhere(Role.AUDITOR)
    outbox.mail(outbox.Mail(auditors, DIGEST, values, application=None, path="/"))
    return True
