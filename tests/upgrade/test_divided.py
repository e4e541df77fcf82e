"""Awards of the first releases, which had no division over budget lines, are divided by migration 0004."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from decimal import Decimal

import alembic.command
import alembic.config
import psycopg
import pytest
from psycopg import sql

from config import ROOT
from grants.outside.servers import create_database
from grants.outside.servers.postgres import plain
from tests.memory import InMemory

AWARDS: list[tuple[str, str, list[str], list[str]]] = [
    ("USD", "2999.99", ["1000", "1000", "1000"], ["1000", "1000", "999.99"]),
    ("USD", "3000", ["1000", "1000", "1000"], ["1000", "1000", "1000"]),
    ("USD", "0.01", ["1000", "0.50"], ["0.01", "0"]),
    ("JPY", "10000", ["5000", "5000", "5000"], ["3334", "3333", "3333"]),
    ("JPY", "999", ["333.50", "666.50"], ["333", "666"]),
    ("JPY", "1000", ["333.50", "666.50"], ["333.50", "666.50"]),
    ("KWD", "10", ["5", "5", "5"], ["3.334", "3.333", "3.333"]),
    ("KWD", "0.002", ["1", "1", "1"], ["0.001", "0.001", "0"]),
]
"""Currency, award, totals of its lines, and the parts of the award that the lines get."""
EARLIER = """
    SELECT trunc(l.total * w.amount / s.asked, 2) + CASE WHEN l.id = s.largest THEN
        w.amount - (SELECT sum(trunc(o.total * w.amount / s.asked, 2)) FROM budget_line o WHERE o.application_id = w.id)
        ELSE 0 END
    FROM budget_line l JOIN award w ON w.id = l.application_id
    JOIN (SELECT application_id, sum(total) AS asked, (array_agg(id ORDER BY total DESC, id))[1] AS largest
          FROM budget_line GROUP BY application_id) s ON s.application_id = w.id
    WHERE w.id = %s ORDER BY l.position
"""
"""What the migration wrote before: each part cut off after two places, and the rest to the largest line."""
_numbers = itertools.count()


def migrate(url: str, revision: str) -> None:
    """Bring a database to a revision as its owner."""
    settings = alembic.config.Config()
    settings.set_main_option("script_location", str(ROOT / "grants" / "migrations"))
    settings.attributes["url"] = url
    alembic.command.upgrade(settings, revision)


@pytest.fixture
def old(postgres: InMemory) -> Iterator[str]:
    """The name of a database of the release before, with these awards and their lines only."""
    name = f"old_{os.getpid()}_{next(_numbers)}"
    create_database(postgres.url("postgres", "postgres"), name)
    postgres.take_in(name)
    migrate(postgres.url("grants_owner", name), "0003")
    with psycopg.connect(plain(postgres.url("postgres", name)), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for id, (currency, amount, totals, _) in enumerate(AWARDS, 1):
            superuser.execute(
                "INSERT INTO award (id, application_id, number, amount, currency, starts_on, ends_on, made_by)"
                " VALUES (%s, %s, %s, %s, %s, '2026-01-01', '2026-12-31', 1)",
                [id, id, f"A-{id}", amount, currency],
            )
            for position, total in enumerate(totals):
                superuser.execute(
                    "INSERT INTO budget_line (application_id, position, what, category, total)"
                    " VALUES (%s, %s, 'Line', 'equipment', %s)",
                    [id, position, total],
                )
    yield name
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_awards_are_divided_to_the_last_unit_of_their_currency(postgres: InMemory, old: str) -> None:
    migrate(postgres.url("grants_owner", old), "0004")

    with psycopg.connect(plain(postgres.url("postgres", old))) as reader:
        rows = reader.execute("SELECT application_id, agreed FROM budget_line ORDER BY application_id, position")
        found: dict[int, list[Decimal]] = {}
        for award, agreed in rows:
            found.setdefault(award, []).append(agreed)
    assert list(found.values()) == [[Decimal(part) for part in parts] for *_, parts in AWARDS]


def test_before_the_largest_line_got_more_than_was_requested_for_it(postgres: InMemory, old: str) -> None:
    """The twin: the constraint `budget_line_agreed_within_what_was_asked` then refused the migration."""
    with psycopg.connect(plain(postgres.url("postgres", old))) as reader:
        dollars, yen, dinars = ([part for (part,) in reader.execute(EARLIER, [award])] for award in (1, 4, 7))

    assert dollars == [Decimal("1000.01"), Decimal("999.99"), Decimal("999.99")]
    assert yen == [Decimal("3333.34"), Decimal("3333.33"), Decimal("3333.33")]
    assert dinars == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
