"""Periodic work: transitions, reminders, daily emails, ends of roles, the digest for auditors, figures, retention.

It is a process of its own, so that no mail or letter can stand before it. Several can run at the same time.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial
from time import monotonic

from flask import Flask
from sqlalchemy import text

from grants.db import db, transaction
from grants.jobs import inspecting, replies
from grants.jobs.program import FAULTS, reason, settings
from grants.models import Application
from grants.queries import appointments as roles
from grants.queries import daily_mails as daily
from grants.queries import overdue
from grants.queries import reminders as waiting
from grants.queries.failures import DAILY, ROLE
from grants.queries.reminders import Due
from grants.services import (
    appointments,
    daily_mails,
    devices,
    email_changes,
    failures,
    idempotency,
    links,
    outbox,
    registrations,
    reminders,
    sessions,
    transitions,
)
from grants.services.correspondence import mails
from grants.services.factors import trusted_devices
from grants.services.integrity.sealing import digest_mails, watch
from grants.services.money import figures
from grants.services.refusals import Refused
from workflows.engine.roles import CLOCK

log = logging.getLogger("grants.jobs.clock")
EVERY = 60.0
SECONDS = 30.0
"""How long a tick applies transitions. The rest is left to the next tick, so that the other work is done too."""
WAIT = "SET LOCAL lock_timeout = '2s'"
"""How long the clock waits for a row that somebody holds, before it goes on with the next one."""
REPLIES = "replies"
"""The key under which a failure to read the folder of replies is recorded."""
ROLES = "roles"
"""The key under which a failure to find the roles whose end date has come is recorded."""
DAILY_EMAILS = "daily_emails"
"""The key under which a failure to find the daily emails that are due is recorded."""
SEARCH = "due"
"""The key under which a failure to find what is due is recorded."""


def _watch_sealer() -> None:
    """Notice that nothing is sealed; the movable clock of a demonstration says nothing about that."""
    if not settings().demo:
        watch.require_checkpoint()


WORK: dict[str, Callable[[], object]] = {
    "digest": digest_mails.queue,
    "figures": figures.keep,
    "idempotency": idempotency.purge,
    "sessions": sessions.purge,
    "devices": devices.purge,
    "email_changes": email_changes.purge,
    "links": links.purge,
    "registrations": registrations.purge,
    "trusted_devices": trusted_devices.purge,
    "outbox": outbox.purge,
    "reminders": reminders.purge,
    "daily_mails": daily_mails.purge,
    "quarantine": inspecting.purge,
    "reply_addresses": mails.purge,
    "role_reminders": appointments.remind,
    "sealing": _watch_sealer,
}
"""What each tick does beside the transitions, by the key under which a failure is recorded."""


def run(app: Flask, *, pause: float = EVERY) -> None:
    """Tick at once and then every `pause` seconds until SIGTERM or SIGINT; wait while the database is unreachable."""
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    while not end.is_set():
        try:
            with app.app_context():
                tick()
        except FAULTS as error:
            log.warning("waiting: %s", reason(error)[:200])
        end.wait(pause)


def tick() -> int:
    """Apply every due transition and send every due reminder, then do the other work.

    Returns the number of transitions applied. Each of them has a transaction of its own. One that fails is recorded
    and, if it is a transition or a reminder, parked for a growing pause; everything after it still runs.
    """
    began, taken, due, late = monotonic(), 0, list[tuple[int, str]](), list[Due]()
    _attempt(SEARCH, partial(_search, due, late))
    for id, key in due:
        if monotonic() - began > SECONDS:
            break
        taken += _attempt(key, partial(_apply, id, key), application=id)
    for one in late:
        if monotonic() - began > SECONDS:
            break
        _attempt(one.task, partial(_remind, one), application=one.application)
    _order_daily_mails()
    for name, work in WORK.items():
        _attempt(name, work)
    _end_roles()
    _take_replies()
    db.session.remove()
    return taken


def _order_daily_mails() -> None:
    """Order the daily emails that are due, each in a transaction of its own."""
    due, began = list[daily.Due](), monotonic()
    _attempt(DAILY_EMAILS, partial(_search_daily_mails, due))
    for one in due:
        if monotonic() - began > SECONDS:
            break
        _attempt(one.task, partial(_order_daily_mail, one))


def _search_daily_mails(due: list[daily.Due]) -> None:
    """Add the daily emails that are due, and forget the failures of those that are no longer waited for."""
    due += daily.due(settings().daily_mail_hour)
    failures.forget_named(DAILY, daily.waiting())


def _order_daily_mail(one: daily.Due) -> None:
    db.session.execute(text(WAIT))
    daily_mails.order(one, hour=settings().daily_mail_hour)


def _end_roles() -> None:
    """End the roles whose end date has come, each in a transaction of its own."""
    over = list[int]()
    _attempt(ROLES, partial(_search_roles, over))
    for id in over:
        _attempt(f"{ROLE}{id}", partial(_end_role, id))


def _search_roles(over: list[int]) -> None:
    """Add the roles that are over, and forget the failures of those that have ended."""
    over += roles.over()
    failures.forget_named(ROLE, roles.unended())


def _end_role(id: int) -> None:
    db.session.execute(text(WAIT))
    appointments.end_over(id, apply=transitions.apply)


def _take_replies() -> None:
    """Take the replies by mail; a folder that cannot be read is recorded."""
    try:
        replies.take_all(_attempt)
    except OSError as error:
        log.exception("the folder of replies cannot be read")
        db.session.remove()
        with transaction():
            failures.record(REPLIES, None, reason(error))
    else:
        db.session.remove()
        with transaction():
            failures.clear(REPLIES, None)


def _attempt(task: str, work: Callable[[], object], application: int | None = None) -> bool:
    """Do the work in a transaction of its own; return whether it succeeded, and record it if it failed."""
    db.session.remove()
    try:
        with transaction():
            work()
            failures.clear(task, application)
    except Refused as refused:
        log.info("%s of application %s: %s", task, application, refused)
        problem = str(refused) if _still_due(task, application) else ""
    except FAULTS as error:
        log.exception("%s of application %s failed", task, application)
        problem = reason(error)
    else:
        return True
    if problem:
        db.session.remove()
        with transaction():
            failures.record(task, application, problem)
    return False


def _search(due: list[tuple[int, str]], late: list[Due]) -> None:
    """Add the transitions and the reminders that are due, and forget the failures of those that are no longer."""
    due += overdue.transitions()
    late += waiting.due()
    failures.forget({*due, *((one.application, one.task) for one in late)})


def _apply(id: int, key: str) -> None:
    db.session.execute(text(WAIT))
    transitions.apply(db.session.get_one(Application, id), key, actor=CLOCK)


def _remind(one: Due) -> None:
    db.session.execute(text(WAIT))
    reminders.send(one)


def _still_due(task: str, application: int | None) -> bool:
    """Whether a refused transition would be tried at every tick: nobody else has acted meanwhile."""
    db.session.remove()
    return application is not None and (application, task) in overdue.transitions(only=application)
