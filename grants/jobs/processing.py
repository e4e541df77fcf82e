"""The only kind of job: process outbox rows one by one."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from sqlalchemy.exc import OperationalError

from grants.db import db, transaction
from grants.jobs import inspecting, mailing, printing
from grants.jobs.job import SECONDS
from grants.jobs.program import FAULTS, reason
from grants.outside.mail import Undeliverable
from grants.services import outbox

HANDLERS: dict[str, Callable[[outbox.Claim], None]] = {
    "document": printing.print_document,
    "inspection": inspecting.inspect,
    "mail": mailing.send,
}
PASSING = (OSError, OperationalError)
"""What passes by itself: the mail server, the files or the database cannot be reached, or have no room for a while."""
log = logging.getLogger("grants.jobs")


class Overdue(BaseException):
    """The job exceeded its time limit. A BaseException, so that no library can swallow it."""


def work(ids: Sequence[int]) -> int:
    """Process these rows and return how many were done. After half the time limit, leave the rest to another job."""
    began, done = time.monotonic(), 0
    for id in ids:
        if time.monotonic() - began > SECONDS / 2:
            break
        done += work_one(id)
    return done


def work_one(id: int) -> bool:
    """Claim a row and process it; return whether this worker completed it."""
    held = outbox.claim(id)
    if held is None:
        return False
    try:
        HANDLERS[held.kind](held)
    except outbox.Fenced:
        log.warning("outbox row %s was taken over by another worker", id)
        return False
    except Overdue:
        _give_back(held, f"It took longer than {SECONDS} seconds.", passing=held.kind != "document")
        raise
    except (printing.Unprintable, Undeliverable) as error:
        log.error("outbox row %s failed: %s", id, error)  # noqa: TRY400 - the reason is for people, and complete
        _give_back(held, str(error), lasting=True)
    except FAULTS as error:
        log.exception("outbox row %s failed", id)
        passing = isinstance(error, PASSING) and getattr(error, "errno", None) != errno.EFBIG
        _give_back(held, reason(error), passing=passing)
    else:
        return True
    return False


def rehearse() -> None:
    """Run every database statement of a job once, for a row that does not exist. Nothing is changed.

    This configures the mappers and compiles the statements once, instead of in every forked child.
    """
    outbox.claim(outbox.NOBODY.id)
    printing.rehearse()
    with suppress(outbox.Fenced):
        outbox.finish(outbox.NOBODY)


def _give_back(held: outbox.Claim, problem: str, *, lasting: bool = False, passing: bool = False) -> None:
    db.session.remove()
    with transaction():
        outbox.fail(held, problem=problem[:2_000], lasting=lasting, passing=passing)
    db.session.remove()
