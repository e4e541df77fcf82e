"""Databases of any size: a small set created through the services, the rest in bulk as the owner of the tables.

At the end the public figures are counted, as the clock does every minute.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import psycopg
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Person
from grants.outside.servers.postgres import plain
from grants.services import persons, transitions
from grants.services.money import figures, funds
from tests import world
from workflows.engine.roles import Role

SEED = tuple(Path(__file__).with_name(name) for name in ("seed.sql", "records.sql"))
"""The cases, then their history, documents and mails; one session, because the second uses tables of the first."""
CALLS = ("BTN-L", "BTN-S", "RES", "DRR", "BTN-L", "BTN-S", "RES", "BTN-L")
ENVELOPE = 100_000_000
CLOSED = "DRR"
"""The call whose round is over: the home page shows its results."""
NARROW = "oona"
"""An officer of one call only."""


def fill(app: Flask, size: int) -> dict[str, Person]:
    """Fill the application's migrated database; return the people of `tests.world` by name."""
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        made = world.build(programmes=())
        _calls(made)
        people = dict(made.people)
        db.session.remove()
        db.engine.dispose()
    with psycopg.connect(plain(settings.owner_database_url)) as owner:
        owner.execute("SELECT set_config('bench.size', %s, false)", [str(size)])
        for statements in SEED:
            owner.execute(statements.read_bytes())
    with psycopg.connect(plain(settings.owner_database_url), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    with app.app_context():
        with transaction():
            figures.keep()
        db.engine.dispose()
    return people


def _calls(made: world.World) -> None:
    finance, officer = made.actor("fay", Role.FINANCE), made.actor("olga", Role.OFFICER)
    with transaction():
        made.fund = funds.receive(
            title="Earlier contributions",
            year=2024,
            currency="USD",
            amount=Decimal(ENVELOPE * len(CALLS)),
            source="",
            actor=finance,
        )
    for code in CALLS:
        with transaction():
            call = world.open_call(made, code, ENVELOPE)
        if code == CLOSED:
            with transaction():
                transitions.apply(call, "close", actor=officer)
    with transaction():
        made.people[NARROW] = world.person(NARROW)
        persons.appoint(made.people[NARROW], Role.OFFICER, call_id=call.id, actor=officer)
