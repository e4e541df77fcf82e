"""A database with a row in every held table, and forgeries of every column of it that are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError

from grants.db import Model, db, now, transaction
from grants.jobs import processing
from grants.models import Application, Call, Conflict, Organisation, Outbox, Verification
from grants.services import calls, invitations, join_requests, locking, profiles, transitions
from grants.services.correspondence import messages
from grants.services.factors import recovery
from grants.services.integrity import fingerprints
from grants.services.integrity.manifest import HELD
from grants.services.integrity.verifying import comparison
from grants.services.profiles import Details
from grants.services.reviews import conflicts
from tests import provider, second_factors, world
from tests.attachments import pdfs, uploads
from workflows.engine.rights import Right
from workflows.engine.roles import Role

UNGUARDED = """
    SET session_replication_role = replica;
    DO $$ DECLARE one record;
    BEGIN
        FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname); END LOOP;
        FOR one IN SELECT indexrelid::regclass AS place FROM pg_index JOIN pg_class c ON c.oid = indrelid
            WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        LOOP EXECUTE format('DROP INDEX %s', one.place); END LOOP;
        FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype = 'u'
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname); END LOOP;
        FOR one IN SELECT attrelid::regclass AS place, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND attnotnull
            AND attidentity = ''
            AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY(indkey))
        LOOP EXECUTE format('ALTER TABLE %s ALTER %I DROP NOT NULL', one.place, one.attname); END LOOP;
    END $$"""
"""What a superuser can do first: no trigger, key or condition stops the forgery."""


def fill() -> None:
    """A partial grant that is paid, reported and partly returned, and everything else that history holds."""
    made = world.build(programmes=("BTN-L",))
    _detailed(made)
    _asked(made)
    _invited(made)
    _factored(made)
    award = world.awarded(made, given=7_000)
    world.signed(made, award)
    world.apply(made, award.agreement, "met", "olga", Role.OFFICER, proof="It is on file.")
    world.paid(made, award)
    world.reported(made, award, 1)
    world.paid(made, award)
    world.reported(made, award, 2, used="0.5")
    world.returned(made, award, "10")
    revoked = world.awarded(made, chapter="bo")
    world.apply(made, revoked.application, "turn_down", "bo1", Role.APPLICANT, reason="The school closed.")
    _beside(made, award.application_id)
    _attached(made)
    for id in db.session.scalars(db.select(Outbox.id).filter_by(kind="document").order_by(Outbox.id).limit(2)).all():
        assert processing.work_one(id)


def _detailed(made: world.World) -> None:
    """The legal details of the chapter that gets the award."""
    with transaction() as session:
        organisation = session.get_one(Organisation, made.chapters["mg"].id)
        actor = made.actor("mg1", Role.APPLICANT, organisation)
        details = Details("Chapter of Madagascar")
        profiles.change(organisation, details=details, actor=actor, version=0, apply=transitions.apply)
    with transaction() as session:
        row, officer = session.query(Verification).one(), made.actor("olga", Role.OFFICER)
        transitions.apply(row, "verify", actor=officer, answers={"note": "Compared with the register."})


def _asked(made: world.World) -> None:
    """A person who asks to join the chapter."""
    with transaction() as session:
        organisation = session.get_one(Organisation, made.chapters["mg"].id)
        locking.hold(organisation)
        join_requests.ask(world.person("joe"), organisation, title="Treasurer", days=5)


def _invited(made: world.World) -> None:
    """An open invitation to act for the chapter."""
    with transaction() as session:
        organisation = session.get_one(Organisation, made.chapters["mg"].id)
        actor = made.actor("mg1", Role.APPLICANT, organisation)
        invitations.invite_member(organisation, email="ivy@example.org", name="Ivy", rights=(Right.EDIT,), actor=actor)


def _factored(made: world.World) -> None:
    """An authenticator app of an officer, with recovery codes."""
    with transaction():
        second_factors.give_app(current_app, made.people["olga"])
    with transaction() as session:
        recovery.renew(session.merge(made.people["olga"]), actor=made.actor("olga", Role.OFFICER))
    with transaction():
        provider.link("olga@example.org")


def _beside(made: world.World, application: int) -> None:
    """A conflict that is lifted, more time for an applicant, a message and a note."""
    with transaction() as session:
        row = session.get_one(Application, application)
        messages.send(row, body="May we buy the routers now?", actor=made.actor("mg1", Role.APPLICANT))
    with transaction():
        messages.note(row, body="Their register entry is on file.", actor=made.actor("olga", Role.OFFICER))
    officer = made.actor("olga", Role.OFFICER)
    with transaction() as session:
        row = session.get_one(Application, application)
        omar = made.actor("omar", Role.OFFICER)
        conflicts.declare_as_staff(row, kinds=["person"], actor=omar, apply=transitions.apply)
    with transaction() as session:
        conflicts.lift(session.query(Conflict).one(), reason="They no longer work there.", actor=officer)
    with transaction() as session:
        call, organisation = session.get_one(Call, made.calls["BTN-L"].id), session.get_one(Organisation, 1)
        until = now() + timedelta(days=60)
        calls.give_time(call, organisation=organisation, until=until, reason="Their network was down.", actor=officer)


def _attached(made: world.World) -> None:
    """A document of an organisation with its second version, both checked."""
    uploads.newer(made, uploads.document(made), pdfs.honest(2))
    uploads.check_all()


OTHER = {
    Text: "coalesce({0}, '') || 'x'",
    Boolean: "NOT coalesce({0}, false)",
    Integer: "coalesce({0}, 0) + 1",
    BigInteger: "coalesce({0}, 0) + 1",
    Numeric: "coalesce({0}, 0) + 1",
    DateTime: "coalesce({0}, now()) + interval '1 millisecond'",
    Date: "coalesce({0}, current_date) + 1",
    JSONB: "jsonb_build_array({0})",
    ARRAY: "array_append({0}, 'x')",
}
"""Another value of a column of each type, in SQL."""


def change(table: str, column: Column[object], id: int) -> None:
    """Give a column of a row another value."""
    value = OTHER[type(column.type)].format(f'"{column.name}"')
    db.session.execute(text(f'UPDATE "{table}" SET "{column.name}" = {value} WHERE {HELD[table].key} = {id}'))


def copy(table: str, id: int, key: int) -> None:
    """Insert a copy of a row under this key."""
    columns = Model.metadata.tables[table].columns
    given = ", ".join(f'"{column.name}"' for column in columns if column.computed is None)
    keyed = f"jsonb_populate_record(t, jsonb_build_object('{HELD[table].key}', {key}))"
    made = ", ".join(f'made."{column.name}"' for column in columns if column.computed is None)
    source = f'SELECT {made} FROM "{table}" t, {keyed} made WHERE t.{HELD[table].key} = {id}'
    db.session.execute(text(f'INSERT INTO "{table}" ({given}) {source}'))


def columns(table: str) -> list[Column[object]]:
    """The columns that history holds of a table, except its key."""
    held = HELD[table]
    wanted = held.labels(held.version).values()
    return [
        column for column in Model.metadata.tables[table].columns if column.name in wanted and not column.primary_key
    ]


def settled_rows() -> dict[str, int]:
    """The first row of every held table of which all columns are held."""
    found = {}
    for table in HELD:
        rows = [row.id for row in fingerprints.every(table) if row.values[-1]]
        if settled := fingerprints.settled(table, rows) if HELD[table].settled else rows:
            found[table] = settled[0]
    return found


def accepted(forgery: Callable[..., object], *values: object) -> bool:
    """Whether the database accepts a forgery, with the constraints that are checked at the end of a transaction."""
    try:
        forgery(*values)
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except DBAPIError:
        return False
    return True


@contextmanager
def undone() -> Iterator[None]:
    """Whatever the block changes is undone at its end."""
    part = db.session.begin_nested()
    try:
        yield
    finally:
        part.rollback()


def problems() -> list[str]:
    """What the verification of rows finds."""
    return [str(message) for message in comparison.problems()]


def forging(app: Flask, url: str) -> Flask:
    """An application whose session is a superuser's, with nothing that stops a forgery."""
    forger = Flask("forger")
    forger.config["SQLALCHEMY_DATABASE_URI"] = url
    forger.extensions["settings"] = app.extensions["settings"]
    db.init_app(forger)
    with forger.app_context():
        db.session.execute(text(UNGUARDED))
        db.session.commit()
    return forger
