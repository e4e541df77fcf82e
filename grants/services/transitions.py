"""Apply transitions: lock the row, evaluate the flow, set the step, run the effect, record history, queue mails.

Applications, agreements, reports, instalments and batches change their step only here. The service that creates the
row sets its first step. Calls have no flow; `calls` sets their step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from grants.db import db, now
from grants.models import Agreement, Application, Batch, Call, Instalment, Report
from grants.queries import cases, recipients
from grants.services import outbox
from grants.services.integrity import fingerprints, history
from workflows.engine.flow import Flow, GuardsFailed, Transition
from workflows.engine.message import Message, Money, Value
from workflows.engine.roles import Actor, Role
from workflows.flows import agreement, payment, report
from workflows.programmes import programmes

FlowRow = Application | Agreement | Report | Instalment | Batch
Facts = Mapping[str, Value]
EffectFunction = Callable[..., Facts | Message | None]


class Refused(Exception):
    """A command or transition was refused; `reasons` holds every reason as a message."""

    def __init__(self, *reasons: Message) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons


class Stale(Exception):
    """The row has changed since the page was made; `row` is the row."""

    def __init__(self, row: object) -> None:
        super().__init__("the row has changed since the page was made")
        self.row = row


EFFECTS: dict[str, EffectFunction] = {}


def effect(name: str) -> Callable[[EffectFunction], EffectFunction]:
    """Register the effect that transitions name in `does`. A later registration of the same name replaces it.

    The effect is called with (row, actor=, answers=, case=) after the step is set and before the row is flushed. A
    mapping that it returns is added to the values of the mails; a message replaces the transition's own in history,
    and its values are added to those of the mails.
    """

    def registered(function: EffectFunction) -> EffectFunction:
        EFFECTS[name] = function
        return function

    return registered


def flow_of(row: FlowRow) -> Flow:
    """The flow of this row."""
    match row:
        case Application():
            return programmes()[row.call.programme].flow
        case Agreement():
            return agreement.FLOW
        case Report():
            return report.FLOW
        case Instalment():
            return payment.INSTALMENT
        case Batch():
            return payment.BATCH


def apply(
    row: FlowRow,
    key: str,
    *,
    actor: Actor,
    answers: Mapping[str, Any] | None = None,
    version: int | None = None,
    arrived_at: datetime | None = None,
) -> None:
    """Apply the transition `key` to the row.

    Sets the step and `step_at`, runs the effect, records an event and queues the notifications. answers: field →
    value. arrived_at: when the request arrived, by the database clock (default: now); deadlines are compared with
    it. Raises Refused with every reason why the transition is not possible, Stale when the row's version is no longer
    `version`, and whatever the effect raises.
    """
    arrived = arrived_at or now()
    _lock(row)
    if version is not None and row.version != version:
        raise Stale(row)
    case = replace(cases.of(row, arrived), answers=dict(answers or {}))
    try:
        transition = flow_of(row).outcome(key, case, actor)
    except GuardsFailed as objected:
        raise Refused(*objected.reasons) from objected
    before, row.step, row.step_at = row.step, transition.target, now()
    if transition.next_stage and isinstance(row, Application):
        row.stage = transition.next_stage
    found = _follow_up(row, transition, actor, case)
    message = found if isinstance(found, Message) else Message(transition.history_text or transition.title)
    _write_down(row, before, transition, Applied(actor, case.answers, message))
    _notify(row, transition, case.answers, found.values if isinstance(found, Message) else found or {})


def _follow_up(row: FlowRow, transition: Transition, actor: Actor, case: Any) -> Facts | Message | None:
    """Run the effect, then flush.

    Autoflush is off meanwhile: the effect sets the columns that the constraints require at the new step.
    """
    found: Facts | Message | None = None
    with db.session.no_autoflush:
        if transition.effect:
            found = EFFECTS[transition.effect](row, actor=actor, answers=case.answers, case=case)
    db.session.flush()
    return found


def begin(row: FlowRow, *, actor: Actor, message: Message) -> None:
    """Record the first event of a row that has just been created, with its first step."""
    event = replace(about(row), step_to=row.step)
    history.record(event, actor=actor, key="begin", message=message, facts=fingerprints.of(row))


def about(row: FlowRow) -> history.About:
    """Where events of this row belong: a batch has a chain of its own, all others join that of their application."""
    table = row.__tablename__
    if isinstance(row, Batch):
        return history.About("batch", row.id, table, row.id)
    return history.About("application", _application(row).id, table, row.id)


def _application(row: Application | Agreement | Report | Instalment) -> Application:
    return row if isinstance(row, Application) else row.award.application


def _lock(row: FlowRow) -> None:
    """Lock the call (shared), the application and then the row, in the same order everywhere, to avoid deadlocks.

    For a batch, lock only the batch.
    """
    if not isinstance(row, Batch):
        application = _application(row)
        db.session.execute(select(Call.id).where(Call.id == application.call_id).with_for_update(read=True))
        _refresh(application)
    if not isinstance(row, Application):
        _refresh(row)


def _refresh(row: FlowRow) -> None:
    """Lock the row and read its columns again; fetching the result is what refreshes the object."""
    model = type(row)
    locked = select(model).where(model.id == row.id).with_for_update(of=model).execution_options(populate_existing=True)
    db.session.scalars(locked).one()


@dataclass(frozen=True, slots=True)
class Applied:
    """Who applied a transition, the values they entered, and the message for history."""

    actor: Actor
    answers: Mapping[str, Any]
    message: Message


def _write_down(row: FlowRow, before: str, transition: Transition, taken: Applied) -> None:
    given = taken.answers
    words = {
        field.key: str(given[field.key]) for field in transition.fields if field.kind == "text" and given.get(field.key)
    }
    history.record(
        replace(about(row), step_from=before, step_to=row.step),
        actor=taken.actor,
        key=transition.key,
        message=taken.message,
        words=words,
        audience=_audience(transition, taken.actor),
        facts=fingerprints.of(row),
    )


def _audience(transition: Transition, actor: Actor) -> str:
    """`office` for a text that staff or reviewers wrote and that no mail tells the applicant; otherwise `all`."""
    inside = actor.role is not Role.APPLICANT and any(field.kind == "text" for field in transition.fields)
    return (
        "office"
        if inside and not any(notification.to is Role.APPLICANT for notification in transition.notifies)
        else "all"
    )


def _notify(row: FlowRow, transition: Transition, answers: Mapping[str, Any], facts: Facts) -> None:
    for reported, own in _tellable(row):
        application = _application(reported)
        values: dict[str, Any] = {"title": application.title, "reference": application.reference or "", **own}
        values |= {field.key: str(answers.get(field.key) or "") for field in transition.fields} | dict(facts)
        for notification in transition.notifies:
            outbox.mail(
                recipients.of(application, notification.to),
                subject=Message(notification.subject, **values),
                text=Message(notification.text, **values),
                path=f"/applications/{application.id}",
            )


def _tellable(row: FlowRow) -> list[tuple[Application | Agreement | Report | Instalment, Facts]]:
    """The rows to send notifications about, with extra values: for a batch, each instalment that is not cancelled."""
    match row:
        case Batch():
            return [(p.instalment, {"amount": Money(p.amount, p.currency)}) for p in row.payments if not p.undone]
        case Report():
            return [(row, {"report": Message(row.title)})]
        case _:
            return [(row, {})]
