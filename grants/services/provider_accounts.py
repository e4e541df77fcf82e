"""Signing in with an identity provider: whose account here an account there belongs to.

Only accounts that exist here are signed in. An account at the provider belongs to the person whose address the provider
has verified, from the first sign-in with it on; afterwards its subject decides, whatever its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from config import Settings
from grants.db import db, now
from grants.models import Person, ProviderAccount
from grants.queries import factors
from grants.queries import provider_accounts as found
from grants.queries import sessions as stored
from grants.services import locking, outbox, persons, sessions
from grants.services.factors import trusted_devices
from grants.services.integrity import history
from grants.services.sessions import Attempt, NotSignedIn, Opening, TooMany
from workflows.engine.message import Message
from workflows.engine.roles import Actor
from workflows.mails.accounts import PROVIDER_LINKED, PROVIDER_REMOVED

UNKNOWN = Message(
    "We cannot sign you in with this %(provider)s account. Sign in with your email address instead. If you have no "
    "account here, ask the Foundation for one.",
    provider="",
)
"""The same whatever the reason, so that nobody learns which accounts exist."""
WINDOW, TRIES = timedelta(minutes=15), 30
"""How often signing in with a provider may fail from one place within this time."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What the provider has proven. subject: of the account there. email: only an address that it has verified.

    factor_age: how long ago it asked for a second factor that counts; None if it states none.
    """

    issuer: str
    subject: str
    email: str
    factor_age: timedelta | None


def attempt(*, address: str) -> Attempt:
    """Count a try as failed until it succeeds, in a transaction of its own; raises TooMany. address: of the request."""
    place = f"provider from {stored.place(address)}"
    sessions.wait_for_others(place)
    if stored.failures(place, place, WINDOW).place >= TRIES:
        minutes = WINDOW.seconds // 60
        raise TooMany(Message("Too many attempts. Wait %(minutes)s minutes, then try again.", minutes=minutes))
    failure = sessions.record_failure(account=place, address=place)
    db.session.flush()
    return Attempt(failure.id, None, "")


def enter(proven: Proven, settings: Settings, opening: Opening, *, trusted: str = "") -> str:
    """Open a session of the person to whom the account belongs, and return its token; raises NotSignedIn.

    The second factor of the provider counts if its age is within that of a fresh factor here; otherwise a person who is
    asked for one shows their own. At the first sign-in with the account, which a mailbox may suffice for, it counts
    only for people who have no factor here. trusted: the token of the device.
    """
    person = _person(proven)
    if person is None:
        raise _unknown(settings)
    locking.hold(person)
    account = found.known(proven.issuer, proven.subject)
    if person.ended_at is not None or (account and account.person_id != person.id):
        raise _unknown(settings)
    if account is None:
        _link(person, proven, settings)
    shown_at = trusted_devices.trusted_since(person, trusted)
    if _counts(proven, settings) and (account is not None or not factors.of(person.id)):
        shown_at = now() - (proven.factor_age or timedelta(0))
    return sessions.open_for(person, settings, opening, confirmed_at=shown_at)


def _counts(proven: Proven, settings: Settings) -> bool:
    """Whether the provider has asked for a second factor that counts here, a short time ago."""
    limit = timedelta(minutes=settings.fresh_factor_minutes)
    return proven.factor_age is not None and proven.factor_age <= limit


def _person(proven: Proven) -> Person | None:
    account = found.known(proven.issuer, proven.subject)
    if account is not None:
        return account.person
    return stored.person_of(proven.email) if proven.email else None


def _link(person: Person, proven: Proven, settings: Settings) -> None:
    """Let the account at the provider belong to the person, who is held; raises NotSignedIn.

    A person has one account at a provider. Another one with the same address may be that of a successor.
    """
    if person.email != proven.email or any(one.issuer == proven.issuer for one in found.of(person.id)):
        raise _unknown(settings)
    digest = found.digest(proven.issuer, proven.subject)
    account = ProviderAccount(person_id=person.id, issuer=proven.issuer, subject_sha256=digest)
    db.session.add(account)
    db.session.flush()
    provider = settings.provider
    linked = Message("%(provider)s account linked for signing in", provider=provider)
    _record(account, persons.themselves(person), "link_provider", linked)
    outbox.mail_account(person, PROVIDER_LINKED, {"provider": provider})


def remove(account: ProviderAccount, settings: Settings, *, actor: Actor) -> None:
    """End the link of an account at a provider, record it in history and mail the person; nothing if it has ended."""
    person = account.person
    locking.hold(person)
    db.session.refresh(account)
    if account.ended_at is not None:
        return
    account.ended_at = now()
    db.session.flush()
    provider = named(account, settings)
    removed = Message("%(provider)s account no longer linked for signing in", provider=provider)
    _record(account, actor, "remove_provider", removed)
    outbox.mail_account(person, PROVIDER_REMOVED, {"provider": provider})


def remove_all(person: Person, settings: Settings, *, actor: Actor) -> None:
    """Remove every link of the person, as when somebody else may have made one."""
    for account in found.of(person.id):
        remove(account, settings, actor=actor)


def named(account: ProviderAccount, settings: Settings) -> str:
    """The name of the provider of the account; the host of its issuer where another provider is set today."""
    return settings.provider if account.issuer == settings.oidc_issuer else urlsplit(account.issuer).hostname or ""


def _record(account: ProviderAccount, actor: Actor, key: str, message: Message) -> None:
    about = history.About("person", account.person_id, "provider_account", account.id)
    history.record(about, actor=actor, key=key, message=message)


def _unknown(settings: Settings) -> NotSignedIn:
    return NotSignedIn(Message(UNKNOWN.text, provider=settings.provider))
