"""Accounts of people at an identity provider."""

from __future__ import annotations

from sqlalchemy import select

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import ProviderAccount
from grants.queries.sessions import hashed


def digest(issuer: str, subject: str) -> str:
    """The hash under which the account with this subject at this provider is stored."""
    return hashed(f"{issuer}\n{subject}")


def known(issuer: str, subject: str) -> ProviderAccount | None:
    """The account at the provider, if it belongs to a person."""
    wanted = select(ProviderAccount).where(ProviderAccount.subject_sha256 == digest(issuer, subject))
    return db.session.scalar(wanted.where(ProviderAccount.ended_at.is_(None)))


def of(person: int) -> list[ProviderAccount]:
    """The accounts of the person with this id at providers, the oldest first."""
    wanted = select(ProviderAccount).where(ProviderAccount.person_id == person, ProviderAccount.ended_at.is_(None))
    return list(db.session.scalars(wanted.order_by(ProviderAccount.id)))


def shown_to(principal: Principal) -> list[ProviderAccount]:
    """The accounts at providers that the principal sees, which are their own, the oldest first."""
    wanted = select(ProviderAccount).where(visible(ProviderAccount, principal))
    return list(db.session.scalars(wanted.order_by(ProviderAccount.id)))
