"""Replies by mail: each file of the maildir in a transaction of its own, then moved away.

A file that fails is tried again at the next ticks, then parked in `failed`. The page of failures names it until
somebody removes it from there, or moves it back to `new` and it succeeds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from grants.db import db, transaction
from grants.forms.cleaning import cleaned
from grants.jobs.program import settings
from grants.outside import incoming, maildir
from grants.queries.failures import REPLY
from grants.services import failures
from grants.services.correspondence import replies
from grants.services.correspondence.replies import Reply

MOST = 200
"""Files that one tick reads; the next ones wait for the next tick."""
TRIES = 3
"""How often a file is tried before it is parked."""
Attempt = Callable[[str, Callable[[], object]], bool]


class _File(NamedTuple):
    """A file, and the key under which its failures are recorded."""

    name: str
    task: str


def take_all(attempt: Attempt) -> None:
    """Take every file that waits. attempt: runs work in a transaction, records its failure; whether it succeeded."""
    ours = settings()
    if not ours.replies:
        return
    folder = Path(ours.replies)
    for file in map(_file, maildir.waiting(folder, MOST)):
        if attempt(file.task, partial(_take, folder, file.name)):
            maildir.put_away(folder, file.name, maildir.READ)
        elif _tried(file.task) >= TRIES:
            maildir.put_away(folder, file.name, maildir.FAILED)
    _forget(folder)


def _take(folder: Path, name: str) -> None:
    found = incoming.parsed(maildir.read(folder, name, incoming.LARGEST + 1))
    replies.take(
        Reply(
            tokens=found.tokens,
            sender=found.sender,
            identifier=found.identifier,
            automatic=found.automatic,
            bounce=cleaned(found.bounce) or "",
            large=found.large,
            body=cleaned(found.body) or "",
            quoted=cleaned(found.quoted[: replies.QUOTED]) or "",
            files=found.files,
        )
    )


def _file(name: str) -> _File:
    shown = "".join(sign if sign.isprintable() else "?" for sign in name.encode("utf-8", "replace").decode())
    return _File(name, f"{REPLY}{shown}")


def _tried(task: str) -> int:
    db.session.remove()
    with transaction():
        return failures.tries(task)


def _forget(folder: Path) -> None:
    """Forget the failures of files that are neither waiting nor parked any more."""
    places = (maildir.NEW, maildir.FAILED)
    there = {_file(name).task for place in places for name in maildir.names(folder, place)}
    db.session.remove()
    with transaction():
        failures.forget_named(REPLY, there)
