"""Calls: set up from a programme, given money, opened, closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from grants.db import db, now
from grants.models import Call, Fund
from grants.queries import cases
from grants.services import fingerprints, funds, history, ledger, moves
from workflows.programme import CallRules
from workflows.programmes import programmes
from workflows.roles import Actor
from workflows.say import Money, Say

MOST_TOLD = 4_000
"""Characters of what changed that history keeps."""


def set_up(
    *, programme: str, title: str, fund: Fund, opens_at: datetime, closes_at: datetime | None, actor: Actor
) -> Call:
    """A call in preparation, with a copy of its programme's rules."""
    rules = programmes()[programme].rules
    call = Call(
        programme=programme,
        title=title,
        fund=fund,
        currency=fund.currency,
        opens_at=opens_at,
        closes_at=closes_at,
        rules=rules.model_dump(mode="json"),
        created_by=actor.person,
    )
    db.session.add(call)
    db.session.flush()
    _record(call, actor, "set_up", Say("Set up"))
    return call


def change(
    call: Call,
    *,
    title: str,
    opens_at: datetime,
    closes_at: datetime | None,
    rules: dict[str, Any],
    actor: Actor,
    version: int | None = None,
) -> None:
    """Change a call in preparation.

    Raises Refused once it is open, Stale when somebody else changed it since `version` was read, and
    pydantic.ValidationError for rules that do not fit.
    """
    _locked(call)
    if version is not None and call.version != version:
        raise moves.Stale(call)
    if call.step != "draft":
        raise moves.Refused(Say("The rules of a call are frozen once it is open."))
    before = _leaves(call.rules) | _facts(call)
    call.title, call.opens_at, call.closes_at = title, opens_at, closes_at
    call.rules = CallRules.model_validate(rules).model_dump(mode="json")
    call.__dict__.pop("data", None)
    db.session.flush()
    after = _leaves(call.rules) | _facts(call)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    told = "; ".join(f"{key}: {before.get(key, '–')} → {after.get(key, '–')}" for key in changed)
    _record(call, actor, "change", Say("Rules changed"), {"changes": told[:MOST_TOLD]})


def _facts(call: Call) -> dict[str, str]:
    return {"title": call.title, "opens_at": str(call.opens_at), "closes_at": str(call.closes_at or "–")}


def _leaves(value: object, path: str = "") -> dict[str, str]:
    """Each number and word of a call's rules by its way there: "instalments.1.percent" → "60"."""
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = [(part.get("key", n) if isinstance(part, dict) else n, part) for n, part in enumerate(value, 1)]
    else:
        return {path: str(value)}
    return {name: leaf for key, part in parts for name, leaf in _leaves(part, f"{path}.{key}".lstrip(".")).items()}


def fund(call: Call, *, amount: Decimal, actor: Actor) -> None:
    """Set money of the fund aside for the call; raises Refused when the fund has not that much."""
    money = Money(amount, call.currency)
    _move(call, ledger.cut, amount, actor)
    _record(call, actor, "fund", Say("Envelope raised by %(amount)s", amount=money))
    said = Say("%(amount)s set aside for “%(call)s”", amount=money, call=call.title)
    funds.record(call.fund, actor=actor, key="cut", say=said)


def unfund(call: Call, *, amount: Decimal, actor: Actor) -> None:
    """Take back what the call has not awarded; raises Refused when it has not that much left."""
    money = Money(amount, call.currency)
    _move(call, ledger.uncut, amount, actor)
    _record(call, actor, "unfund", Say("Envelope lowered by %(amount)s", amount=money))
    said = Say("%(amount)s taken back from “%(call)s”", amount=money, call=call.title)
    funds.record(call.fund, actor=actor, key="uncut", say=said)


def _move(call: Call, post: Callable[..., object], amount: Decimal, actor: Actor) -> None:
    try:
        post(call, amount=amount, actor=actor)
    except ledger.Overspent as spent:
        raise moves.Refused(spent.reason) from spent


def open_now(call: Call, *, actor: Actor) -> None:
    """Publish the call and freeze its rules; raises Refused without money in its envelope."""
    _locked(call)
    if call.step != "draft":
        raise moves.Refused(Say("This call is open already."))
    if cases.envelope_left(call) <= 0:
        raise moves.Refused(Say("The call has no money yet. Ask finance to set some aside."))
    call.step, call.opened_at = "open", now()
    db.session.flush()
    _record(call, actor, "open", Say("Opened"))


def close_now(call: Call, *, actor: Actor) -> None:
    """Take no more proposals. Waits for those that are being sent this very moment."""
    _locked(call)
    if call.step != "open":
        raise moves.Refused(Say("This call is not open."))
    call.step = "closed"
    db.session.flush()
    _record(call, actor, "close", Say("Closed"))


def _locked(call: Call) -> None:
    db.session.scalars(
        select(Call).where(Call.id == call.id).with_for_update(of=Call).execution_options(populate_existing=True)
    ).one()


def _record(call: Call, actor: Actor, key: str, say: Say, words: dict[str, str] | None = None) -> None:
    about = history.About("call", call.id, "call", call.id)
    history.record(about, actor=actor, key=key, say=say, words=words, facts=fingerprints.of(call))
