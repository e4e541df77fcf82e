"""Settings with the addresses of servers that run: the operator's own, or ours."""

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
    """The servers that these settings leave to us, in the order to start them; none is started here."""
    postgres = [] if settings.database_url else [Postgres(settings.instance)]
    valkey = [] if settings.redis_url else [Valkey(settings.instance)]
    return [*postgres, *valkey]


def addressed(settings: Settings, ours: list[Postgres | Valkey]) -> Settings:
    """The settings with the addresses of our servers filled in."""
    for server in ours:
        if isinstance(server, Valkey):
            settings = replace(settings, redis_url=server.url)
        else:
            settings = replace(
                settings,
                database_url=server.url("grants_app"),
                owner_database_url=server.url("grants_owner"),
                read_database_url=server.url("grants_read"),
            )
    return settings


@contextmanager
def reachable(settings: Settings) -> Iterator[Settings]:
    """Settings whose servers answer: where `grants up` runs its servers are used, else ours live for this block."""
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
    """The same for whoever needs what is kept there; raises ClickException where no database is, and makes none."""
    if not settings.database_url and not (settings.instance / "pg").exists():
        raise _silent(settings)
    try:
        with reachable(settings) as running:
            knock(running, running.read_database_url or running.database_url)
            yield running
    except Unstartable as error:
        raise click.ClickException(str(error)) from error


def knock(settings: Settings, url: str) -> None:
    """Raise ClickException, with the cure, unless a database answers at the address."""
    if not url:
        raise _silent(settings)
    try:
        psycopg.connect(plain(url), connect_timeout=KNOCK_SECONDS).close()
    except psycopg.Error as error:
        raise _silent(settings, f" ({str(error).strip().splitlines()[0]})") from error


def _silent(settings: Settings, why: str = "") -> click.ClickException:
    demo = settings.instance / "demo"
    beside = f" (the demonstration’s is {demo})" if demo.is_dir() else ""
    return click.ClickException(
        f"No database answers for the instance {settings.instance}{why}: set GRANTS_INSTANCE to the folder of the "
        f"system that you mean{beside}, or GRANTS_DATABASE_URL to its database."
    )
