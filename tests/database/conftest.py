"""One database with a row in every permanent table; tests that change it roll back."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest
from flask import current_app
from psycopg import sql

from grants.db import db, transaction
from grants.models import Document, DocumentEnd, DocumentFile, Organisation, Outbox
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.services import join_requests, locking, profiles, transitions, verifications
from grants.services.profiles import Details
from tests import world
from tests.attachments import pdfs, uploads
from tests.databases import copied
from tests.prepared import Prepare

CHECKPOINT = """
    INSERT INTO checkpoint (id, version, epoch, at, up_to, gaps, below, events, digest, seal)
    VALUES (1, 1, 1, now() - interval '1 day', 0, '[]', 0, 0, %s, %s)"""
"""A checkpoint of an earlier release; only its owner can still insert one."""
Connection = psycopg.Connection[tuple[object, ...]]
Connect = Callable[[str], AbstractContextManager[Connection]]


@pytest.fixture(scope="session")
def filled(prepare: Prepare, active: str) -> str:
    """A database with a grant that is paid, reported and closed, and one draft."""
    return prepare("filled", _fill, active)


def _fill() -> None:
    made, award = world.found(), world.award_of(world.first())
    world.reported(made, award, 1)
    world.paid(made, award)
    world.returned(made, award, "0.50")
    world.draft(made, chapter="bo")
    uploads.newer(made, uploads.document(made), pdfs.honest(2))
    uploads.check_all()
    with transaction() as session:
        organisation = session.get_one(Organisation, made.chapters["mg"].id)
        locking.hold(organisation)
        verifications.begin(organisation, actor=world.SYSTEM, apply=transitions.apply)
        profiles.add(organisation, Details("Chapter of Madagascar"), actor=world.SYSTEM)
        join_requests.ask(world.person("joe"), organisation, title="", days=5)
    with transaction():
        order = db.session.query(Outbox).filter_by(kind="document").order_by(Outbox.id)[0]
        first, second = db.session.query(Document).order_by(Document.id)[:2]
        hash_ = "a" * 64
        db.session.add(
            DocumentFile(document_id=first.id, outbox_id=order.id, sha256=hash_, size=1, pages=1, made_with={})
        )
        db.session.add(DocumentEnd(document_id=second.id, kind="void", reason="The test says so."))
        world.recorded()
    with psycopg.connect(plain(current_app.extensions["settings"].owner_database_url)) as owner:
        owner.execute(CHECKPOINT, [hash_, hash_])
        owner.execute("INSERT INTO digest_mail (sent_on, checkpoint_id) VALUES (now()::date - 1, 1)")


@pytest.fixture(scope="module")
def shared(postgres: Postgres, filled: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A copy for one file of tests, none of which commits."""
    for name in copied(postgres, filled, f"{request.module.__name__.rpartition('.')[2]}_{os.getpid()}"):
        _allow_temporary(postgres, name)
        yield name


@pytest.fixture
def connect(postgres: Postgres, shared: str) -> Connect:
    """A connection in a role, inside a transaction that is rolled back."""

    @contextmanager
    def opened(role: str) -> Iterator[Connection]:
        with psycopg.connect(plain(postgres.url(role, shared))) as connection:
            yield connection
            connection.rollback()

    return opened


@pytest.fixture
def own(postgres: Postgres, filled: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """The address, by role, of a copy for one test alone, which may commit."""
    for name in copied(postgres, filled, f"own_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**9}"):
        _allow_temporary(postgres, name)
        yield functools.partial(_address, postgres, name)


def _allow_temporary(postgres: Postgres, name: str) -> None:
    """Let the application create temporary tables, which a database of ours does not: the guards hold there too."""
    with psycopg.connect(plain(postgres.url("grants_owner", name)), autocommit=True) as owner:
        owner.execute(sql.SQL("GRANT TEMP ON DATABASE {} TO grants_app").format(sql.Identifier(name)))


def _address(postgres: Postgres, name: str, role: str) -> str:
    return plain(postgres.url(role, name))
