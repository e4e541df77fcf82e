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
from grants.outside.storage import Storage
from grants.services.integrity.verifying import verification
from workflows.programmes import read_also


@click.command()
def verify() -> None:
    """Compare schema, history, checkpoints, steps, submissions, ledger and documents.

    Lists the differences and exits with 1 if there are any. Also lists, as notes, what cannot be compared.
    """
    with kept(config.read()) as settings:
        readable = replace(settings, database_url=settings.read_database_url or settings.database_url)
        read_also(settings.programmes)
        with bind_app(readable, "grants.verify").app_context():
            found = _print(settings)
    if found:
        raise click.ClickException(f"Differences found: {found}.")
    click.echo("No differences found in schema, history, checkpoints, steps, submissions, ledger or documents.")


def _print(settings: config.Settings) -> int:
    """Print the notes and each finding as soon as it is known; returns how many. Raises ClickException for a bad key.

    An error that no check expects ends the command with a traceback, below the findings before it.
    """
    try:
        held = evidence(settings)
    except BadKey as error:
        raise unusable(error) from error
    storage, found = Storage(settings.files), 0
    lines = verification.findings(held, storage.is_whole, noted=lambda note: click.echo(f"Note: {note}"))
    for line in lines:
        click.echo(f"- {line}")
        found += 1
    return found
