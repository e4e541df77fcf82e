"""Earlier releases reset when a step was reached at each reminder of the clock; the upgrade puts it back."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from config import ROOT, Settings
from grants.db import db
from grants.jobs import clock
from grants.models import Application, Event
from grants.outside.servers.postgres import plain
from tests import world
from tests.databases import advance, settings_for
from tests.memory import InMemory
from tests.prepared import Prepare
from workflows.engine.roles import Role

[MIGRATION] = (ROOT / "grants" / "migrations" / "versions").glob("*_clock.py")


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two alerts in DRR."""

    def fill() -> None:
        made = world.build(programmes=("DRR",))
        for chapter in ("mg", "bo"):
            row = world.draft(made, code="DRR", chapter=chapter)
            world.apply(made, row, "alert", f"{chapter}1", Role.APPLICANT)

    return prepare("reminded", fill)


@pytest.fixture
def settings(postgres: InMemory, database: str, tmp_path: Path) -> Settings:
    """Settings of the test's own database, without the files of the old instance."""
    return settings_for(postgres, database, tmp_path)


def test_the_upgrade_puts_back_when_an_overdue_step_was_reached(app: Flask, settings: Settings) -> None:
    put_back = import_module(f"grants.migrations.versions.{MIGRATION.stem}").put_back
    advance(settings, 13 * 3_600)
    with app.app_context():
        clock.tick()
        before = {row.id: row.step_at for row in db.session.query(Application)}
        [reminded] = [event.at for event in db.session.query(Event).filter_by(key="late_triage", about_id=1)]
    with psycopg.connect(plain(settings.owner_database_url), autocommit=True) as owner:
        owner.execute("UPDATE application SET step_at = %s WHERE id = 1", [reminded])

        owner.execute(put_back("application").encode())

    with app.app_context():
        after = {row.id: row.step_at for row in db.session.query(Application)}
    assert after[2] == before[2]
    assert timedelta() <= after[1] - before[1] < timedelta(seconds=5)
