"""Organisations that were entered twice: entries to choose from, and those that were merged into one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal
from grants.db import db
from grants.models import Organisation
from grants.queries import organisations

MOST = 100


def sought(principal: Principal, words: str, *, besides: Organisation, most: int) -> list[int]:
    """The ids of the organisations that an administrator may mean, by name, without this one."""
    found = organisations.listing(principal, words=words).rows
    return [one.organisation.id for one in found if one.organisation.id != besides.id][:most]


def merged_into(kept: Organisation) -> list[Organisation]:
    """The entries that were merged into this one, the latest last, at most a hundred."""
    wanted = select(Organisation).options(joinedload(Organisation.merged_by))
    wanted = wanted.where(Organisation.merged_into_id == kept.id)
    return list(db.session.scalars(wanted.order_by(Organisation.merged_at, Organisation.id).limit(MOST)))
