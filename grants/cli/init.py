"""`grants init`: create the database and migrate it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import alembic.command
import alembic.config
import click
import psycopg
from sqlalchemy.exc import IntegrityError

import config
from config import ROOT, Settings
from grants.cli.embedded import knock, reachable
from grants.db import bind_app, db, transaction
from grants.migrations import constraints
from grants.outside.servers import Postgres, Unstartable, create_database
from grants.outside.servers.postgres import ROLES, plain
from grants.services import transitions
from grants.services.integrity import adoption
from grants.services.reviews import leftovers

# Any number works, if every host uses the same one.
MIGRATING = 7_031_962


@click.command()
def init() -> None:
    """Create the database and migrate its tables. Can be repeated safely."""
    settings = config.read()
    try:
        with reachable(settings) as running:
            prepare(settings, running)
    except Unstartable as error:
        raise click.ClickException(str(error)) from error
    click.echo("The database is up to date.")


def prepare(settings: Settings, running: Settings) -> None:
    """Create the database if it is embedded, and migrate it.

    settings: those of the operator. running: the same with the URLs of running servers.
    """
    if not settings.database_url:
        create_database(Postgres(settings.instance).url("postgres", "postgres"), "grants")
    if not running.owner_database_url:
        raise click.ClickException(
            "Set GRANTS_OWNER_DATABASE_URL: migrations need the role grants_owner, which owns the tables."
        )
    knock(settings, running.owner_database_url)
    require_roles(running.owner_database_url)
    with alone(running.owner_database_url):
        _upgrade(running.owner_database_url)
        with bind_app(running, "grants.init").app_context():
            _record()
            db.engine.dispose()


def _record() -> None:
    """Record what an earlier release did not, and close what it left open. Once: the caller is alone."""
    record_existing()
    close_leftovers()


def close_leftovers() -> None:
    """Close the assignments that an earlier release left open, a few in a transaction, and report progress."""
    with transaction():
        people = leftovers.reviewers()
    for id in people:
        with transaction():
            leftovers.release_reviewer(id, apply=transitions.apply)
        db.session.remove()
    for find, release in (
        (leftovers.finished, leftovers.release_finished),
        (leftovers.involved, leftovers.release_involved),
    ):
        with transaction():
            ids = find()
        for first in range(0, len(ids), leftovers.MOST):
            with transaction():
                release(ids[first : first + leftovers.MOST], apply=transitions.apply)
            db.session.remove()
            done = min(first + leftovers.MOST, len(ids))
            click.echo(f"Closed {done:,} of {len(ids):,} review assignments that must no longer be open.")


def record_existing() -> None:
    """Record the rows that history did not hold before, a thousand chains in a transaction, and report progress."""
    with transaction():
        found = adoption.waiting()
    with closing(found):
        done, total = 0, len(found)
        for rows in found.chunks():
            with transaction():
                adoption.adopt(rows)
            db.session.remove()
            done += len(rows)
            click.echo(f"Existing rows recorded: {done:,} of {total:,} histories.")
        if found.tables:
            with transaction():
                adoption.complete(found.tables)


def require_roles(owner_url: str) -> None:
    """Raise ClickException if a role is missing: only a superuser of the database server can create it."""
    with psycopg.connect(plain(owner_url)) as owner:
        known = {name for (name,) in owner.execute("SELECT rolname FROM pg_roles")}
    if absent := [role for role in ROLES if role not in known]:
        raise click.ClickException(
            f"The database server has no role {', '.join(absent)}. Create it as in docs/settings.md, with CONNECT on "
            f"the database, and run `grants init` again."
        )


def migrate(owner_url: str) -> None:
    """Run the missing migrations as the owner. Raises ClickException if rows of the database do not fit."""
    with alone(owner_url):
        _upgrade(owner_url)


@contextmanager
def alone(owner_url: str) -> Iterator[None]:
    """An advisory lock by which only one of several hosts migrates a database at a time."""
    with psycopg.connect(plain(owner_url), autocommit=True) as turn:
        turn.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        yield


def _upgrade(owner_url: str) -> None:
    """Run the missing migrations. All of them are one transaction: if one is refused, none was made."""
    settings = alembic.config.Config()
    settings.set_main_option("script_location", str(ROOT / "grants" / "migrations").replace("%", "%%"))
    settings.attributes["url"] = owner_url
    try:
        alembic.command.upgrade(settings, "head")
    except (constraints.Unfit, IntegrityError) as error:
        raise click.ClickException(f"{_unfit(error)} The database was not changed.") from error


def _unfit(error: constraints.Unfit | IntegrityError) -> str:
    """Which rows do not fit."""
    diag = getattr(getattr(error, "orig", None), "diag", None)
    if diag is None:
        return str(error)
    detail = f" {diag.message_detail}" if diag.message_detail else ""
    return f"Rows of the table {diag.table_name} violate the constraint {diag.constraint_name}.{detail}"
