"""`grants sealer`: the process that creates checkpoints of history."""

from __future__ import annotations

import logging
from dataclasses import replace

import click
from flask import Flask

import config
from grants.cli.embedded import knock
from grants.db import bind_app
from grants.jobs import sealing
from grants.outside.signing import BadKey


@click.command()
def sealer() -> None:
    """Create a checkpoint of history every minute, with the key and the role of the sealer."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    settings = config.read()
    try:
        sealing.run(app_for(settings), sealing.Sealer(settings))
    except BadKey as error:
        raise unusable(error) from error


def app_for(settings: config.Settings) -> Flask:
    """The application as the role of the sealer; raises ClickException unless its database is reachable."""
    if not settings.seal_database_url and settings.database_url:
        raise click.ClickException("Set GRANTS_SEAL_DATABASE_URL: checkpoints are created by the role grants_seal.")
    knock(settings, settings.seal_database_url)
    return bind_app(replace(settings, database_url=settings.seal_database_url), "grants.sealer")


def unusable(error: BadKey) -> click.ClickException:
    """The message for people when a key of the checkpoints cannot be used."""
    return click.ClickException(f"A checkpoint key cannot be used: {error}. Create one with `grants key`.")
