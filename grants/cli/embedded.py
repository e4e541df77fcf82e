"""Settings with the addresses of servers that run: the operator's own, or ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from config import Settings
from grants.outside.servers import AlreadyStarted, Postgres, Valkey


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
