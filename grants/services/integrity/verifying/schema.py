"""The schema of the database against what the migrations create, and the session with which both are read.

Row-level security, a table of the same name in another schema, a view in the place of a table or another function of
the clock can show the verification other rows than the application works on. None of them can be made without an
object, a privilege or a setting that no migration creates, and each of these is a finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from sqlalchemy import text

from grants.db import READING, db
from grants.services.integrity.verifying import catalogue
from workflows.engine.message import N_, Message

STORED = Path(__file__).with_name("schema.json")
"""What the newest migration leaves. `python -m tests.history.schema` writes it; a test compares it."""
LONGEST = 160
"""Characters shown of an object. The definition of a constraint can be much longer."""
RELATIONS = ("table ", "view ", "materialized view ", "foreign table ", "partitioned table ", "composite type ")


@cache
def expected() -> Mapping[str, str]:
    """Every object, privilege and setting of a database that was migrated and not changed since."""
    stored: dict[str, str] = json.loads(STORED.read_text("utf-8"))
    return stored


ALONE = "pg_catalog,pg_temp"
"""The search path: temporary tables, which would else come first, come last.

PostgreSQL prefers an operator or a function of any schema of the path whose arguments have exactly the types of a call.
No schema of a forger is in the path; every table and function of ours is named with its schema.
"""
FIXED = {**READING, "search_path": ALONE}
TABLES = {None: "public"}
"""The schema that SQLAlchemy writes before the names of tables."""
FIX = text("SELECT pg_catalog.set_config(CAST(:name AS text), CAST(:value AS text), true)")


def fix_session() -> None:
    """Read the tables of `public` with the operators and functions of PostgreSQL, and rather fail than miss rows.

    Until the end of the transaction. The settings of a connection do not last where a pool is in front of the database.
    """
    db.session.connection().execution_options(schema_translate_map=TABLES)
    for name, value in FIXED.items():
        db.session.execute(FIX, {"name": name, "value": value})


def problems() -> Iterator[Message]:
    """Objects, privileges and settings that differ from those that the migrations create, are missing or were added."""
    yield from differences(expected(), catalogue.described())


def notes() -> Iterator[Message]:
    """Roles that stand above the rights of this database. A server has its own administrators, so none is a finding."""
    if roles := catalogue.mighty():
        above = N_("Database roles with unrestricted rights: %(roles)s. Check that you know each of them.")
        yield Message(above, roles=", ".join(roles))


def differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Message]:
    """One message for each difference. The parts of a table that is missing or was added are not listed."""
    yield from _absent(wanted, found, N_("Database: %(object)s is missing, although the migrations create it."))
    yield from _absent(found, wanted, N_("Database: %(object)s exists, although no migration creates it (%(facts)s)."))
    for name in sorted(wanted.keys() & found.keys()):
        if wanted[name] != found[name]:
            yield Message(
                "Database: %(object)s differs from what the migrations create: “%(found)s” instead of “%(wanted)s”.",
                object=name,
                found=_short(found[name]),
                wanted=_short(wanted[name]),
            )


def moved(*, movable: bool) -> Iterator[Message]:
    """The clock, if it does not show the server's time. movable: whether it may be moved, as in a demonstration."""
    offsets = db.session.scalars(text("SELECT seconds FROM public.clock_offset")).all()
    if offsets != [0] and not movable:
        seconds = ", ".join(map(str, offsets)) or "–"
        yield Message("The clock of the database is offset by %(seconds)s seconds.", seconds=seconds)


def _absent(all: Mapping[str, str], other: Mapping[str, str], sentence: str) -> Iterator[Message]:
    """What is in one description and not in the other."""
    names = sorted(all.keys() - other.keys())
    wholes = [name.partition(" ")[2] for name in names if name.startswith(RELATIONS)]
    for name in names:
        if not any(name.startswith(f"column {whole}.") or name.endswith(f" on {whole}") for whole in wholes):
            yield Message(sentence, object=name, facts=_short(all[name]) or "–")


def _short(facts: str) -> str:
    line = " ".join(facts.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
