"""`grants check`: whether this system is safe for people other than the operator."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click
import psycopg
import redis
from psycopg import errors

import config
from config import Settings
from grants.cli.embedded import reachable
from grants.cli.unsafe import Finding, unsafe
from grants.cli.unworkable import misspelt, silent, unworkable
from grants.db import CONNECTIONS
from grants.jobs.refused import KEY, parked
from grants.outside import mailbox
from grants.outside.servers import NotInstalled, Unstartable
from grants.outside.servers.postgres import plain

OLDEST_POSTGRES = 150_000
OTHER_CONNECTIONS = 20
"""Connections of workers, relay, clock, sealer and operators."""
SAFE_ON = ("fsync", "full_page_writes", "synchronous_commit")
POWERS = """
    SELECT rolsuper, pg_has_role(current_user, datdba, 'MEMBER')
      FROM pg_roles, pg_database
     WHERE rolname = current_user AND datname = current_database()
"""


@click.command()
def check() -> None:
    """List everything that is unsafe for production, with its remedy. Exits with 1 if anything is found."""
    try:
        settings = config.read()
    except config.Invalid as error:
        _finish(error.problems)
    found = [*misspelt(), *unworkable(settings), *unsafe(settings), *extras(settings), *readable(settings.instance)]
    try:
        with reachable(settings) as running:
            found += _servers(settings, running)
    except NotInstalled as error:
        found.append(Finding("foundation-grants[embedded]", str(error), "Then run `grants check` again."))
    except Unstartable as error:
        found.append(Finding("servers", str(error), "Then run `grants check` again."))
    _finish([str(finding) for finding in found])


def _servers(settings: Settings, running: Settings) -> Iterator[Finding]:
    """Findings of the servers: those that do not answer, and the options of the others."""
    failed = {finding.name: finding for finding in silent(settings)}
    yield from failed.values()
    if "GRANTS_DATABASE_URL" not in failed:
        yield from database(running.database_url, settings.web_processes)
    if "GRANTS_REDIS_URL" not in failed:
        yield from queue(running.redis_url)


def _finish(found: Sequence[str]) -> NoReturn:
    """Print the findings, each once, and end with the status."""
    each = dict.fromkeys(found)
    for finding in each:
        click.echo(f"- {finding}")
    click.echo(f"Problems found: {len(each)}." if each else "No problems found.")
    raise SystemExit(1 if each else 0)


def extras(settings: Settings) -> Iterator[Finding]:
    """A missing extra `demo`, which a demonstration needs if no mail server is set."""
    if settings.demo and not settings.smtp_host:
        try:
            mailbox.require()
        except NotInstalled as error:
            yield Finding("foundation-grants[demo]", str(error), "Then run `grants check` again.")


def readable(instance: Path) -> Iterator[Finding]:
    """Findings for secrets and data that other users of this machine can read."""
    for path in (instance, instance / "secrets.json"):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(str(path), "Other users of this machine can read it.", f"chmod go= {path}")


def database(url: str, processes: int = 0) -> Iterator[Finding]:
    """Findings of the database itself, from a connection with the role of the web application.

    processes: how many web processes there are on this host.
    """
    try:
        with psycopg.connect(plain(url), autocommit=True, connect_timeout=10) as connection:
            yield from _durable(connection)
            yield from _powers(connection)
            yield from _clock(connection)
            yield from _room(connection, processes)
    except psycopg.Error as error:
        message = str(error).strip().rpartition("FATAL:  ")[2]
        yield Finding(
            "PostgreSQL", f"The connection failed: {message}.", "Run `grants init`, or correct GRANTS_DATABASE_URL."
        )


def _durable(connection: psycopg.Connection) -> Iterator[Finding]:
    if connection.info.server_version < OLDEST_POSTGRES:
        yield Finding("PostgreSQL", "Its version is older than 15.", "Upgrade it.")
    for name in SAFE_ON:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if row == ("off",):
            yield Finding(f"PostgreSQL {name}", "Committed data can be lost.", f"ALTER SYSTEM SET {name} = on")


def _powers(connection: psycopg.Connection) -> Iterator[Finding]:
    superuser, owner = connection.execute(POWERS).fetchone() or (True, True)
    if superuser or owner:
        yield Finding(
            "PostgreSQL role", "It can bypass the guards of the database.", "Use grants_app in GRANTS_DATABASE_URL."
        )


def _room(connection: psycopg.Connection, processes: int) -> Iterator[Finding]:
    row = connection.execute("SELECT current_setting('max_connections')::int").fetchone()
    needed = processes * CONNECTIONS + OTHER_CONNECTIONS
    if row and row[0] < needed:
        yield Finding(
            "PostgreSQL max_connections",
            f"It is {row[0]}, and the processes of this host use up to {needed}.",
            "Raise it, or lower GRANTS_WEB_PROCESSES.",
        )


def _clock(connection: psycopg.Connection) -> Iterator[Finding]:
    try:
        row = connection.execute("SELECT abs(extract(epoch FROM grants_now() - clock_timestamp())) > 1").fetchone()
    except errors.UndefinedFunction:
        yield Finding("PostgreSQL tables", "They do not exist.", "Run `grants init`.")
        return
    if row and row[0]:
        yield Finding(
            "clock", "The system’s clock has been changed.", "Set its offset back to zero, or start a new database."
        )


def queue(url: str) -> Iterator[Finding]:
    """Findings of Valkey or Redis itself, from INFO, because hosted servers refuse CONFIG."""
    try:
        with redis.Redis.from_url(url, socket_timeout=10) as connection:
            facts, refused = connection.info(), parked(connection)
    except redis.RedisError as error:
        yield Finding("Redis", f"The connection failed: {error}.", "Start it, or correct GRANTS_REDIS_URL.")
        return
    if refused:
        yield Finding(
            "queue",
            f"{len(refused)} entries that the relay had not enqueued were refused; the newest is {refused[0]:.200}.",
            f"Find out who can write to the queue, then delete the key {KEY}.",
        )
    if not facts.get("aof_enabled"):
        yield Finding("Redis appendonly", "A restart empties the queue.", "CONFIG SET appendonly yes")
    if facts.get("maxmemory_policy") != "noeviction":
        yield Finding("Redis maxmemory-policy", "Jobs may be evicted.", "CONFIG SET maxmemory-policy noeviction")
