"""History: events, in one hash chain per subject (application, batch, call, fund, organisation, person).

Transitions and the commands that say so record an event. Drafts, sessions and the outbox have none.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, insert, inspect, select, update
from sqlalchemy.orm.attributes import set_committed_value

from grants.db import db, now
from grants.models import Batch, Call, Event, EventText, Head, Verification
from grants.queries.flows import Stateful, parent_application
from grants.services import locking, updates
from grants.services.integrity import changes
from workflows.engine.message import Message
from workflows.engine.roles import Actor

FIRST = "0" * 64

EVENTS, HEADS = Event.metadata.tables[Event.__tablename__], Head.metadata.tables[Head.__tablename__]
GIVEN = {one.key: one.columns[0] for one in inspect(Event).column_attrs if one.key not in {"id", "xact", "stamp"}}
"""What an event is inserted with, by attribute; the rest is set by the database."""
VALUES = {key: bindparam(f"event_{key}", type_=column.type) for key, column in GIVEN.items()}
MOVED = (
    update(HEADS)
    .where(HEADS.c.subject == VALUES["subject"], HEADS.c.subject_id == VALUES["subject_id"])
    .values(number=VALUES["number"], hash=VALUES["hash"])
    .returning(HEADS.c.number)
    .cte("moved")
)
APPEND = (
    insert(EVENTS).from_select(list(GIVEN.values()), select(*VALUES.values()).select_from(MOVED)).returning(EVENTS.c.id)
)
"""Move the head of a chain and insert the event that it has moved to, in one statement."""


@dataclass(frozen=True, slots=True)
class About:
    """The subject whose chain the event joins, the row it is about, and the row's old and new step, if it changed."""

    subject: str
    subject_id: int
    table: str
    id: int
    step_from: str | None = None
    step_to: str | None = None


def about(row: Stateful) -> About:
    """Where events of this row belong: to the chain of its organisation, to its own, or to its application's."""
    table = row.__tablename__
    if isinstance(row, Batch | Call):
        return About(table, row.id, table, row.id)
    if isinstance(row, Verification):
        return About("organisation", row.organisation_id, table, row.id)
    return About("application", parent_application(row).id, table, row.id)


def begin(row: Stateful, *, actor: Actor, message: Message) -> None:
    """Record the first event of a row that has just been created, with its first step."""
    event = replace(about(row), step_to=row.step)
    record(event, actor=actor, key="begin", message=message)


@dataclass(frozen=True, slots=True)
class Record:
    """What an event states.

    words: free text by name; it is stored beside the chain, which holds a salted hash only. audience: `all`, or
    `office` for events that applicants do not see. rows: fingerprints that the event names beside those of what the
    transaction has changed.
    """

    about: About
    actor: Actor
    key: str
    message: Message
    words: Mapping[str, str] = field(default_factory=dict)
    audience: str = "all"
    rows: changes.Names = field(default_factory=dict)


def record(
    about: About,
    *,
    actor: Actor,
    key: str,
    message: Message,
    words: Mapping[str, str] | None = None,
    audience: str = "all",
) -> Event:
    """Append an event to the chain of its subject, which must be held; the arguments are described at `Record`."""
    [event] = record_all([Record(about, actor, key, message, words or {}, audience)])
    return event


def record_all(records: Sequence[Record]) -> list[Event]:
    """Append an event for each of these to the chain of its subject, in this order.

    Every subject must be held. The events of all chains are inserted together, and so are the free texts; the heads of
    the chains are written in one statement. A lone event without free text, such as that of a printed document, is
    inserted by the statement that moves its head. What the transaction has changed since it last recorded anything is
    flushed, and named with its fingerprints (`changes.take`).
    """
    names = changes.take([(one.about.subject, one.about.subject_id) for one in records])
    heads: dict[tuple[str, int], Head] = {}
    events = []
    for one, rows in zip(records, names, strict=True):
        subject = one.about.subject, one.about.subject_id
        if subject not in heads:
            heads[subject] = locking.head(*subject) or _begun(one.about)
        events.append(_appended(heads[subject], one, {**one.rows, **rows}))
    if len(events) == 1 and not events[0].words and all(inspect(head).persistent for head in heads.values()):
        _append(*heads.values(), event=events[0])
    else:
        db.session.add_all(events)
        updates.store(heads.values())
    return events


def _append(head: Head, *, event: Event) -> None:
    """Insert an event and move the head of its chain to it, in one statement; the event gets its id."""
    for key in ("number", "hash"):
        set_committed_value(head, key, getattr(head, key))
    values = {VALUES[key].key: getattr(event, key) for key in GIVEN}
    event.id = db.session.execute(APPEND, values, execution_options=changes.NOTED).scalar_one()


def rehearse() -> None:
    """Run the statement of a lone event for a chain that does not exist. Nothing is changed."""
    db.session.execute(APPEND, {one.key: None for one in VALUES.values()}, execution_options=changes.NOTED)


def _appended(head: Head, record: Record, rows: changes.Names) -> Event:
    """The event that follows the head of its chain, which then moves on to it. rows: what the event names."""
    about, actor = record.about, record.actor
    salted = {name: (secrets.token_hex(16), text) for name, text in record.words.items() if text}
    event = Event(
        subject=about.subject,
        subject_id=about.subject_id,
        number=head.number + 1,
        at=now(),
        person_id=actor.person,
        role=str(actor.role),
        on_behalf_of=actor.on_behalf_of,
        via=actor.via,
        key=record.key,
        about=about.table,
        about_id=about.id,
        step_from=about.step_from,
        step_to=about.step_to,
        message=_messages_of(record.message, salted) | ({"rows": rows} if rows else {}),
        audience=record.audience,
        previous=head.hash,
    )
    event.hash = digest(event)
    event.words = [EventText(name=name, salt=salt, words=text) for name, (salt, text) in salted.items()]
    head.number, head.hash = event.number, event.hash
    return event


def _messages_of(message: Message, salted: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    hashes = {name: word_hash(salt, text) for name, (salt, text) in sorted(salted.items())}
    return {**message.as_json(), "words": hashes}


def word_hash(salt: str, words: str) -> str:
    """The salted SHA-256 that represents a free text in the chain."""
    return hashlib.sha256(f"{salt}:{words}".encode()).hexdigest()


def digest(event: Event) -> str:
    """SHA-256 of the previous hash followed by the event as canonical JSON."""
    content = {
        "subject": event.subject,
        "subject_id": event.subject_id,
        "number": event.number,
        "at": event.at.timestamp(),
        "person": event.person_id,
        "role": event.role,
        "on_behalf_of": event.on_behalf_of,
        "via": event.via,
        "key": event.key,
        "about": event.about,
        "about_id": event.about_id,
        "from": event.step_from,
        "to": event.step_to,
        "said": event.message,
        "audience": event.audience,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{event.previous}{canonical}".encode()).hexdigest()


def _begun(about: About) -> Head:
    """The head of a new chain."""
    head = Head(subject=about.subject, subject_id=about.subject_id, number=0, hash=FIRST)
    db.session.add(head)
    return head
