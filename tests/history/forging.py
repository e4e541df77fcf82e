"""Events that the role of the application can add, with a chain that fits."""

from __future__ import annotations

from flask import Flask

from grants.db import transaction
from grants.services import locking
from grants.services.integrity import history
from tests.world import SYSTEM
from workflows.engine.message import Message
from workflows.engine.roles import Actor


def add(about: history.About, key: str, *, actor: Actor = SYSTEM) -> None:
    """Add an event to the chain that it names, whatever it is about, within a transaction."""
    locking.hold(locking.Chain(about.subject, about.subject_id))
    history.record(about, actor=actor, key=key, message=Message("A note"))


def added(app: Flask, about: history.About, key: str, *, actor: Actor = SYSTEM) -> None:
    """The same in a transaction of its own."""
    with app.app_context(), transaction():
        add(about, key, actor=actor)
