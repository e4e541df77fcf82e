"""Apply transitions: hold the rows, evaluate the flow, set the steps, run the effect, record history, queue mails.

Whatever has a flow changes its step only here. The service that creates the row sets its first step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from grants.db import db, now
from grants.models import Agreement, Application, Assignment, Batch, Call, Instalment, Person, Report, Verification
from grants.queries import cases, recipients
from grants.queries.applications import drafts
from grants.queries.flows import InApplication, Stateful, flow_of, parent_application
from grants.services import agreements, calls, decisions, locking, outbox, reports, updates, verifications
from grants.services.applications import submissions
from grants.services.effects import Change, Context, EffectFunction, Together, Values
from grants.services.integrity import history
from grants.services.money import awards, batches, instalments, repayments
from grants.services.refusals import Refused, Stale
from grants.services.reviews import assignments, conflicts
from workflows.engine.effects import Effect, check_effects
from workflows.engine.flow import Ending, Field, Notification, Transition, TransitionNotAllowed
from workflows.engine.message import Message, Money, Value
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.flows import assignment
from workflows.flows.standard import FLOWS
from workflows.programme import REPORTS, SUBMITTED
from workflows.rules.calls import counts_over_applicant
from workflows.rules.reviews import reads_reviewer

EFFECTS: dict[Effect, EffectFunction] = {
    Effect.SUBMIT_APPLICATION: submissions.submit,
    Effect.REOPEN_APPLICATION: submissions.reopen,
    Effect.INVITE_NEXT_STAGE: submissions.invite,
    Effect.RECORD_RECOMMENDATION: decisions.recommend,
    Effect.SEND_BACK_RECOMMENDATION: decisions.reconsider,
    Effect.DECLINE_APPLICATION: decisions.decline,
    Effect.REJECT_INELIGIBLE: decisions.close,
    Effect.OPEN_CALL: calls.open_call,
    Effect.EXTEND_CALL: calls.extend,
    Effect.OPEN_PROPOSAL: assignments.open_proposal,
    Effect.DECLARE_CONFLICT: conflicts.declare,
    Effect.DECLINE_REVIEW: assignments.decline,
    Effect.SUBMIT_REVIEW: assignments.submit,
    Effect.WITHDRAW_INVITATION: assignments.withdraw,
    Effect.INVITE_AGAIN: assignments.invite_again,
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
    Effect.MAKE_INSTALMENT_PAYABLE: Together(instalments.fall_due),
    Effect.APPROVE_BATCH: batches.approve,
    Effect.CANCEL_BATCH: batches.undo,
    Effect.RELEASE_BATCH: batches.release,
    Effect.CONFIRM_BATCH: batches.confirm,
    Effect.SETTLE_VERIFICATION: verifications.settle,
}
PARTS: dict[str, Callable[[Sequence[int]], Sequence[Stateful]]] = {assignment.FLOW.name: assignments.open_of}
"""By the name of their flow, the open rows that belong to the applications with these ids."""
check_effects(
    mapped=EFFECTS, used=(transition.effect for flow in FLOWS for transition in flow.transitions if transition.effect)
)


def apply(
    rows: Stateful | Sequence[Stateful],
    key: str,
    *,
    actor: Actor,
    answers: Mapping[str, Any] | None = None,
    version: int | None = None,
    draft: int | None = None,
    arrived_at: datetime | None = None,
) -> None:
    """Apply the transition `key` to the row, or to several rows of one flow: to all of them or to none.

    Sets the step and, where it is another one, `step_at`; runs the effect, records an event, queues the notifications,
    and ends what the flow says that ends with the step that is left. This is the only code that changes a step.
    Everything is done for all rows together, each once, so that the number of statements does not grow with the number
    of rows; only an effect on one row is run for each of them. answers: field → value. arrived_at: when the request
    arrived, by the database clock (default: now); deadlines are compared with it. Raises Refused with every reason why
    the transition is not possible, Stale when the version of a row is no longer `version` or that of the draft which is
    sent no longer `draft`, ValueError for rows of several flows, and whatever the effect raises.
    """
    arrived, together = arrived_at or now(), list(dict.fromkeys(rows)) if isinstance(rows, Sequence) else [rows]
    if not together:
        return
    _hold(together, key, actor)
    if stale := [row for row in together if _outdated(row, version, draft)]:
        raise Stale(stale[0])
    changes = _allowed(together, key, actor, answers or {}, arrived)
    _run_effects(changes)
    _record(changes)
    _notify(changes)
    _end_parts(changes)


def _hold(rows: Sequence[Stateful], key: str, actor: Actor) -> None:
    """Hold the rows, with what the guards and the effect of the transition need."""
    flow, *others = {flow_of(row).name: flow_of(row) for row in rows}.values()
    if others:
        raise ValueError(f"{key}: the rows have different flows")
    possible = [transition for transition in flow.transitions if transition.key == key]
    judged = rows if any(map(reads_reviewer, possible)) else ()
    locking.hold(
        *rows,
        shared=[row.person for row in judged if isinstance(row, Assignment)],
        actor=actor,
        applicant=any(counts_over_applicant(transition) for transition in possible),
        money=any(transition.effect is Effect.MAKE_AWARD for transition in possible),
        rights=tuple(dict.fromkeys(transition.right for transition in possible)),
    )


def _outdated(row: Stateful, version: int | None, draft: int | None) -> bool:
    """Whether the row, or the draft that is sent, has another version than the page."""
    if version is not None and row.version != version:
        return True
    return draft is not None and isinstance(row, Application) and drafts.of(row).version != draft


def _allowed(
    rows: Sequence[Stateful], key: str, actor: Actor, answers: Mapping[str, Any], arrived: datetime
) -> list[Change]:
    """The transition of each row; raises Refused with the reasons against any of them."""
    changes, reasons = [], []
    for row, facts in zip(rows, cases.together(rows, arrived), strict=True):
        case = replace(facts, answers=dict(answers))
        try:
            transition = flow_of(row).outcome(key, case, actor)
        except TransitionNotAllowed as refusal:
            reasons += [reason for reason in refusal.reasons if reason not in reasons]
        else:
            changes.append(Change(row, transition, Context(actor=actor, case=case, apply=apply), row.step))
    if reasons:
        raise Refused(*reasons)
    return changes


def _run_effects(changes: Sequence[Change]) -> None:
    """Set the steps and run the effects, then write the rows.

    Autoflush is off meanwhile: the effect sets the columns that the constraints require at the new step. Rows with an
    effect on one row are set and written one after the other, because such an effect may flush.
    """
    with db.session.no_autoflush:
        for effect in dict.fromkeys(change.transition.effect for change in changes):
            _run_effect(effect, [change for change in changes if change.transition.effect is effect])
    updates.store(change.row for change in changes)


def _begin(change: Change) -> None:
    """Set the step of the row, with its time if it is another one, and the stage where a new one begins."""
    row, transition = change.row, change.transition
    if row.step != transition.target:
        row.step, row.step_at = transition.target, now()
    if transition.next_stage and isinstance(row, Application):
        row.stage = transition.next_stage


def _run_effect(effect: Effect | None, changes: Sequence[Change]) -> None:
    function = EFFECTS[effect] if effect else None
    if function is None or isinstance(function, Together):
        for change in changes:
            _begin(change)
        if function:
            results = function.function([change.row for change in changes], [change.context for change in changes])
            for change, result in zip(changes, results, strict=True):
                change.result = result
        return
    for change in changes:
        _begin(change)
        change.result = function(change.row, change.context)


def _recorded(change: Change) -> Message:
    """The text of the history with the values from the effect.

    That of a report or an instalment names which one, because a grant has several.
    """
    row, text = change.row, change.transition.history_text or change.transition.title
    values = dict(change.values)
    match row:
        case Report():
            values["report"] = Message(row.title)
        case Instalment():
            values["number"] = row.number
    return Message(text, cure=None, **values)


def _record(changes: Sequence[Change]) -> None:
    """Add the events to the histories of the rows. Texts that were entered are stored beside them."""
    history.record_all([_event(change) for change in changes])


def _event(change: Change) -> history.Record:
    row, transition, context = change.row, change.transition, change.context
    answers = context.answers
    words = {f.key: str(answers[f.key]) for f in transition.fields if f.kind == "text" and answers.get(f.key)}
    return history.Record(
        replace(history.about(row), step_from=change.before, step_to=row.step),
        actor=context.actor,
        key=transition.key,
        message=change.result if isinstance(change.result, Message) else _recorded(change),
        words={"person": row.person.name, **words} if isinstance(row, Assignment) else words,
        audience="office" if isinstance(row, Assignment) else _audience(transition, context.actor),
    )


def _audience(transition: Transition, actor: Actor) -> str:
    """`office` where staff or reviewers wrote a text and no mail tells the applicant of the event; otherwise `all`."""
    inside = actor.role is not Role.APPLICANT and any(field.kind == "text" for field in transition.fields)
    return (
        "office"
        if inside and not any(notification.to is Role.APPLICANT for notification in transition.notifies)
        else "all"
    )


def _notify(changes: Sequence[Change]) -> None:
    """Queue the mails of the transitions."""
    topics = [
        (change, notification, topic, own)
        for change in changes
        if change.transition.notifies
        for topic, own in _topics(change.row)
        for notification in change.transition.notifies
    ]
    people = _people([(topic, notification) for _, notification, topic, _ in topics])
    outbox.mail_all(_mail(change, notification, topic, own, people) for change, notification, topic, own in topics)


People = Mapping[tuple[int, Role, int | None], Sequence[Person]]
"""Those to write to by application, role and, where there is only one possible, that person."""


def _people(mails: Sequence[tuple[InApplication, Notification]]) -> People:
    """Who gets each of these mails, in a bounded number of queries."""
    named, whole = [], []
    for topic, notification in mails:
        application, reviewer = parent_application(topic), _reviewer(topic, notification)
        if reviewer:
            named.append((reviewer, (reviewer.id, application.id, notification.to)))
        else:
            whole.append((application, notification.to))
    found = recipients.shown([reviewer for reviewer, _ in named], [asked for _, asked in named])
    return {(id, role, None): people for (id, role), people in recipients.of_each(whole).items()} | {
        (id, role, person): [reviewer] if (person, id, role) in found else [] for reviewer, (person, id, role) in named
    }


def _end_parts(changes: Sequence[Change]) -> None:
    """End what belongs to the steps that the rows have left."""
    left: dict[Ending, list[int]] = {}
    for change in changes:
        for ending in flow_of(change.row).ended(change.before, change.row.step):
            left.setdefault(ending, []).append(change.row.id)
    for ending, owners in left.items():
        apply(PARTS[ending.part](owners), ending.key, actor=CLOCK)


def _reviewer(topic: InApplication, notification: Notification) -> Person | None:
    """The only person to write to: of the reviewers, the one whom the assignment is about."""
    return topic.person if isinstance(topic, Assignment) and notification.to is Role.REVIEWER else None


def _mail(
    change: Change,
    notification: Notification,
    topic: InApplication,
    own: Values,
    people: People,
) -> outbox.Mail:
    """The mail about one row of an application. own: the values of the row."""
    application, answers, role = parent_application(topic), change.context.answers, notification.to
    values: dict[str, Any] = {"title": application.title, "reference": application.reference or "", **own}
    values["proposal"] = SUBMITTED[application.stage]
    if role is Role.OFFICER:
        values["organisation"] = application.organisation.name
    values |= {one.key: _entered(one, answers.get(one.key)) for one in change.transition.fields} | dict(change.values)
    reviewer = _reviewer(topic, notification)
    return outbox.Mail(
        people[application.id, role, reviewer.id if reviewer else None],
        notification,
        values,
        application=application,
        path=f"/reviews/{topic.id}" if reviewer else _page(topic),
    )


def _entered(field: Field, answer: Any) -> Value:
    """What was entered. A text that need not be entered has its label, because no sentence of the mail leads to it."""
    text = str(answer or "")
    if not text or field.required or field.kind != "text":
        return text
    return Message("%(label)s: %(text)s", label=field.named, text=text)


def _page(topic: InApplication) -> str:
    """The page that a mail about the row links to, for everybody but its reviewer."""
    match topic:
        case Report():
            return f"/reports/{topic.id}"
        case Agreement() | Instalment():
            return f"/awards/{topic.award_id}"
        case _:
            return f"/applications/{parent_application(topic).id}"


def _topics(row: Stateful) -> list[tuple[InApplication, Values]]:
    """The rows to send notifications about, with extra values: the instalments of a batch, the drafts of a call.

    None for a verification, whose effect writes to the people of the organisation.
    """
    match row:
        case Batch():
            return [(p.instalment, {"amount": Money(p.amount, p.currency)}) for p in row.payments if not p.undone]
        case Report():
            return [(row, {"report": Message(row.title), "name": REPORTS.get(row.title, Message("report"))})]
        case Assignment():
            return [(row, assignments.values_of(row))]
        case Call():
            return [(draft, {"call": row.title}) for draft in calls.concerned(row)]
        case Verification():
            return []
        case _:
            return [(row, {})]
