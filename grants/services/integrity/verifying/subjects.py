"""Checks of `grants verify` on what events are about: each stands in the chain that its row belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, text

from grants.db import db
from grants.models import Event
from grants.services.integrity import fingerprints
from grants.services.integrity.adoption import SYSTEM
from grants.services.integrity.manifest import HELD
from workflows.engine.message import N_, Message


def problems() -> Iterator[Message]:
    """Events about a row of another chain, about a row that does not exist, or about no table that is held.

    An event is believed because of its chain: an erasure of a submission that stood in the chain of a fund would be
    read by nobody who reads the history of the application.
    """
    for table in db.session.scalars(select(Event.about).distinct().order_by(Event.about)).all():
        for id, subject, subject_id in db.session.execute(text(_elsewhere(table)), {"about": table}):
            finding = N_(
                "History of %(subject)s %(number)s, event %(event)s: it concerns a record that does not belong to "
                "this history."
            )
            yield Message(finding, subject=subject, number=subject_id, event=id)


def _elsewhere(table: str) -> str:
    """SQL for the events about rows of this table that stand in another chain than the row."""
    events = "SELECT history.id, history.subject, history.subject_id FROM public.history"
    if table not in HELD:
        own = f"'{SYSTEM.subject}'"
        allowed = f"(subject, subject_id, about, about_id) = ({own}, {SYSTEM.subject_id}, {own}, {SYSTEM.subject_id})"
        return f"{events} WHERE about = :about AND NOT {allowed} ORDER BY id"
    subject, subject_id, joins = fingerprints.chain(table)
    return (
        f'{events} LEFT JOIN public."{table}" ON "{table}"."{HELD[table].key}" = history.about_id {joins}'
        f" WHERE history.about = :about AND (history.subject, history.subject_id)"
        f" IS DISTINCT FROM ('{subject}', {subject_id}) ORDER BY history.id"
    )
