"""Drafts and their deadlines, and the texts that were not saved into a draft because another person had saved first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from babel.numbers import get_currency_precision
from sqlalchemy import ColumnElement, and_, case, func, inspect, null, or_, select
from sqlalchemy.orm import undefer
from sqlalchemy.orm.util import identity_key

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import GRANTS_NOW, cached_for_page, db
from grants.models import Application, ApplicationSave, Call, Draft, MoreTime
from workflows.forms.completeness import Content
from workflows.forms.contents import unpacked
from workflows.submitting import Deadline, deadline

MOST = 20
WRITABLE = ("draft", "question")
"""The steps at which the applicant writes."""


@cached_for_page
def of(application: Application) -> Draft:
    """The draft of an application with its content. The caller is on the applicant's side.

    It is read again only if it is not known any more; the first lock of a transaction forgets it.
    """
    known: Draft | None = db.session.identity_map.get(identity_key(Draft, application.id))
    if known is not None and not {"content", "version"} & inspect(known).unloaded:
        return known
    wanted = select(Draft).where(Draft.application_id == application.id)
    return db.session.scalars(wanted.options(undefer(Draft.content))).one()


def content(application: Application) -> Content:
    """What the applicant has written and not sent, in the form that the rules read."""
    return read(of(application), application)


def read(draft: Draft, application: Application) -> Content:
    """The content of a draft."""
    return unpacked(draft.content, get_currency_precision(application.call.currency))


def lost(applications: Collection[Application], principal: Principal) -> list[ApplicationSave]:
    """The person's own texts of proposals that came too late and wait for a choice, newest first, at most twenty."""
    return list(
        db.session.scalars(
            select(ApplicationSave)
            .where(
                ApplicationSave.application_id.in_([one.id for one in applications]),
                ~ApplicationSave.section.startswith("report:"),
                ApplicationSave.person_id == principal.id,
                ApplicationSave.settled_at.is_(None),
                visible(ApplicationSave, principal),
            )
            .order_by(ApplicationSave.id.desc())
            .limit(MOST)
        )
    )


def deadline_of(application: Application, more_time_until: datetime | None) -> Deadline:
    """The deadline of a draft. more_time_until: the latest that was given to its applicant alone."""
    return deadline(
        call=application.call.step,
        closes_at=application.call.closes_at,
        invited_until=application.invited_until,
        more_time_until=more_time_until,
    )


def more_time(call_id: int) -> Mapping[int, datetime]:
    """The latest deadline that was given to single applicants of the call, by organisation."""
    latest = select(MoreTime.organisation_id, func.max(MoreTime.until)).where(MoreTime.call_id == call_id)
    return dict(db.session.execute(latest.group_by(MoreTime.organisation_id)).all())


OWN = (
    select(func.max(MoreTime.until))
    .where(MoreTime.call_id == Application.call_id, MoreTime.organisation_id == Application.organisation_id)
    .correlate(Application)
    .scalar_subquery()
)
UNTIL: ColumnElement[datetime] = case(
    (Application.invited_until.is_not(None), func.greatest(Application.invited_until, OWN)),
    (Call.step != "open", OWN),
    (Call.closes_at.is_(None), null()),
    else_=func.greatest(Call.closes_at, OWN),
)
"""The deadline of a draft, in a query over applications with their calls; a test compares it with `deadline_of`."""
OPEN: ColumnElement[bool] = or_(UNTIL >= GRANTS_NOW, and_(Call.step == "open", UNTIL.is_(None)))
"""Whether a draft can still be submitted."""
