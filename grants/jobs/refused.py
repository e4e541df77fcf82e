"""Entries of the queue that no worker accepts, set aside so that an operator can look at them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from redis import Redis
from redis.exceptions import ResponseError

KEY = "grants:refused"
"""A list, the newest entry first. It is outside of the keys that RQ reads."""
MOST = 100
"""How many entries are kept; whoever can write to the queue cannot fill the server with them."""
LONGEST = 2_000
"""The most characters of an entry that are kept."""


def park(connection: Redis, id: object, why: str, stored: Mapping[bytes, bytes] | None = None) -> None:
    """Set an entry aside, with the reason and the beginning of what was stored."""
    seconds, _ = connection.time()
    shown = {str(name)[:100]: repr(value[:LONGEST]) for name, value in (stored or {}).items()}
    text = json.dumps({"at": seconds, "id": str(id)[:100], "why": why[:200], "stored": str(shown)[:LONGEST]})
    try:
        connection.lpush(KEY, text)
    except ResponseError:  # another type of value
        connection.delete(KEY)
        connection.lpush(KEY, text)
    connection.ltrim(KEY, 0, MOST - 1)


def parked(connection: Redis) -> list[str]:
    """The entries that were set aside, the newest first."""
    if connection.type(KEY) != b"list":
        return []
    found = connection.lrange(KEY, 0, MOST - 1)
    return [text.decode(errors="replace") if isinstance(text, bytes) else text for text in found]
