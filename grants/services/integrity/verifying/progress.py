"""Checks of `grants verify` on steps: what led from one step to the next is a transition of the flow.

A transition that a later release takes out of a flow must stay known here: histories of earlier releases have it. Until
now none was taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, or_, select

from grants.db import db
from grants.models import Application, Assignment, Call, Event
from grants.queries.flows import FLOWS, Stateful
from grants.services.integrity.verifying import comparison
from workflows.engine.flow import Flow, Transition
from workflows.engine.message import N_, Message
from workflows.programmes import programmes

LATER = (Assignment, Call)
"""Models whose events did not name the step at first. The first event with a step of a row of that time may be any
transition; which rows these are, `earlier` knows."""


class Path(NamedTuple):
    """The flow of a row, and the stage in which it begins; None where transitions do not depend on it."""

    flow: Flow
    stage: str | None


def problems() -> Iterator[Message]:
    """Events that change a step in a way that the flow of their row does not have.

    Each must continue from the step before, by a transition with its key, of its stage and open to its role.
    """
    applications = _applications()
    for model in (Application, *FLOWS):
        known = earlier(model)
        wanted = (
            select(Event.id, Event.about_id, Event.key, Event.role, Event.step_from, Event.step_to)
            .where(Event.about == model.__tablename__, or_(Event.step_from.is_not(None), Event.step_to.is_not(None)))
            .order_by(Event.about_id, Event.id)
        )
        rows: Iterable[Row[Any]] = db.session.execute(wanted.execution_options(yield_per=1_000))
        for id, events in groupby(rows, key=lambda event: event.about_id):
            path = applications.get(id) if model is Application else Path(FLOWS[model], None)
            for event in _strays(path, events, begun=id not in known) if path else ():
                text = N_(
                    "%(table)s %(id)s, event %(event)s: its flow has no transition “%(key)s” by the role %(role)s from "
                    "%(before)s to %(after)s."
                )
                before, after = event.step_from or "–", event.step_to or "–"
                values = {"event": event.id, "key": event.key, "role": event.role, "before": before, "after": after}
                yield Message(text, table=model.__tablename__, id=id, **values)


def earlier(model: type[Stateful]) -> set[int]:
    """The rows of a model of `LATER` that are provably older than the update to a release that names their steps.

    An event that is older than the first recording of existing rows is about them, or records them. A new database has
    that event before any row, and the application cannot choose the id of an event.
    """
    complete = comparison.complete() if model in LATER else None
    if complete is None:
        return set()
    table = model.__tablename__
    about = select(Event.about_id).where(Event.about == table, Event.id < complete).distinct()
    known: set[int] = {id for id in db.session.scalars(about) if id is not None}
    rows = Event.message["rows"]
    names = select(rows[table]).where(Event.key == comparison.ADOPT, Event.id < complete, rows.has_key(table))
    for keys in db.session.scalars(names):
        known |= {int(key) for key in keys if key.isdecimal()} if isinstance(keys, Mapping) else set()
    return known


def _applications() -> Mapping[int, Path]:
    """The path of each application whose programme is known here."""
    known = programmes()
    paths = {
        call.id: Path(known[call.programme].flow, call.data.stages[0].key)
        for call in db.session.scalars(select(Call))
        if call.programme in known
    }
    rows = db.session.execute(select(Application.id, Application.call_id))
    return {id: paths[call_id] for id, call_id in rows if call_id in paths}


def _strays(path: Path, events: Iterable[Row[Any]], *, begun: bool) -> Iterator[Row[Any]]:
    """The events that do not follow the path. begun: whether the first event must begin the row.

    After a stray event the path continues from its step, so that what follows is not accused for it.
    """
    flow, stage, step = path.flow, path.stage, None
    for number, event in enumerate(events):
        if number == 0 and event.step_from is None:
            if event.step_to not in flow.starts:
                yield event
        elif (transition := _transition(flow, stage, event)) is None or (event.step_from != step and (number or begun)):
            yield event
        else:
            stage = transition.next_stage or stage
        step = event.step_to


def _transition(flow: Flow, stage: str | None, event: Row[Any]) -> Transition | None:
    """The transition that the event states, if the flow has it."""
    return next(
        (
            row
            for row in flow.transitions
            if row.key == event.key
            and event.step_from in row.source
            and event.step_to == row.target
            and event.role in row.roles
            and (stage is None or row.stage in (None, stage))
        ),
        None,
    )
