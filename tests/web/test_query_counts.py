"""A page with a list needs as many queries for many rows as for few."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Award
from grants.outside.servers import Postgres
from grants.queries.money import awards
from grants.web import create_app
from tests.application import share_compiled
from tests.bench import addresses, seeding
from tests.bench.lists import STATEMENTS, Site, statements
from tests.databases import copied, settings_for
from tests.sweeps import swept

FEW, MANY = 120, 360


@pytest.fixture(scope="module")
def sites(postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site]]:
    """The same web application on few and on many applications."""
    names = [f"counts_{os.getpid()}_{size}" for size in (FEW, MANY)]
    databases = [copied(postgres, template, name) for name in names]
    folder = tmp_path_factory.mktemp("counts")
    made = [
        _site(postgres, next(database), folder, size) for database, size in zip(databases, (FEW, MANY), strict=True)
    ]
    yield made[0], made[1]
    for site, database in zip(made, databases, strict=True):
        with site.app.app_context():
            db.engine.dispose()
        next(database, None)


def _site(postgres: Postgres, name: str, folder: Path, size: int) -> Site:
    app = share_compiled(create_app(settings_for(postgres, name, folder)), postgres)
    return Site(app, seeding.fill(app, size))


def asked(site: Site, principal: str, address: str) -> int:
    """The number of statements of the page when it is opened for the second time."""
    site.get(principal, address)
    with statements() as sent:
        site.get(principal, address)
    return len(sent)


LISTS = swept(
    (pytest.param(name, address, id=f"{name}-{address}") for name, address in addresses.every()),
    lambda name, address: (name, address) if address == "/inbox" else address.partition("?")[0],
)
"""Each list, for the first of its readers; the inbox of each, because every role has its own tasks.

`make sweep` opens each with its filters too, for all its readers.
"""


@pytest.mark.parametrize(("principal", "address"), LISTS)
def test_a_list_needs_as_many_queries_for_many_rows_as_for_few(
    sites: tuple[Site, Site], principal: str, address: str
) -> None:
    few, many = (asked(site, principal, address) for site in sites)

    assert many == few
    assert many <= STATEMENTS


def test_a_list_with_a_query_per_row_is_found(sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch) -> None:
    def without_eager_loading(principal: Principal, **narrowed: Any) -> tuple[list[Award], None]:
        return list(db.session.scalars(select(Award).where(visible(Award, principal)).order_by(Award.id.desc()))), None

    monkeypatch.setattr(awards, "listed", without_eager_loading)

    few, many = (asked(site, "oona", "/awards") for site in sites)

    assert many > few
    assert many > STATEMENTS
