"""`grants verify`: nothing was changed by hand."""

from __future__ import annotations

from dataclasses import replace

import click

import config
from grants.cli.embedded import kept
from grants.db import bound
from grants.outside import keys
from grants.outside.storage import Damaged, Storage
from grants.services import verification


@click.command()
def verify() -> None:
    """Hold history, steps, ledger and documents against each other; exit 1 and say what does not fit."""
    with kept(config.read()) as settings:
        readable = replace(settings, database_url=settings.read_database_url or settings.database_url)
        with bound(readable, "grants.verify").app_context():
            key = keys.kept(settings.instance, "history_seal")
            found = [
                str(say) for say in verification.findings(key, lambda sha256: _whole(Storage(settings.files), sha256))
            ]
    for line in found:
        click.echo(f"- {line}")
    if found:
        raise click.ClickException(f"{len(found)} things do not fit.")
    click.echo("Everything fits: history, steps, ledger, documents.")


def _whole(storage: Storage, sha256: str) -> bool:
    try:
        storage.get(sha256)
    except (FileNotFoundError, Damaged):
        return False
    return True
