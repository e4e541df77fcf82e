"""Checks of `grants verify` on submissions: against their hashes, their events, and the awards copied from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import joinedload, selectinload

from grants.db import db
from grants.models import Application, Event, Submission
from grants.services.integrity import fingerprints
from workflows.engine.message import N_, Message

RESTATED = N_("Recorded again after an update of the system")
"""The text of the events with which a migration records rows whose columns it has changed."""
ERASE = "erase"
"""The key of the event that an erasure needs; the database looks for it too."""
ROWS_PER_CHUNK = 200

COPIES = """
    SELECT w.number FROM public.award w
    JOIN public.decision d ON d.application_id = w.application_id AND d.kind = 'award'
    WHERE EXISTS (
        (SELECT position, what, category, quantity, unit_cost, total FROM public.award_line WHERE award_id = w.id
         EXCEPT ALL SELECT position, what, category, quantity, unit_cost, total FROM public.submission_line
         WHERE submission_id = d.submission_id)
        UNION ALL
        (SELECT position, what, category, quantity, unit_cost, total FROM public.submission_line
         WHERE submission_id = d.submission_id
         EXCEPT ALL SELECT position, what, category, quantity, unit_cost, total FROM public.award_line
         WHERE award_id = w.id))
    OR EXISTS (
        (SELECT position, name, unit, baseline, target, how FROM public.award_indicator WHERE award_id = w.id
         EXCEPT ALL SELECT position, name, unit, baseline, target, how FROM public.submission_indicator
         WHERE submission_id = d.submission_id)
        UNION ALL
        (SELECT position, name, unit, baseline, target, how FROM public.submission_indicator
         WHERE submission_id = d.submission_id
         EXCEPT ALL SELECT position, name, unit, baseline, target, how FROM public.award_indicator
         WHERE award_id = w.id))
    ORDER BY w.id"""


def problems() -> Iterator[Message]:
    """Submissions whose content differs from their hash or whose event is missing, and events whose submission is.

    Also awards whose budget or indicators differ from the submission that was decided on.
    """
    yield from _contents()
    yield from _unrecorded()
    yield from _missing()
    for number in db.session.scalars(text(COPIES)):
        yield Message("Award %(number)s: its budget or indicators differ from the submission.", number=number)


def notes() -> Iterator[Message]:
    """Submissions whose content an earlier release did not preserve. They are known, and no finding."""
    for row in db.session.execute(_named().where(~Submission.preserved)):
        text = N_("Submission %(number)s of application %(id)s: an earlier release did not preserve its content.")
        yield Message(text, number=row.number, id=row.application_id)


def _contents() -> Iterator[Message]:
    """Each submission has its content, with its hash; after an event of its erasure, it has none."""
    gone = erasures()
    wanted = (
        select(Submission)
        .options(joinedload(Submission.written), selectinload(Submission.lines), selectinload(Submission.indicators))
        .order_by(Submission.id)
        .execution_options(yield_per=ROWS_PER_CHUNK)
    )
    for row in db.session.scalars(wanted):
        values: dict[str, Any] = {"number": row.number, "id": row.application_id}
        if row.id in gone:
            if row.written is None or row.written.content is not None or row.written.answer:
                yield Message("Submission %(number)s of application %(id)s was erased, but it has content.", **values)
        elif row.preserved and (
            row.written is None or row.written.content is None or fingerprints.of_stored(row) != row.sha256
        ):
            yield Message("Submission %(number)s of application %(id)s: its content differs from its hash.", **values)


def erasures() -> dict[int, int]:
    """The newest event of its erasure by submission; only one in the chain of its application counts."""
    wanted = (
        select(Submission.id, func.max(Event.id))
        .join(Event, Event.about_id == Submission.id)
        .where(
            Event.about == Submission.__tablename__,
            Event.key == ERASE,
            Event.subject == Application.__tablename__,
            Event.subject_id == Submission.application_id,
        )
        .group_by(Submission.id)
    )
    return dict(db.session.execute(wanted).all())


def _unrecorded() -> Iterator[Message]:
    recorded = _events().subquery()
    known = (
        select(recorded)
        .where(
            recorded.c.application_id == Submission.application_id,
            recorded.c.number == Submission.number,
            recorded.c.sha256 == Submission.sha256,
        )
        .exists()
    )
    for row in db.session.execute(_named().where(~known)):
        text = N_("Submission %(number)s of application %(id)s has no event in the history.")
        yield Message(text, number=row.number, id=row.application_id)


def _missing() -> Iterator[Message]:
    """Submissions that an event names and that do not exist with that hash."""
    recorded = _events().subquery()
    stored = (
        select(Submission.id)
        .where(
            recorded.c.application_id == Submission.application_id,
            recorded.c.number == Submission.number,
            recorded.c.sha256 == Submission.sha256,
        )
        .exists()
    )
    wanted = select(recorded).where(~stored).order_by(recorded.c.application_id, recorded.c.number)
    for row in db.session.execute(wanted):
        text = N_("Submission %(number)s of application %(id)s is missing, or differs from its history.")
        yield Message(text, number=row.number, id=row.application_id)


def _named() -> Select[int, int]:
    columns = select(Submission.number, Submission.application_id)
    return columns.order_by(Submission.application_id, Submission.number)


def _events() -> Select[Any]:
    """The number and the hash of each submission that an event names."""
    values = Event.message["values"]
    return select(
        Event.about_id.label("application_id"),
        values["submission"].as_integer().label("number"),
        values["sha256"].astext.label("sha256"),
    ).where(Event.about == Application.__tablename__, values.has_key("sha256"))
