"""`grants verify`: find changes made outside the application."""

from __future__ import annotations

from dataclasses import replace

import click

import config
from grants.cli.embedded import kept
from grants.cli.sealer import unusable
from grants.db import bind_app
from grants.jobs.sealing import evidence
from grants.outside.signing import BadKey
from grants.outside.storage import Damaged, Storage
from grants.services.integrity import seals, submissions, verification
from workflows.engine.message import Message
from workflows.programmes import read_also


@click.command()
def verify() -> None:
    """Compare history, checkpoints, steps, submissions, ledger and documents.

    Lists the differences and exits with 1 if there are any. Also lists, as notes, what cannot be compared.
    """
    with kept(config.read()) as settings:
        readable = replace(settings, database_url=settings.read_database_url or settings.database_url)
        read_also(settings.programmes)
        with bind_app(readable, "grants.verify").app_context():
            found, known = _examined(settings)
    for line in known:
        click.echo(f"Note: {line}")
    for line in found:
        click.echo(f"- {line}")
    if found:
        raise click.ClickException(f"Differences found: {len(found)}.")
    click.echo("No differences found in history, steps, ledger and documents.")


def _examined(settings: config.Settings) -> tuple[list[Message], list[Message]]:
    """The findings and the notes; raises ClickException if a key cannot be used or the anchors cannot be read."""
    try:
        held = evidence(settings)
        found = list(verification.findings(held, lambda sha256: _whole(Storage(settings.files), sha256)))
        return found, [*submissions.notes(), *seals.notes(held)]
    except BadKey as error:
        raise unusable(error) from error
    except OSError as error:
        raise click.ClickException(f"Files or anchors cannot be read: {error}.") from error


def _whole(storage: Storage, sha256: str) -> bool:
    try:
        storage.get(sha256)
    except (FileNotFoundError, Damaged):
        return False
    return True
