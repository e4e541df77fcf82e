"""What a worker, a relay or a clock is built from: the database, the queues and the files of one installation."""

from __future__ import annotations

from flask import Flask, current_app
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

import grants.services  # noqa: F401 - registers every deed before the clock takes a move
from config import Settings
from grants.db import bound
from grants.outside.storage import Storage
from grants.services.documents import PLACE
from workflows.programmes import read_also


def build(settings: Settings) -> Flask:
    """A Flask application without a single page."""
    read_also(settings.programmes)
    PLACE.address, PLACE.demo = settings.address, settings.demo
    return bound(settings, "grants.jobs")


def settings() -> Settings:
    """The settings of the running program."""
    found: Settings = current_app.extensions["settings"]
    return found


def storage() -> Storage:
    """Where files are kept."""
    return Storage(settings().files)


def queue(name: str, connection: Redis) -> Queue:
    """A queue whose jobs are JSON, never pickle."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


def connect(settings: Settings) -> Redis:
    """Valkey or Redis."""
    return Redis.from_url(settings.redis_url)
