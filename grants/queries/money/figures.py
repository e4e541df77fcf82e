"""Public figures on the money and on the last round. They are the same for every reader."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, extract, func, select

from grants.db import GRANTS_NOW, db, now
from grants.models import Agreement, Application, Award, Call, Decision, Figures, Organisation, Total
from grants.queries.reviews.scores import FUNDED


def latest() -> Figures:
    """The figures last stored by the clock; counted now if none are stored yet."""
    return db.session.get(Figures, 1) or counted()


def counted() -> Figures:
    """The figures at this instant, in a row that is not stored: five sums over all data."""
    call = _closed_last()
    return Figures(at=now(), days=_days(), call=call, call_id=call and call.id, **_given(), **_became(call))


def _given() -> dict[str, Any]:
    """Number of grants and countries, and the amounts awarded and paid, in the currency with the most awards.

    An award counts once both parties have signed, because it binds the Foundation only then. Amounts of different
    currencies are neither added nor compared.
    """
    awards = func.count()
    given = (
        select(Award.currency, awards, func.count(Organisation.country.distinct()), func.sum(Award.amount))
        .join(Application, Application.id == Award.application_id)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .join(Agreement, Agreement.award_id == Award.id)
        .where(Application.step.in_(FUNDED), Agreement.step == "signed")
        .group_by(Award.currency)
        .order_by(awards.desc(), Award.currency)
        .limit(1)
    )
    currency, count, countries, amount = db.session.execute(given).first() or (None, 0, 0, 0)
    paid = select(func.coalesce(func.sum(Total.amount), 0)).where(
        Total.kind.in_(("paid", "returned")), Total.currency == currency
    )
    return {
        "currency": currency,
        "awards": count,
        "countries": countries,
        "promised": amount,
        "paid": db.session.scalar(paid),
    }


def _days() -> int | None:
    """The median number of days from submission to decision; None before the first decision."""
    waited = func.percentile_cont(0.5).within_group(extract("epoch", Decision.at - Application.submitted_at) / 86_400)
    days = db.session.scalar(
        select(waited).select_from(Decision).join(Application, Application.id == Decision.application_id)
    )
    return None if days is None else round(days)


def _closed_last() -> Call | None:
    """The call that stopped taking applications last: at its deadline or, where an officer closed it earlier, then."""
    closed_at = func.least(Call.closes_at, case((Call.step == "closed", Call.step_at)))
    return db.session.scalars(
        select(Call)
        .where(Call.step != "draft", closed_at < GRANTS_NOW)
        .order_by(closed_at.desc(), Call.id.desc())
        .limit(1)
    ).first()


def _became(call: Call | None) -> dict[str, int]:
    """Results of the applications submitted to a call."""
    kinds: dict[str, ColumnElement[bool]] = {
        "funded": (Decision.kind == "award") & Application.step.in_(FUNDED),
        "declined": Decision.kind == "decline",
        "not_eligible": Decision.kind == "not_eligible",
        "undecided": Decision.kind.is_(None) & (Application.step != "withdrawn"),
    }
    found = db.session.execute(
        select(*(func.count().filter(condition) for condition in kinds.values()))
        .select_from(Application)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == (call and call.id), Application.reference.is_not(None))
    )
    return dict(zip(kinds, found.one(), strict=True))
