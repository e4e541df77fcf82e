"""Drafts, and the texts that were not saved into a draft because another person had saved first."""

from __future__ import annotations

from babel.numbers import get_currency_precision
from sqlalchemy import select
from sqlalchemy.orm import undefer

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, ApplicationSave, Draft
from workflows.forms.completeness import Content
from workflows.forms.contents import unpacked

MOST = 20
WRITABLE = ("draft", "question")
"""The steps at which the applicant writes."""


def of(application: Application) -> Draft:
    """The draft of an application with its content. The caller is on the applicant's side."""
    return db.session.scalars(
        select(Draft).where(Draft.application_id == application.id).options(undefer(Draft.content))
    ).one()


def content(application: Application) -> Content:
    """What the applicant has written and not sent, in the form that the rules read."""
    return read(of(application), application)


def read(draft: Draft, application: Application) -> Content:
    """The content of a draft."""
    return unpacked(draft.content, get_currency_precision(application.call.currency))


def lost(application: Application, principal: Principal) -> list[ApplicationSave]:
    """The person's own texts that came too late and wait for a choice, newest first, at most twenty."""
    return list(
        db.session.scalars(
            select(ApplicationSave)
            .where(
                ApplicationSave.application_id == application.id,
                ApplicationSave.person_id == principal.id,
                ApplicationSave.settled_at.is_(None),
                visible(ApplicationSave, principal),
            )
            .order_by(ApplicationSave.id.desc())
            .limit(MOST)
        )
    )
