"""Calls as the Foundation's staff see them: their money and their number of applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, literal, select
from sqlalchemy.orm import joinedload

from grants.access.permissions import ALLOWED, Permission
from grants.access.principals import Principal, roles_on
from grants.access.visibility import visible
from grants.db import Side, db
from grants.models import Application, Call, Event, Fund, MoreTime, Organisation, Total
from grants.queries import withheld
from grants.queries.applications.listing import CAPPED
from workflows.cases import ApplicationCase
from workflows.engine.roles import Role
from workflows.programmes import programmes

ZERO = Decimal(0)
MOST = 200


@dataclass(frozen=True, slots=True)
class Money:
    """The envelope of a call and what is left of it, in its currency. left: None where it is withheld."""

    given: Decimal = ZERO
    left: Decimal | None = ZERO

    @property
    def awarded(self) -> Decimal | None:
        """The amount awarded; None where it is withheld."""
        return None if self.left is None else self.given - self.left


@dataclass(frozen=True, slots=True)
class Listed:
    """A call with its money and the number of applications submitted to it that the reader may see."""

    call: Call
    money: Money
    sent: int


def listing(principal: Principal) -> list[Listed]:
    """The newest two hundred calls that a member of staff may see, in three queries.

    One query more for a reader from whom applications may be hidden.
    """
    calls = list(
        db.session.scalars(
            select(Call)
            .where(visible(Call, principal, (Side.OFFICE,)))
            .order_by(Call.opens_at.desc(), Call.id.desc())
            .limit(MOST)
        )
    )
    ids = [call.id for call in calls]
    money, sent = _money(ids, principal), _sent(ids, principal)
    return [Listed(call, money.get(call.id, Money()), sent.get(call.id, 0)) for call in calls]


def _sent(ids: list[int], principal: Principal) -> dict[int, int]:
    """The number of visible applications of each call, up to CAPPED + 1, so that counting can stop early."""
    submitted = Application.submitted_at.is_not(None), visible(Application, principal, (Side.OFFICE,))
    found = select(literal(1)).where(Application.call_id == Call.id, *submitted).limit(CAPPED + 1)
    counted = select(func.count()).select_from(found.correlate(Call).subquery()).scalar_subquery()
    rows: dict[int, int] = dict(db.session.execute(select(Call.id, counted).where(Call.id.in_(ids))).all())
    return rows


def money(call: Call, principal: Principal) -> Money:
    """The money of one call, as far as the principal may see it."""
    return _money([call.id], principal).get(call.id, Money())


def _money(ids: list[int], principal: Principal) -> dict[int, Money]:
    """The envelope and what is left of it, in the currency of the call.

    Awards are taken from the envelope, so a call's accounts sum to its envelope. What is left is withheld where an
    application of the call is hidden from the reader.
    """
    apart = withheld.of(principal).calls
    left = func.coalesce(func.sum(Total.amount).filter(Total.kind == "envelope"), 0)
    sums = select(Total.call_id, func.sum(Total.amount), left).where(Total.call_id.in_(ids)).group_by(Total.call_id)
    found = {id: (given, remaining) for id, given, remaining in db.session.execute(sums) if id is not None}
    return {id: Money(given, None if id in apart else remaining) for id, (given, remaining) in found.items()}


def money_left(call: Call, case: ApplicationCase, principal: Principal) -> Decimal | None:
    """The amount that the call has left to award, in its currency; None where it is withheld from the principal.

    case: of an application of the call.
    """
    return None if call.id in withheld.of(principal).calls else case.round.envelope_left


def closed_at(call: Call) -> datetime | None:
    """When an officer closed the call; None while it is not closed."""
    if call.step != "closed":
        return None
    closed = (Event.subject == "call", Event.subject_id == call.id, Event.key == "close")
    return db.session.scalar(select(func.max(Event.at)).where(*closed))


def funds(principal: Principal) -> list[Fund]:
    """The funds that a call can use, newest year first."""
    return list(
        db.session.scalars(
            select(Fund).where(visible(Fund, principal)).order_by(Fund.year.desc(), Fund.title).limit(MOST)
        )
    )


def programmes_of(principal: Principal) -> list[str]:
    """The codes of the programmes where the principal may set up a call, as officer of that programme or of all."""
    return [code for code in programmes() if principal.covers_programme(Role.OFFICER, code)]


def settable(call: Call, principal: Principal) -> bool:
    """Whether the reader may change this call."""
    return bool(roles_on(call, principal) & ALLOWED[Permission.SET_CALL])


def writing(call: Call, principal: Principal) -> list[Organisation]:
    """The applicants with a draft in the call that the reader may know of, without those they act for; by name."""
    apart = withheld.of(principal).places
    drafts = select(Application.organisation_id).where(Application.call_id == call.id, Application.step == "draft")
    wanted = select(Organisation).where(
        Organisation.id.in_(drafts), Organisation.id.not_in(principal.organisations), visible(Organisation, principal)
    )
    found = db.session.scalars(wanted.order_by(Organisation.sort_key, Organisation.id).limit(MOST))
    return [one for one in found if (call.id, one.id) not in apart]


def given(call: Call, principal: Principal) -> list[MoreTime]:
    """More time that was given to single applicants that the reader may know of, the newest first."""
    apart = withheld.of(principal).places
    wanted = select(MoreTime).where(MoreTime.call_id == call.id).options(joinedload(MoreTime.organisation))
    found = db.session.scalars(wanted.order_by(MoreTime.id.desc()).limit(MOST))
    return [one for one in found if (call.id, one.organisation_id) not in apart]
