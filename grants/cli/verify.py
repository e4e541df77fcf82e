"""`grants verify`: find changes made outside the application."""

from __future__ import annotations

from dataclasses import replace

import click

import config
from grants.cli.embedded import kept
from grants.db import bind_app
from grants.outside import keys
from grants.outside.storage import Damaged, Storage
from grants.services.integrity import submissions, verification


@click.command()
def verify() -> None:
    """Compare history, steps, submissions, ledger and documents.

    Lists the differences and exits with 1 if there are any. What is known not to be stored is listed too.
    """
    with kept(config.read()) as settings:
        readable = replace(settings, database_url=settings.read_database_url or settings.database_url)
        with bind_app(readable, "grants.verify").app_context():
            key = keys.kept(settings.instance, "history_seal")
            found = [
                str(message)
                for message in verification.findings(key, lambda sha256: _whole(Storage(settings.files), sha256))
            ]
            known = [str(message) for message in submissions.notes()]
    for line in known:
        click.echo(f"Note: {line}")
    for line in found:
        click.echo(f"- {line}")
    if found:
        raise click.ClickException(f"Differences found: {len(found)}.")
    click.echo("No differences found in history, steps, ledger and documents.")


def _whole(storage: Storage, sha256: str) -> bool:
    try:
        storage.get(sha256)
    except (FileNotFoundError, Damaged):
        return False
    return True
