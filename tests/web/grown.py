"""The same web application on few and on many applications, and what its pages ask the database."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from config import Settings
from grants.db import db
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.web import create_app
from tests.application import share_compiled
from tests.bench import seeding
from tests.bench.lists import Site, statements
from tests.databases import copied, settings_for

FEW, MANY = 120, 360
TABLES = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
Sites = tuple[Site, Site]
_numbers = itertools.count()


@contextmanager
def grown(postgres: Postgres, template: str, folder: Path) -> Iterator[Sites]:
    """A site with FEW applications and one with MANY, each on a database of its own that ends with the block."""
    number = next(_numbers)
    names = [f"grown_{os.getpid()}_{number}_{size}" for size in (FEW, MANY)]
    databases = [copied(postgres, template, name) for name in names]
    few, many = (
        _site(postgres, next(database), folder, size) for database, size in zip(databases, (FEW, MANY), strict=True)
    )
    yield few, many
    for site, database in zip((few, many), databases, strict=True):
        with site.app.app_context():
            db.engine.dispose()
        next(database, None)


def _site(postgres: Postgres, name: str, folder: Path, size: int) -> Site:
    app = share_compiled(create_app(settings_for(postgres, name, folder)), postgres)
    return Site(app, seeding.fill(app, size))


def asked(site: Site, name: str, address: str) -> int:
    """The number of statements of the page when it is opened for the second time."""
    site.get(name, address)
    with statements() as sent:
        site.get(name, address)
    return len(sent)


def owner(site: Site) -> psycopg.Connection[Any]:
    """A connection of the owner of the tables, in autocommit mode."""
    settings: Settings = site.app.extensions["settings"]
    return psycopg.connect(plain(settings.owner_database_url), autocommit=True)


def growing(sites: Sites) -> frozenset[str]:
    """The tables that have more rows when there are more applications."""
    sizes = []
    for site in sites:
        with owner(site) as connection:
            sizes.append(dict(connection.execute(TABLES).fetchall()))
    few, many = sizes
    return frozenset(table for table in many if many[table] > few[table])


def scanned(site: Site, name: str, address: str) -> set[str]:
    """The tables that the page reads from their first row to their last, because no index leads to what it needs.

    PostgreSQL is told to avoid such sequential scans, so that it makes one only where it has no other way. A subquery
    that looks for the newest row in the order of an index reads the whole table too, when there is no such row.
    """
    queries = _queries(site, name, address)
    with site.app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plans = [
            connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
            for statement, values in queries
        ]
    return {table for [plan] in plans for table in _read_whole(plan["Plan"])}


def _read_whole(node: Mapping[str, Any], *, newest: bool = False) -> Iterator[str]:
    """The tables that this node of a plan or one below it reads whole. newest: a subquery takes its first rows."""
    kind = node["Node Type"]
    if kind == "Seq Scan" or (newest and kind == "Index Scan" and "Index Cond" not in node):
        yield node["Relation Name"]
    newest = kind == "Limit" and node.get("Parent Relationship") == "SubPlan"
    for below in node.get("Plans", ()):
        yield from _read_whole(below, newest=newest)


def _queries(site: Site, name: str, address: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The queries of the page, with their values."""
    sent: list[tuple[str, Mapping[str, Any]]] = []

    def listen(connection: object, cursor: object, statement: str, values: Any, *rest: object) -> None:
        sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        site.get(name, address)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    return [(statement, values) for statement, values in sent if statement.startswith(("SELECT", "WITH"))]
