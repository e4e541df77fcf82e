"""Checks of `grants verify` on the texts beside the events: against their hashes, and against erasures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select, text

from grants.db import db
from grants.models import Application, Event, EventText, Submission
from grants.services.integrity.history import word_hash
from grants.services.integrity.verifying import submissions
from workflows.engine.message import N_, Message

ANSWER = "answer"
"""The key of the only event with a text that can be erased, and the name of that text."""
MISSING = """
    SELECT h.id, k.name FROM public.history h CROSS JOIN LATERAL jsonb_object_keys(
        CASE jsonb_typeof(h.said -> 'words') WHEN 'object' THEN h.said -> 'words' ELSE '{}' END) AS k (name)
    WHERE NOT EXISTS (SELECT FROM public.history_words w WHERE w.event_id = h.id AND w.name = k.name)
    ORDER BY h.id, k.name"""

SALT = re.compile(r"[0-9a-f]{32}")
"""The form of a salt. The hash joins salt and text: where the salt is free, the text can be cut at a colon."""
Sent = tuple[int, int]
"""The application and the number of a submission."""


def problems() -> Iterator[Message]:
    """Texts that were added, changed, removed, or emptied without the erasure of their submission."""
    stored = (
        select(EventText, Event.message, Event.key, Event.subject, Event.subject_id, Event.about, Event.about_id)
        .outerjoin(Event, Event.id == EventText.event_id)
        .order_by(EventText.id)
    )
    empty: list[tuple[EventText, Sent | None]] = []
    for found in db.session.execute(stored.execution_options(yield_per=1000)):
        row: EventText = found[0]
        known = _mapping(_mapping(found.message).get("words"))
        if row.name not in known:
            yield Message("History, event %(id)s: its text “%(name)s” was added later.", id=row.event_id, name=row.name)
        elif not SALT.fullmatch(row.salt):
            unfit = N_("History, event %(id)s: the salt of its text “%(name)s” does not have the form of a salt.")
            yield Message(unfit, id=row.event_id, name=row.name)
        elif known[row.name] == word_hash(row.salt, row.words):
            continue
        elif row.words:
            yield Message("History, event %(id)s: its text “%(name)s” was changed.", id=row.event_id, name=row.name)
        else:
            empty.append((row, _answered(found, row)))
    yield from _unexcused(empty)
    for id, name in db.session.execute(text(MISSING)):
        yield Message("History, event %(id)s: its text “%(name)s” is missing.", id=id, name=name)


def _unexcused(empty: Sequence[tuple[EventText, Sent | None]]) -> Iterator[Message]:
    """The empty texts that no later event erased."""
    erased = _erased() if empty else {}
    for row, sent in empty:
        if sent is None or erased.get(sent, 0) < row.event_id:
            yield Message(
                "History, event %(id)s: its text “%(name)s” was emptied without an erasure.",
                id=row.event_id,
                name=row.name,
            )


def _erased() -> dict[Sent, int]:
    """The newest event of its erasure by submission."""
    numbers = select(Submission.id, Submission.application_id, Submission.number)
    events = submissions.erasures()
    return {(row.application_id, row.number): events[row.id] for row in db.session.execute(numbers) if row.id in events}


def _answered(event: Row[Any], row: EventText) -> Sent | None:
    """The submission that was sent with this text as its answer to a question; None for any other text."""
    here = (Application.__tablename__, event.subject_id)
    if here != (event.subject, event.subject_id) or here != (event.about, event.about_id):
        return None
    number = _mapping(_mapping(event.message).get("values")).get("submission")
    return (event.subject_id, number) if (event.key, row.name) == (ANSWER, ANSWER) and type(number) is int else None


def _mapping(value: Any) -> Mapping[str, Any]:
    """The value, if it is a mapping; else an empty one."""
    return value if isinstance(value, Mapping) else {}
