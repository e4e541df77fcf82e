"""Calls: set up from a programme, change, fund; the effects of their flow; more time for one applicant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from grants.access.principals import load_principal
from grants.db import db, now
from grants.models import Application, Call, Fund, Membership, MoreTime, Organisation, Person
from grants.models.organisations import is_one_with
from grants.queries import calls as found
from grants.queries import recipients
from grants.queries.applications import drafts
from grants.queries.cases.calls import more_time
from grants.services import locking, outbox
from grants.services.authority import LOST, Place
from grants.services.effects import Context
from grants.services.integrity import history
from grants.services.money import funds, ledger
from grants.services.refusals import Refused, Stale
from workflows.engine.message import Message, Money, Value
from workflows.engine.roles import Actor, Role
from workflows.flows.notifications import MORE_TIME
from workflows.programme import CallRules
from workflows.programmes import programmes

MAX_LISTED = 4_000
"""Most characters of a list of changes that history stores; the rest is cut off."""


def set_up(
    *, programme: str, title: str, fund: Fund, opens_at: datetime, closes_at: datetime | None, actor: Actor
) -> Call:
    """Create a call in preparation, with a copy of its programme's rules, and record it in history.

    Raises Refused unless the role of the actor covers the whole programme and the fund is one that they can choose.
    """
    locking.hold(shared=[fund], actor=actor, place=Place(programme=programme))
    _expect_offered(fund, actor)
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
    _record(call, actor, "set_up", Message("Set up"), step=call.step)
    return call


def _expect_offered(fund: Fund, actor: Actor) -> None:
    """Raise Refused unless the page would still offer the fund to the actor, whose person is held."""
    offered = found.funds(load_principal(db.session.get_one(Person, actor.person)))
    if fund.id not in {one.id for one in offered}:
        raise Refused(LOST)


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
    before = _leaves(call.data.model_dump(mode="json")) | _facts(call)
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


def open_call(call: Call, context: Context) -> None:
    """Publish the call, which freezes its rules."""
    call.opened_at = now()


def extend(call: Call, context: Context) -> dict[str, Value]:
    """Set the later deadline."""
    call.closes_at = context.answers["until"]
    return {"until": context.answers["until"]}


def drafts_of(call: Call) -> list[Application]:
    """The drafts in the call, by id."""
    drafts = select(Application).where(Application.call_id == call.id, Application.step == "draft")
    return list(db.session.scalars(drafts.order_by(Application.id)))


def concerned(call: Call) -> list[Application]:
    """The drafts whose deadline has just changed with the call: it was extended, or closed early."""
    if call.step == "closed" and call.closes_at is not None and call.closes_at <= now():
        return []
    own, ends_at = drafts.more_time(call.id), call.closes_at if call.step == "open" else now()
    return [
        draft
        for draft in drafts_of(call)
        if draft.invited_until is None and (ends_at is None or own.get(draft.organisation_id, ends_at) <= ends_at)
    ]


def give_time(call: Call, *, organisation: Organisation, until: datetime, reason: str, actor: Actor) -> MoreTime:
    """Extend the deadline for one applicant beyond that of the call, and tell them.

    The applicant's applications in the call are held, so that a conflict of interest in one of them counts. Raises
    Refused for that, for a member of this or another applicant of the call, and unless the call has been opened, has a
    deadline or is closed, and `until` is later than every deadline that the applicant has now.
    """
    locking.hold(call, *_of_applicant(call, organisation), actor=actor)
    if reasons := [*_own(organisation, actor), *_against(call, organisation, until)]:
        raise Refused(*reasons)
    given = MoreTime(call_id=call.id, organisation=organisation, until=until, reason=reason.strip(), by=actor.person)
    db.session.add(given)
    db.session.flush()
    message = Message("%(organisation)s may submit until %(until)s", organisation=organisation.name, until=until)
    history.record(
        history.About("call", call.id, "more_time", given.id),
        actor=actor,
        key="give_time",
        message=message,
        words={"reason": reason},
        audience="office",
    )
    _tell(call, given)
    return given


def _of_applicant(call: Call, organisation: Organisation) -> list[Application]:
    """The applications of this applicant in the call, by id."""
    own = is_one_with(Application.organisation_id, organisation.id)
    theirs = select(Application).where(Application.call_id == call.id, own)
    return list(db.session.scalars(theirs.order_by(Application.id)))


def _own(organisation: Organisation, actor: Actor) -> list[Message]:
    """The reason against members of the applicant."""
    acts = select(Membership.id).where(
        is_one_with(Membership.organisation_id, organisation.id),
        Membership.person_id == actor.person,
        Membership.ended_at.is_(None),
    )
    if db.session.scalar(acts.limit(1)) is None:
        return []
    return [Message("You act for this applicant, so another officer must do this.")]


def _against(call: Call, organisation: Organisation, until: datetime) -> list[Message]:
    """Every reason not to give this applicant more time."""
    if call.step == "draft":
        return [Message("This call has not been opened.")]
    if call.step == "open" and call.closes_at is None:
        return [Message("This call has no deadline.")]
    own = more_time(call.id, organisation.id)
    invited = [draft.invited_until for draft in drafts_of(call) if draft.organisation_id == organisation.id]
    latest = max(one for one in (own, call.closes_at, now(), *invited) if one is not None)
    if until > latest:
        return []
    return [Message("Enter a date and time after %(at)s.", at=latest, cure="until")]


def _tell(call: Call, given: MoreTime) -> None:
    values: dict[str, Value] = {"call": call.title, "until": given.until, "reason": given.reason}
    drafts = [draft for draft in drafts_of(call) if draft.organisation_id == given.organisation_id]
    people = recipients.of_each((draft, Role.APPLICANT) for draft in drafts)
    outbox.mail_all(
        outbox.Mail(
            people[draft.id, Role.APPLICANT],
            MORE_TIME,
            values,
            application=draft,
            path=f"/applications/{draft.id}",
        )
        for draft in drafts
    )


def _record(
    call: Call,
    actor: Actor,
    key: str,
    message: Message,
    words: dict[str, str] | None = None,
    *,
    step: str | None = None,
) -> None:
    about = history.About("call", call.id, "call", call.id, step_to=step)
    history.record(about, actor=actor, key=key, message=message, words=words)
