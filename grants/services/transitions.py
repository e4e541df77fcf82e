"""Apply transitions: hold the row, evaluate the flow, set the step, run the effect, record history, queue mails.

Applications, agreements, reports, instalments and batches change their step only here. The service that creates the
row sets its first step. Calls have no flow; `calls` sets their step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from grants.db import db, now
from grants.models import Application, Batch, Instalment, Report
from grants.queries import cases, recipients
from grants.queries.flows import InApplication, Stateful, flow_of, parent_application
from grants.services import agreements, awards, batches, decisions, locking, outbox, reports
from grants.services.applications import submissions
from grants.services.effects import Context, EffectFunction, Values
from grants.services.integrity import fingerprints, history
from grants.services.money import instalments, repayments
from grants.services.refusals import Refused, Stale
from workflows.engine.effects import Effect, check_effects
from workflows.engine.flow import Transition, TransitionNotAllowed
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor, Role
from workflows.flows.standard import FLOWS
from workflows.programme import SUBMITTED
from workflows.rules.calls import counts_over_applicant

EFFECTS: dict[Effect, EffectFunction] = {
    Effect.SUBMIT_APPLICATION: submissions.submit,
    Effect.REOPEN_APPLICATION: submissions.reopen,
    Effect.INVITE_NEXT_STAGE: submissions.invite,
    Effect.WITHDRAW_APPLICATION: submissions.withdraw,
    Effect.RECORD_RECOMMENDATION: decisions.recommend,
    Effect.SEND_BACK_RECOMMENDATION: decisions.reconsider,
    Effect.DECLINE_APPLICATION: decisions.decline,
    Effect.REJECT_INELIGIBLE: decisions.close,
    Effect.MAKE_AWARD: awards.make,
    Effect.END_AWARD: awards.give_up,
    Effect.CLOSE_GRANT: awards.close,
    Effect.SIGN_AGREEMENT: agreements.sign,
    Effect.COUNTERSIGN_AGREEMENT: agreements.countersign,
    Effect.CONFIRM_CONDITION: agreements.meet,
    Effect.RECORD_REPAYMENT: repayments.receive,
    Effect.SUBMIT_REPORT: reports.receive,
    Effect.APPROVE_REPORT: reports.approve,
    Effect.SEND_BACK_REPORT: reports.send_back,
    Effect.MAKE_INSTALMENT_PAYABLE: instalments.fall_due,
    Effect.APPROVE_BATCH: batches.approve,
    Effect.CANCEL_BATCH: batches.undo,
    Effect.RELEASE_BATCH: batches.release,
    Effect.CONFIRM_BATCH: batches.confirm,
}
check_effects(
    mapped=EFFECTS, used=(transition.effect for flow in FLOWS for transition in flow.transitions if transition.effect)
)


def apply(
    row: Stateful,
    key: str,
    *,
    actor: Actor,
    answers: Mapping[str, Any] | None = None,
    version: int | None = None,
    arrived_at: datetime | None = None,
) -> None:
    """Apply the transition `key` to the row.

    Sets the step and `step_at`, runs the effect, records an event and queues the notifications. This is the only code
    that changes a step, except that of calls (`services/calls.py`), which have no flow yet. answers: field → value.
    arrived_at: when the request arrived, by the database clock (default: now); deadlines are compared with it. Raises
    Refused with every reason why the transition is not possible, Stale when the row's version is no longer `version`,
    and whatever the effect raises.
    """
    arrived = arrived_at or now()
    possible = [transition for transition in flow_of(row).transitions if transition.key == key]
    locking.hold(
        row,
        actor=actor,
        applicant=any(counts_over_applicant(transition) for transition in possible),
        money=any(transition.effect is Effect.MAKE_AWARD for transition in possible),
    )
    if version is not None and row.version != version:
        raise Stale(row)
    case = replace(cases.of(row, arrived), answers=dict(answers or {}))
    try:
        transition = flow_of(row).outcome(key, case, actor)
    except TransitionNotAllowed as refusal:
        raise Refused(*refusal.reasons) from refusal
    before, row.step, row.step_at = row.step, transition.target, now()
    if transition.next_stage and isinstance(row, Application):
        row.stage = transition.next_stage
    context = Context(actor=actor, case=case, apply=apply)
    result = _run_effect(row, transition, context)
    message = result if isinstance(result, Message) else _recorded(row, transition)
    _record(row, before, transition, context, message)
    _notify(row, transition, context, result.values if isinstance(result, Message) else result or {})


def _run_effect(row: Stateful, transition: Transition, context: Context) -> Values | Message | None:
    """Run the effect, then flush.

    Autoflush is off meanwhile: the effect sets the columns that the constraints require at the new step.
    """
    result: Values | Message | None = None
    with db.session.no_autoflush:
        if transition.effect:
            result = EFFECTS[transition.effect](row, context)
    db.session.flush()
    return result


def _recorded(row: Stateful, transition: Transition) -> Message:
    """The text of the history; that of a report or an instalment names which one, because a grant has several."""
    text = transition.history_text or transition.title
    match row:
        case Report():
            return Message(text, report=Message(row.title))
        case Instalment():
            return Message(text, number=row.number)
        case _:
            return Message(text)


def _record(row: Stateful, before: str, transition: Transition, context: Context, message: Message) -> None:
    """Add the event to the history of the row. Texts that were entered are stored beside it."""
    answers = context.answers
    history.record(
        replace(history.about(row), step_from=before, step_to=row.step),
        actor=context.actor,
        key=transition.key,
        message=message,
        words={f.key: str(answers[f.key]) for f in transition.fields if f.kind == "text" and answers.get(f.key)},
        audience=_audience(transition, context.actor),
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


def _notify(row: Stateful, transition: Transition, context: Context, added: Values) -> None:
    """Queue the mails of the transition. added: values from the effect."""
    for topic, own in _topics(row):
        application = parent_application(topic)
        values: dict[str, Any] = {"title": application.title, "reference": application.reference or "", **own}
        values["proposal"] = SUBMITTED[application.stage]
        values |= {field.key: str(context.answers.get(field.key) or "") for field in transition.fields} | dict(added)
        for notification in transition.notifies:
            outbox.mail(
                recipients.of(application, notification.to),
                application=application,
                role=notification.to,
                subject=Message(notification.subject, **values),
                text=Message(notification.text, **values),
                path=f"/applications/{application.id}",
            )


def _topics(row: Stateful) -> list[tuple[InApplication, Values]]:
    """The rows to send notifications about, with extra values: for a batch, each instalment that is not cancelled."""
    match row:
        case Batch():
            return [(p.instalment, {"amount": Money(p.amount, p.currency)}) for p in row.payments if not p.undone]
        case Report():
            return [(row, {"report": Message(row.title)})]
        case _:
            return [(row, {})]
