"""A page needs as many queries for many applications as for few, and finds its rows by indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Award
from grants.outside.servers import Postgres
from grants.queries.money import awards
from tests.bench import addresses
from tests.sweeps import swept
from tests.web import grown
from tests.web.grown import Sites

pytestmark = pytest.mark.sweep

INDEX = "CREATE INDEX document_superseded_idx ON document (supersedes_id) WHERE supersedes_id IS NOT NULL"
PAGES = swept(
    (pytest.param(name, address, id=f"{name}-{address}") for name, address in addresses.every()),
    lambda name, address: (name, address) if address == "/inbox" else address.partition("?")[0],
)
"""Each page, for the first of its readers; the inbox of each, because every role has its own tasks.

`make sweep` opens each with its filters too, for all its readers.
"""


@pytest.fixture(scope="module")
def sites(postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """The same web application on few and on many applications."""
    with grown.grown(postgres, template, tmp_path_factory.mktemp("grown")) as made:
        yield made


@pytest.fixture(scope="module")
def growing(sites: Sites) -> frozenset[str]:
    """The tables that grow with the applications."""
    return grown.growing(sites)


@pytest.mark.parametrize(("name", "address"), PAGES)
def test_a_page_needs_as_many_queries_for_many_rows_as_for_few(sites: Sites, name: str, address: str) -> None:
    few, many = (grown.asked(site, name, address) for site in sites)

    assert many == few
    assert many <= addresses.most(address)


def test_a_list_with_a_query_per_row_is_found(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_eager_loading(principal: Principal, **narrowed: Any) -> tuple[list[Award], None]:
        return list(db.session.scalars(select(Award).where(visible(Award, principal)).order_by(Award.id.desc()))), None

    monkeypatch.setattr(awards, "listed", without_eager_loading)

    few, many = (grown.asked(site, "oona", "/awards") for site in sites)

    assert many > few
    assert many > addresses.MOST


@pytest.mark.parametrize(("name", "address"), PAGES)
def test_a_page_finds_its_rows_by_an_index(sites: Sites, growing: frozenset[str], name: str, address: str) -> None:
    assert growing & grown.scanned(sites[1], name, address) == set()


def test_without_its_index_a_lookup_reads_the_whole_table(sites: Sites, growing: frozenset[str]) -> None:
    with grown.owner(sites[1]) as connection:
        connection.execute("DROP INDEX document_superseded_idx")
        try:
            found = grown.scanned(sites[1], "", "/v/{document}")
        finally:
            connection.execute(INDEX)

    assert growing & found == {"document"}
    assert growing & grown.scanned(sites[1], "", "/v/{document}") == set()
