"""Attachments: the space that they take, their versions, and the uploads that still wait for their inspection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, cast, func, literal, or_, select
from sqlalchemy.types import Text

from grants.db import autocommit, db
from grants.models import Attachment, AttachmentCheck, Outbox
from grants.models.organisations import is_one_with

WAITS = "Waiting: "
"""How the problem of an inspection begins that waits for the virus scanner."""
REFUSED = select(AttachmentCheck.attachment_id).where(
    AttachmentCheck.attachment_id == Attachment.id, AttachmentCheck.verdict == "refused"
)


class ToInspect(NamedTuple):
    """An upload, for the worker that inspects it. checked: whether that has been done."""

    id: int
    organisation_id: int
    name: str
    kind: str
    sha256: str
    key: str
    checked: bool


def to_inspect(id: int) -> ToInspect | None:
    """The upload of an attachment, read in a statement of its own, so that nothing is open while it is inspected."""
    checked = select(AttachmentCheck.attachment_id).where(AttachmentCheck.attachment_id == Attachment.id).exists()
    wanted = select(
        Attachment.id,
        Attachment.organisation_id,
        Attachment.name,
        Attachment.kind,
        Attachment.sha256,
        Attachment.quarantine_key,
        checked,
    ).where(Attachment.id == id)
    with autocommit() as connection:
        row = connection.execute(wanted).first()
    return ToInspect(*row) if row else None


def is_replaced(id: int) -> bool:
    """Whether there is a newer version of this attachment."""
    return db.session.scalar(select(Attachment.id).where(Attachment.replaces_id == id)) is not None


def space_taken(organisation_id: int) -> int:
    """The bytes of all uploads of an organisation, without those that were not accepted."""
    kept = select(func.coalesce(func.sum(Attachment.size), 0)).where(
        is_one_with(Attachment.organisation_id, organisation_id), ~REFUSED.exists()
    )
    return int(db.session.scalar(kept) or 0)


def known(keys: Sequence[str]) -> dict[str, bool]:
    """Those of these keys of uploads that belong to an attachment, each with whether it has been checked."""
    checked = AttachmentCheck.attachment_id.is_not(None).label("checked")
    found = (
        select(Attachment.quarantine_key, checked)
        .outerjoin(AttachmentCheck, AttachmentCheck.attachment_id == Attachment.id)
        .where(Attachment.quarantine_key.in_(keys))
        .order_by(Attachment.id)
    )
    return {row.quarantine_key: bool(row.checked) for row in db.session.execute(found)}


def delay() -> ColumnElement[str | None]:
    """Why the inspection of an attachment takes longer, in SQL: `scanner`, `given up`, `tried again`, or null."""
    problem = case(
        (Outbox.dead_at.is_not(None), literal("given up")),
        (Outbox.problem.startswith(WAITS, autoescape=True), literal("scanner")),
        (or_(Outbox.problem != "", Outbox.attempts > 1), literal("tried again")),
    )
    row = select(problem).where(
        Outbox.kind == "inspection",
        Outbox.done_at.is_(None),
        Outbox.args["attachment"].astext == cast(Attachment.id, Text),
    )
    found: ColumnElement[str | None] = row.order_by(Outbox.id.desc()).limit(1).correlate(Attachment).scalar_subquery()
    return found
