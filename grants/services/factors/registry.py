"""Which second factors a person has: add, remove, reset. Each is recorded in history and mailed to the person."""

from __future__ import annotations

from grants.db import db, now
from grants.models import Factor, Person
from grants.queries import factors
from grants.services import locking, outbox, sessions
from grants.services.factors import trusted_devices
from grants.services.factors.attempts import NotConfirmed
from grants.services.integrity import history
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.roles import Actor
from workflows.mails.accounts import FACTOR_ADDED, FACTOR_REMOVED, FACTORS_RESET

PAGE = "/account/factors"
LAST = Message(
    "Your role requires a second factor, and this is your last one. Add another authenticator app or passkey first, "
    "then remove this one."
)

MEANWHILE = Message("A second factor was set up in the meantime. Sign in again and use it.")


def add(factor: Factor, person: Person, *, first: bool, actor: Actor) -> Factor:
    """Store a factor that has been tried; the person is held. Devices that were trusted before are asked again.

    first: the person has shown no factor, so they may add one only while they have none; else raises NotConfirmed.
    """
    locking.require(person)
    if first and factors.of(person.id):
        raise NotConfirmed(MEANWHILE)
    store(factor, actor=actor)
    trusted_devices.forget(person)
    outbox.mail_account(person, FACTOR_ADDED, {"label": factor.label}, path=PAGE)
    return factor


def store(factor: Factor, *, actor: Actor) -> None:
    """Store a factor of a person who is held, and record it in history."""
    db.session.add(factor)
    db.session.flush()
    _record(factor, actor, "add_factor", Message("Second factor added"))


def remove(factor: Factor, *, actor: Actor) -> None:
    """End a factor; nothing if it has ended. With the last one the recovery codes end, too.

    Raises Refused for the last factor of a person whose role requires one.
    """
    person = factor.person
    locking.hold(person)
    left = [one for one in factors.of(person.id) if one.id != factor.id]
    db.session.refresh(factor)
    if factor.ended_at is not None:
        return
    if not left and factors.roles(person.id):
        raise Refused(LAST)
    factor.ended_at = at = now()
    for code in factors.codes(person.id) if not left else ():
        code.ended_at = at
    db.session.flush()
    trusted_devices.forget(person)
    _record(factor, actor, "remove_factor", Message("Second factor removed"))
    outbox.mail_account(person, FACTOR_REMOVED, {"label": factor.label}, path=PAGE)


def reset(person: Person, *, reason: str, actor: Actor) -> int:
    """End all factors, recovery codes and sessions of a person who has lost them; returns how many factors ended.

    The reason is recorded in history. At the next sign-in a role that requires a factor has a new one set up.
    """
    locking.hold(person, actor=actor)
    at, ended = now(), factors.of(person.id)
    for factor in ended:
        factor.ended_at = at
    for code in factors.codes(person.id):
        code.ended_at = at
    db.session.flush()
    trusted_devices.forget(person)
    sessions.close_all(person)
    about = history.About("person", person.id, "person", person.id)
    history.record(
        about, actor=actor, key="reset_factors", message=Message("Second factors reset"), words={"reason": reason}
    )
    outbox.mail_account(person, FACTORS_RESET, path=PAGE)
    return len(ended)


def _record(factor: Factor, actor: Actor, key: str, message: Message) -> None:
    about = history.About("person", factor.person_id, "factor", factor.id)
    history.record(about, actor=actor, key=key, message=message)
