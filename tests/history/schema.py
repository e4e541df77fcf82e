"""Writes the schema that `grants verify` expects: `python -m tests.history.schema`, after a migration was added."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from config import Settings
from grants.cli.init import migrate
from grants.db import bind_app, db
from grants.outside.servers import create_database
from grants.services.integrity.verifying import catalogue, schema
from tests.dumps import new_cluster


def described(url: str) -> dict[str, str]:
    """The description of the database at the URL, as `grants verify` reads it."""
    with bind_app(Settings(database_url=url), "tests.schema").app_context():
        schema.fix_session()
        found = catalogue.described()
        db.session.remove()
        db.engine.dispose()
    return found


def written(found: dict[str, str]) -> str:
    """The content of the file: one line for each object, in the order of their names."""
    return json.dumps(found, indent=0, ensure_ascii=False) + "\n"


def main() -> None:
    """Migrate a database of a new cluster and write its description."""
    with tempfile.TemporaryDirectory() as folder, new_cluster(Path(folder) / "new") as cluster:
        create_database(cluster.url("postgres", "postgres"), "grants")
        migrate(cluster.url("grants_owner"))
        schema.STORED.write_text(written(described(cluster.url("grants_read"))), "utf-8")


if __name__ == "__main__":
    main()
