"""The one way a step changes: lock, ask the rules, set, follow up, write down, tell.

`step` is written here and nowhere else.
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
from grants.services import fingerprints, history, outbox
from workflows.flow import Flow, Move, Objected
from workflows.flows import agreement, payment, report
from workflows.programmes import programmes
from workflows.roles import Actor, Role
from workflows.say import Money, Say, Value

Movable = Application | Agreement | Report | Instalment | Batch
Facts = Mapping[str, Value]
Deed = Callable[..., Facts | Say | None]


class Refused(Exception):
    """A move was refused; `reasons` are all of them, ready to be said."""

    def __init__(self, *reasons: Say) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons


class Stale(Exception):
    """Somebody else changed the row since the page was made."""

    def __init__(self, row: object) -> None:
        super().__init__("changed meanwhile")
        self.row = row


DEEDS: dict[str, Deed] = {}


def deed(name: str) -> Callable[[Deed], Deed]:
    """Register what a row's `does` names. It is called with (row, actor=, answers=, case=) after the step is set.

    What it answers joins the values of the mails; a sentence takes the place of the row's own in the history.
    """

    def registered(function: Deed) -> Deed:
        DEEDS[name] = function
        return function

    return registered


def flow_of(row: Movable) -> Flow:
    """The table of moves that this row follows."""
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


def take(
    row: Movable,
    key: str,
    *,
    actor: Actor,
    answers: Mapping[str, Any] | None = None,
    version: int | None = None,
    arrived_at: datetime | None = None,
) -> None:
    """Take the move `key`, or raise Refused with every reason, or Stale when `version` is not the row's any more.

    arrived_at: the database's clock when the request came in; deadlines are held against it.
    """
    arrived = arrived_at or now()
    _lock(row)
    if version is not None and row.version != version:
        raise Stale(row)
    case = replace(cases.of(row, arrived), answers=dict(answers or {}))
    try:
        move = flow_of(row).outcome(key, case, actor)
    except Objected as objected:
        raise Refused(*objected.reasons) from objected
    before, row.step, row.step_at = row.step, move.target, now()
    if move.sets and isinstance(row, Application):
        row.stage = move.sets
    found = _follow_up(row, move, actor, case)
    say = found if isinstance(found, Say) else Say(move.past or move.title)
    _write_down(row, before, move, Taken(actor, case.answers, say))
    _tell(row, move, case.answers, found.values if isinstance(found, Say) else found or {})


def _follow_up(row: Movable, move: Move, actor: Actor, case: Any) -> Facts | Say | None:
    """Let the deed fill the columns that the new step needs before anything reaches the database; then flush."""
    found: Facts | Say | None = None
    with db.session.no_autoflush:
        if move.does:
            found = DEEDS[move.does](row, actor=actor, answers=case.answers, case=case)
    db.session.flush()
    return found


def begin(row: Movable, *, actor: Actor, say: Say) -> None:
    """Write down that a row begins its flow; a first step needs its event too."""
    event = replace(about(row), step_to=row.step)
    history.record(event, actor=actor, key="begin", say=say, facts=fingerprints.of(row))


def about(row: Movable) -> history.About:
    """Whose chain the row's events join."""
    table = row.__tablename__
    if isinstance(row, Batch):
        return history.About("batch", row.id, table, row.id)
    return history.About("application", _application(row).id, table, row.id)


def _application(row: Application | Agreement | Report | Instalment) -> Application:
    return row if isinstance(row, Application) else row.award.application


def _lock(row: Movable) -> None:
    """Lock in the order of the house: call, application, fund, then the row."""
    if not isinstance(row, Batch):
        application = _application(row)
        db.session.execute(select(Call.id).where(Call.id == application.call_id).with_for_update(read=True))
        _refresh(application)
    if not isinstance(row, Application):
        _refresh(row)


def _refresh(row: Movable) -> None:
    """Lock the row and read it again: only a row that is fetched is brought up to date."""
    model = type(row)
    locked = select(model).where(model.id == row.id).with_for_update(of=model).execution_options(populate_existing=True)
    db.session.scalars(locked).one()


@dataclass(frozen=True, slots=True)
class Taken:
    """By whom a move was taken, what they answered, and the sentence for the history."""

    actor: Actor
    answers: Mapping[str, Any]
    say: Say


def _write_down(row: Movable, before: str, move: Move, taken: Taken) -> None:
    given = taken.answers
    words = {ask.key: str(given[ask.key]) for ask in move.asks if ask.kind == "text" and given.get(ask.key)}
    history.record(
        replace(about(row), step_from=before, step_to=row.step),
        actor=taken.actor,
        key=move.key,
        say=taken.say,
        words=words,
        audience=_audience(move, taken.actor),
        facts=fingerprints.of(row),
    )


def _audience(move: Move, actor: Actor) -> str:
    """Advice within the office (a recommendation, a case sent back) is not the applicant's to read; what we tell is."""
    inside = actor.role is not Role.APPLICANT and any(ask.kind == "text" for ask in move.asks)
    return "office" if inside and not any(tell.to is Role.APPLICANT for tell in move.tells) else "all"


def _tell(row: Movable, move: Move, answers: Mapping[str, Any], facts: Facts) -> None:
    for told, own in _tellable(row):
        application = _application(told)
        values: dict[str, Any] = {"title": application.title, "reference": application.reference or "", **own}
        values |= {ask.key: str(answers.get(ask.key) or "") for ask in move.asks} | dict(facts)
        for tell in move.tells:
            outbox.mail(
                recipients.of(application, tell.to),
                subject=Say(tell.subject, **values),
                text=Say(tell.text, **values),
                path=f"/applications/{application.id}",
            )


def _tellable(row: Movable) -> list[tuple[Application | Agreement | Report | Instalment, Facts]]:
    """A batch tells each of its grantees what is paid to them; anything else tells its own, a report with its title."""
    match row:
        case Batch():
            return [(p.instalment, {"amount": Money(p.amount, p.currency)}) for p in row.payments if not p.undone]
        case Report():
            return [(row, {"report": row.title})]
        case _:
            return [(row, {})]
