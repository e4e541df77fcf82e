"""Whether a database has an administrator; without SQLAlchemy, because the supervisor of all processes asks."""

from __future__ import annotations

import psycopg

from config import FIRST_ADMINISTRATOR
from grants.outside.servers.postgres import plain

MISSING = """
    SELECT NOT EXISTS (
        SELECT FROM public.appointment a JOIN public.person p ON p.id = a.person_id
         WHERE a.role = 'administrator' AND a.programme IS NULL AND a.call_id IS NULL
           AND a.ended_at IS NULL AND p.ended_at IS NULL
           AND (a.ends_on IS NULL OR a.ends_on > (grants_now() AT TIME ZONE 'UTC')::date))"""
"""As `queries.persons.has_administrator`."""
SECONDS = 10


def how_to_begin(url: str) -> list[str]:
    """The lines that say how to make the first administrator; empty if there is one, or no table to look into."""
    try:
        with psycopg.connect(plain(url), connect_timeout=SECONDS) as connection:
            row = connection.execute(MISSING).fetchone()
    except psycopg.Error:
        return []
    if row != (True,):
        return []
    steps = (f"    {line}" for line in FIRST_ADMINISTRATOR)
    return ["There is no administrator yet. Create the first one with:", *steps]
