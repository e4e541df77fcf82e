"""The background processes: `grants worker letters`, `grants worker default`, `grants relay`, `grants cron`."""

from __future__ import annotations

import logging

import click

import config
from grants.cli.embedded import knock
from grants.jobs import clock, program
from grants.jobs import relay as relays
from grants.jobs import worker as workers
from grants.services.outbox import QUEUES


def _begin() -> config.Settings:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for talkative in ("rq", "weasyprint.progress", "fontTools"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    return config.read()


@click.command()
@click.argument("queue", type=click.Choice(QUEUES))
def worker(queue: str) -> None:
    """Process one queue until stopped. The current job is finished first."""
    settings = _begin()
    knock(settings, settings.database_url)
    app = program.build(settings)
    workers.prepare(app, queue, program.connect(settings)).work(logging_level="WARNING")


@click.command()
def relay() -> None:
    """Move jobs from the outbox to the queues every second."""
    settings = _begin()
    knock(settings, settings.database_url)
    relays.run(program.build(settings), program.connect(settings))


@click.command()
def cron() -> None:
    """Run the scheduled jobs once a minute."""
    settings = _begin()
    knock(settings, settings.database_url)
    clock.run(program.build(settings))
