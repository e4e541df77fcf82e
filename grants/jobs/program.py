"""Parts of a worker, a relay or a clock: the database, the queues and the files of one installation."""

from __future__ import annotations

from functools import cache

from flask import Flask, current_app
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config import Settings
from grants.db import bind_app
from grants.jobs.queue import OutboxQueue
from grants.outside.quarantine import Quarantine
from grants.outside.storage import Storage
from grants.services.documents import PLACE
from workflows.programmes import read_also

FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SQLAlchemyError,
    TypeError,
    ValueError,
)
"""Whatever can be wrong with one row. It is recorded, and the next row is worked on."""


def reason(error: BaseException) -> str:
    """What went wrong, for the page of failures: the first line, without the values of an SQL statement."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    first = str(cause).strip().partition("\n")[0]
    return f"{type(cause).__name__}: {first}"[:2_000]


def build(settings: Settings) -> Flask:
    """A Flask application without pages."""
    read_also(settings.programmes)
    PLACE.address, PLACE.demo = settings.address, settings.demo
    return bind_app(settings, "grants.jobs")


def settings() -> Settings:
    """The settings of the running process."""
    found: Settings = current_app.extensions["settings"]
    return found


def storage() -> Storage:
    """The file storage."""
    return _storage(settings().files)


@cache
def _storage(url: str) -> Storage:
    return Storage(url)


def quarantine() -> Quarantine:
    """The uploads that wait for their inspection."""
    return _quarantine(settings().files)


@cache
def _quarantine(url: str) -> Quarantine:
    return Quarantine(url)


def queue(name: str, connection: Redis) -> OutboxQueue:
    """A queue that stores jobs as JSON, never as pickle, and reads none but ours."""
    return OutboxQueue(name, connection=connection, serializer=JSONSerializer)


def connect(settings: Settings) -> Redis:
    """A connection to Valkey or Redis."""
    return Redis.from_url(settings.redis_url)
