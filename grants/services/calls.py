"""Calls: set up from a programme, change, fund, open, close.

A call has no flow: its step is set here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from grants.db import db, now
from grants.models import Call, Fund
from grants.queries.cases.calls import envelope_left
from grants.services import locking
from grants.services.integrity import fingerprints, history
from grants.services.money import funds, ledger
from grants.services.refusals import Refused, Stale
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor
from workflows.programme import CallRules
from workflows.programmes import programmes

MAX_LISTED = 4_000
"""Most characters of a list of changes that history stores; the rest is cut off."""


def set_up(
    *, programme: str, title: str, fund: Fund, opens_at: datetime, closes_at: datetime | None, actor: Actor
) -> Call:
    """Create a call in preparation, with a copy of its programme's rules, and record it in history."""
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
    _record(call, actor, "set_up", Message("Set up"))
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
    """Change a call in preparation, and record the old and new values in history.

    Raises Refused when the call has been opened, Stale when its version is no longer `version`, and
    pydantic.ValidationError for invalid rules.
    """
    locking.hold(call, actor=actor)
    if version is not None and call.version != version:
        raise Stale(call)
    if call.step != "draft":
        raise Refused(Message("The rules of a call cannot be changed after it has opened."))
    before = _leaves(call.rules) | _facts(call)
    call.title, call.opens_at, call.closes_at = title, opens_at, closes_at
    call.rules = CallRules.model_validate(rules).model_dump(mode="json")
    db.session.flush()
    after = _leaves(call.rules) | _facts(call)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    changes = "; ".join(f"{key}: {before.get(key, '–')} → {after.get(key, '–')}" for key in changed)
    _record(call, actor, "change", Message("Rules changed"), {"changes": changes[:MAX_LISTED]})


def _facts(call: Call) -> dict[str, str]:
    return {"title": call.title, "opens_at": str(call.opens_at), "closes_at": str(call.closes_at or "–")}


def _leaves(value: object, path: str = "") -> dict[str, str]:
    """Each single value of a call's rules by its path: "instalments.1.percent" → "60"."""
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = [(part.get("key", n) if isinstance(part, dict) else n, part) for n, part in enumerate(value, 1)]
    else:
        return {path: str(value)}
    return {name: leaf for key, part in parts for name, leaf in _leaves(part, f"{path}.{key}".lstrip(".")).items()}


def fund(call: Call, *, amount: Decimal, actor: Actor) -> None:
    """Allocate money of the fund to the call, and record it in the histories of both.

    Raises Refused when the fund has less than that available.
    """
    money = Money(amount, call.currency)
    _reallocate(call, ledger.allocate, amount, actor)
    _record(call, actor, "fund", Message("Envelope increased by %(amount)s", amount=money))
    message = Message("%(amount)s allocated to “%(call)s”", amount=money, call=call.title)
    funds.record(call.fund, actor=actor, key="cut", message=message)


def unfund(call: Call, *, amount: Decimal, actor: Actor) -> None:
    """Return money from the call's envelope to the fund, and record it in the histories of both.

    Raises Refused when the envelope holds less than that.
    """
    money = Money(amount, call.currency)
    _reallocate(call, ledger.deallocate, amount, actor)
    _record(call, actor, "unfund", Message("Envelope reduced by %(amount)s", amount=money))
    message = Message("%(amount)s returned from “%(call)s”", amount=money, call=call.title)
    funds.record(call.fund, actor=actor, key="uncut", message=message)


def _reallocate(call: Call, post: Callable[..., object], amount: Decimal, actor: Actor) -> None:
    locking.hold(call, call.fund, actor=actor)
    try:
        post(call, amount=amount, actor=actor)
    except ledger.Overspent as spent:
        raise Refused(spent.reason) from spent


def open_now(call: Call, *, actor: Actor) -> None:
    """Open the call, which publishes it and freezes its rules; record it in history.

    Raises Refused when the call is not in preparation, or has no money in its envelope.
    """
    locking.hold(call, actor=actor)
    if call.step != "draft":
        raise Refused(Message("This call has already been opened."))
    if envelope_left(call) <= 0:
        raise Refused(Message("No money is allocated to this call. Ask finance to allocate money to it."))
    call.step, call.opened_at = "open", now()
    db.session.flush()
    _record(call, actor, "open", Message("Opened"))


def close_now(call: Call, *, actor: Actor) -> None:
    """Close the call to new submissions, and record it in history.

    Waits for the submissions in progress, which hold a shared lock on the call. Raises Refused unless the call is open.
    """
    locking.hold(call, actor=actor)
    if call.step != "open":
        raise Refused(Message("This call is not open."))
    call.step = "closed"
    db.session.flush()
    _record(call, actor, "close", Message("Closed"))


def _record(call: Call, actor: Actor, key: str, message: Message, words: dict[str, str] | None = None) -> None:
    about = history.About("call", call.id, "call", call.id)
    history.record(about, actor=actor, key=key, message=message, words=words, facts=fingerprints.of(call))
