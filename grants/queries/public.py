"""What anybody may know: open calls, and what became of the money. Figures are never filtered by who asks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import joinedload

from grants.db import GRANTS_NOW, db
from grants.models import Account, Application, Award, Balance, Call, Decision, Organisation

MOST = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """Awards of one currency: how many, in how many countries, promised and paid; half were decided in `days`."""

    currency: str
    awards: int
    countries: int
    promised: Decimal
    paid: Decimal
    days: int | None


@dataclass(frozen=True, slots=True)
class Round:
    """What became of a closed call's proposals; `open` are not decided yet."""

    call: Call
    funded: int
    declined: int
    not_eligible: int
    open: int

    @property
    def sent(self) -> int:
        """How many were sent in all."""
        return self.funded + self.declined + self.not_eligible + self.open


def open_calls() -> list[Call]:
    """Calls that take proposals now: those that close first, then those without a closing day."""
    running = (
        Call.step == "open",
        Call.opens_at <= GRANTS_NOW,
        (Call.closes_at.is_(None)) | (Call.closes_at > GRANTS_NOW),
    )
    return list(
        db.session.scalars(
            select(Call).where(*running).order_by(Call.closes_at.nulls_last(), Call.title, Call.id).limit(MOST)
        )
    )


def figures() -> Figures | None:
    """What was given in the currency most is given in; None before the first award."""
    given = (
        select(Award.currency, func.count(), func.count(Organisation.country.distinct()), func.sum(Award.amount))
        .join(Application, Application.id == Award.application_id)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .group_by(Award.currency)
        .order_by(func.sum(Award.amount).desc())
        .limit(1)
    )
    found = db.session.execute(given).first()
    if found is None:
        return None
    currency, awards, countries, promised = found
    paid = db.session.scalar(
        select(func.sum(Balance.amount)).join(Account).where(Account.kind == "paid", Account.currency == currency)
    )
    waited = func.percentile_cont(0.5).within_group(extract("epoch", Decision.at - Application.submitted_at) / 86_400)
    days = db.session.scalar(
        select(waited).select_from(Decision).join(Application, Application.id == Decision.application_id)
    )
    return Figures(currency, awards, countries, promised, paid or Decimal(0), None if days is None else round(days))


def last_round() -> Round | None:
    """The call that closed last, if something was sent in it."""
    closed = (Call.step == "closed") | (Call.closes_at < GRANTS_NOW)
    call = db.session.scalars(
        select(Call)
        .where(Call.step != "draft", closed)
        .order_by(Call.closes_at.desc().nulls_last(), Call.id.desc())
        .limit(1)
    ).first()
    if call is None:
        return None
    counted = db.session.execute(
        select(
            _count(Decision.kind == "award"),
            _count(Decision.kind == "decline"),
            _count(Decision.kind == "not_eligible"),
            _count(Decision.kind.is_(None) & (Application.step != "withdrawn")),
        )
        .select_from(Application)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == call.id, Application.reference.is_not(None))
    ).one()
    found = Round(call, *counted)
    return found if found.sent else None


def _count(condition: ColumnElement[bool]) -> Any:
    return func.count().filter(condition)


def recently_funded(most: int = 4) -> list[Award]:
    """The newest awards whose applicants agreed to be published, each with its application and organisation."""
    published = Application.answers["declares_published"].as_boolean()
    return list(
        db.session.scalars(
            select(Award)
            .join(Award.application)
            .where(published)
            .options(joinedload(Award.application, innerjoin=True).joinedload(Application.organisation, innerjoin=True))
            .order_by(Award.made_at.desc(), Award.id.desc())
            .limit(most)
        )
    )
