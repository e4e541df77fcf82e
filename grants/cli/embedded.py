"""Settings with the URLs of running servers: those of the operator or the embedded ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import click
import psycopg

from config import Settings
from grants.outside.servers import AlreadyStarted, Postgres, Unstartable, Valkey
from grants.outside.servers.postgres import plain

KNOCK_SECONDS = 10


def servers(settings: Settings) -> list[Postgres | Valkey]:
    """The embedded servers that these settings need, in starting order; not started."""
    postgres = [] if settings.database_url else [Postgres(settings.instance)]
    valkey = [] if settings.redis_url else [Valkey(settings.instance)]
    return [*postgres, *valkey]


def addressed(settings: Settings, ours: list[Postgres | Valkey]) -> Settings:
    """The settings with the URLs of the embedded servers."""
    for server in ours:
        if isinstance(server, Valkey):
            settings = replace(settings, redis_url=server.url)
        else:
            settings = replace(
                settings,
                database_url=server.url("grants_app"),
                owner_database_url=server.url("grants_owner"),
                read_database_url=server.url("grants_read"),
                seal_database_url=server.url("grants_seal"),
            )
    return settings


@contextmanager
def reachable(settings: Settings) -> Iterator[Settings]:
    """Settings with running servers: those of a running `grants up`, or embedded ones started for this block."""
    with ExitStack() as stack:
        ours = servers(settings)
        for server in ours:
            try:
                server.start()
            except AlreadyStarted:
                continue
            stack.callback(server.stop)
        yield addressed(settings, ours)


@contextmanager
def kept(settings: Settings) -> Iterator[Settings]:
    """The same for commands that need existing data; raises ClickException if there is no database."""
    if not settings.database_url and not (settings.instance / "pg").exists():
        raise _silent(settings)
    try:
        with reachable(settings) as running:
            knock(running, running.read_database_url or running.database_url)
            yield running
    except Unstartable as error:
        raise click.ClickException(str(error)) from error


def knock(settings: Settings, url: str) -> None:
    """Raise ClickException, with the remedy, unless a database is reachable at the URL."""
    if not url:
        raise _silent(settings)
    try:
        psycopg.connect(plain(url), connect_timeout=KNOCK_SECONDS).close()
    except psycopg.Error as error:
        raise _silent(settings, f" ({str(error).strip().splitlines()[0]})") from error


def _silent(settings: Settings, why: str = "") -> click.ClickException:
    demo = settings.instance / "demo"
    beside = f" (that of the demonstration is {demo})" if demo.is_dir() else ""
    return click.ClickException(
        f"No database is reachable for the instance {settings.instance}{why}. Set GRANTS_INSTANCE to the folder of "
        f"the system you want to use{beside}, or GRANTS_DATABASE_URL to the URL of its database."
    )
