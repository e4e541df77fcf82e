"""The alarms of the service: what is measured, from which value on it is an alarm, and what to do then.

`docs/operating.md` has the same table; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from grants.services.integrity.sealing.seals import UNSEALED
from workflows.engine.message import N_, Message

MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Unit(StrEnum):
    """The unit of a measured value."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    JOBS = "jobs"
    PROCESSES = "processes"
    PERCENT = "percent"


class Component(StrEnum):
    """A part of the service that is measured."""

    WEB = "web"
    DATABASE = "database"
    QUEUE_SERVER = "queue server"
    LETTERS_WORKER = "letters worker"
    DEFAULT_WORKER = "default worker"
    LETTERS_QUEUE = "letters queue"
    DEFAULT_QUEUE = "default queue"
    RELAY = "relay"
    CLOCK = "clock"
    MAILS = "mails"
    DOCUMENTS = "documents"
    UPLOADS = "uploads"
    GIVEN_UP = "given up"
    SEALER = "sealer"
    DATA_DISK = "data disk"
    FILES_DISK = "files disk"
    SCANNER = "scanner"


@dataclass(frozen=True, slots=True)
class Threshold:
    """title: of the component. at: the value from which on it is an alarm. remedy: what to do then."""

    title: str
    at: int
    unit: Unit
    remedy: str


THRESHOLDS: dict[Component, Threshold] = {
    Component.WEB: Threshold(
        N_("Web processes missing"),
        1,
        Unit.PROCESSES,
        N_(
            "A missing process is started again within seconds. If it stays missing, read its lines in the log of the"
            " service, then restart the service."
        ),
    ),
    Component.DATABASE: Threshold(
        N_("Database connections"),
        80,
        Unit.PERCENT,
        N_(
            "Raise max_connections in PostgreSQL, or lower GRANTS_WEB_PROCESSES; end programs that keep connections "
            "open unnecessarily."
        ),
    ),
    Component.QUEUE_SERVER: Threshold(
        N_("Queue server (Valkey or Redis)"),
        1_000,
        Unit.MILLISECONDS,
        N_(
            "Start the server, or correct GRANTS_REDIS_URL. Until then, emails and documents wait in the database, and"
            " nothing is lost."
        ),
    ),
    Component.LETTERS_WORKER: Threshold(
        N_("Worker for documents, last heartbeat"),
        120,
        Unit.SECONDS,
        N_("Restart the service on the host of the worker, and read the lines of “letters” in its log."),
    ),
    Component.DEFAULT_WORKER: Threshold(
        N_("Worker for emails and uploaded files, last heartbeat"),
        120,
        Unit.SECONDS,
        N_("Restart the service on the host of the worker, and read the lines of “default” in its log."),
    ),
    Component.LETTERS_QUEUE: Threshold(
        N_("Queue of documents"),
        50,
        Unit.JOBS,
        N_("The worker cannot keep up. Start the service on another host, or wait until the queue is empty."),
    ),
    Component.DEFAULT_QUEUE: Threshold(
        N_("Queue of emails and uploaded files"),
        50,
        Unit.JOBS,
        N_("The worker cannot keep up. Start the service on another host, or wait until the queue is empty."),
    ),
    Component.RELAY: Threshold(
        N_("Relay, longest wait for a queue"),
        MINUTE,
        Unit.SECONDS,
        N_("If no queue is full, restart the service and read the lines of “relay” in its log."),
    ),
    Component.CLOCK: Threshold(
        N_("Clock, last run"),
        3 * MINUTE,
        Unit.SECONDS,
        N_(
            "Look at the failed jobs first. If there are none, restart the service and read the lines of “cron” in "
            "its log. Until then, no reminder is sent and no deadline takes effect automatically."
        ),
    ),
    Component.MAILS: Threshold(
        N_("Outgoing email, oldest waiting"),
        15 * MINUTE,
        Unit.SECONDS,
        N_(
            "Find out whether the mail server accepts mail from this host, and correct the GRANTS_SMTP_… settings if "
            "they are wrong. Waiting emails are retried automatically for two days."
        ),
    ),
    Component.DOCUMENTS: Threshold(
        N_("Documents, oldest waiting"),
        15 * MINUTE,
        Unit.SECONDS,
        N_("Look at the worker for documents and at the disk of the files: one of them has stopped or is full."),
    ),
    Component.UPLOADS: Threshold(
        N_("Uploaded files, oldest waiting"),
        15 * MINUTE,
        Unit.SECONDS,
        N_("Look at the worker and at the virus scanner. No file is accepted until it has been checked."),
    ),
    Component.GIVEN_UP: Threshold(
        N_("Failed jobs"),
        1,
        Unit.JOBS,
        N_("Open the page of failed jobs: each one names its reason and what to do."),
    ),
    Component.SEALER: Threshold(
        N_("Checkpoints, oldest event without one"),
        int(UNSEALED.total_seconds()),
        Unit.SECONDS,
        N_(
            "Read the lines of “sealer” in the log of the host that seals: they give the reason. Do not delete anything"
            " before “grants verify” has run."
        ),
    ),
    Component.DATA_DISK: Threshold(
        N_("Disk of the data folder"),
        80,
        Unit.PERCENT,
        N_("Enlarge the disk, or move backups and old logs to another one. A full disk stops the service."),
    ),
    Component.FILES_DISK: Threshold(
        N_("Disk of the stored files"),
        80,
        Unit.PERCENT,
        N_("Enlarge the disk. Stored files are never deleted to make room, because documents refer to them."),
    ),
    Component.SCANNER: Threshold(
        N_("Virus scanner"),
        1_000,
        Unit.MILLISECONDS,
        N_("Start clamd, or correct GRANTS_CLAMD_ADDRESS. Until then, uploaded files wait and none is accepted."),
    ),
}
"""The only place where the alarms are set."""


def quantity(value: float, unit: Unit) -> Message:
    """A measured value with its unit."""
    if unit is Unit.SECONDS:
        return duration(value)
    if unit is Unit.MILLISECONDS:
        return Message("%(n)s ms", n=Decimal(int(value)))
    if unit is Unit.PERCENT:
        return Message("%(n)s%%", n=int(value))
    if unit is Unit.JOBS:
        return Message.counted("%(n)s job", "%(n)s jobs", n=int(value))
    return Message.counted("%(n)s process", "%(n)s processes", n=int(value))


def duration(seconds: float) -> Message:
    """A time in the unit in which it is shortest."""
    if seconds < 2 * MINUTE:
        return Message("%(n)s s", n=int(seconds))
    if seconds < 2 * HOUR:
        return Message("%(n)s min", n=int(seconds // MINUTE))
    if seconds < 2 * DAY:
        return Message("%(n)s h", n=int(seconds // HOUR))
    return Message.counted("%(n)s day", "%(n)s days", n=int(seconds // DAY))


def space(size: int) -> Message:
    """A number of bytes."""
    if size < 10_000_000_000:  # noqa: PLR2004 - below ten gigabytes, megabytes say more
        return Message("%(n)s MB", n=Decimal(size // 1_000_000))
    return Message("%(n)s GB", n=Decimal(size // 1_000_000_000))
