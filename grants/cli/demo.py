"""`grants story` plays one grant and stops; `grants demo` plays it once, then leaves the system running."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click
import psycopg
from redis import Redis

import config
from config import Settings
from grants.cli.embedded import addressed, servers
from grants.cli.running import Ended, System, let_leave
from grants.cli.story import crowd
from grants.cli.story.cast import CAST, PASSWORD, email, seat
from grants.cli.story.facts import facts
from grants.cli.story.play import play, written_down
from grants.cli.story.stage import Stage
from grants.db import bound
from grants.outside import mailbox
from grants.outside.servers import Postgres, Unstartable
from grants.outside.servers.postgres import plain


@click.command()
def story() -> None:
    """Play one grant from the call to the impact report through the real web and workers, then stop everything."""
    settings = config.read()
    target = settings.instance / "story"
    with _system(replace(settings, demo=True, instance=target / "system", port=0), fresh=True) as system:
        _play(_running(system), target)
    for name in ("award-letter.pdf", "impact-report.pdf", "story.json"):
        click.echo(f"  {target / name}")


@click.command()
def demo() -> None:
    """Play the story into a demonstration that stays up until Ctrl-C or SIGTERM; the second time it starts at once."""
    settings = config.read()
    target = settings.instance / "demo"
    played = (target / "story.json").exists()
    with _system(replace(settings, demo=True, instance=target), fresh=not played) as system:
        if not played:
            _play(_running(system), target, crowded=True)
        _welcome(system.settings)
        system.wait()


@contextmanager
def _system(settings: Settings, *, fresh: bool) -> Iterator[System]:
    """The running system; `fresh` begins with an empty instance, whatever a broken-off story has left in it.

    Raises ClickException where it cannot be started, or ends before the block does.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        if not settings.smtp_host:
            mailbox.require()
        if fresh and not settings.database_url:
            _empty(settings)
        click.echo("Starting PostgreSQL, Valkey, web, workers, relay and clock …")
        with System(settings) as system:
            yield system
    except (Unstartable, Ended) as error:
        raise click.ClickException(str(error)) from error


def _running(system: System) -> Settings:
    """Its settings with the addresses of its servers."""
    return addressed(system.settings, servers(system.settings))


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Told to stop: unwind, so that everything that was started is stopped."""
    sys.exit(0)


def _empty(settings: Settings) -> None:
    """Throw away what an earlier story left: its database, its queues, its files and mails."""
    let_leave(settings)
    for server in servers(settings):
        server.start()
        try:
            if isinstance(server, Postgres):
                with psycopg.connect(plain(server.url("postgres", "postgres")), autocommit=True) as connection:
                    connection.execute("DROP DATABASE IF EXISTS grants WITH (FORCE)")
            else:
                Redis.from_url(server.url).flushall()
        finally:
            server.stop()
    for folder in ("files", "mailbox"):
        shutil.rmtree(settings.instance / folder, ignore_errors=True)


def _play(running: Settings, target: Path, *, crowded: bool = False) -> None:
    """Seat the cast on an empty stage and play; raises ClickException where somebody else's data are.

    story.json is written last: without it a later start knows that this one was broken off.
    """
    if _somebody_there(running):
        raise click.ClickException(
            "The database is not empty. The story plays on an empty one: set GRANTS_DATABASE_URL to another."
        )
    target.mkdir(parents=True, exist_ok=True)
    stage = Stage(running, click.echo)
    stage.at(421)
    with bound(running, "grants.story").app_context():
        seat(running)
    click.echo("Playing the story of one grant …")
    told = play(stage, target)
    if crowded:
        with bound(running, "grants.demo").app_context():
            crowd.gather()
    written_down(told | facts(running), target / "story.json")
    click.echo(f"Played {len(stage.steps)} steps by {len({step['who'] for step in stage.steps})} people.")


def _somebody_there(running: Settings) -> bool:
    with psycopg.connect(plain(running.read_database_url)) as reader:
        return bool((reader.execute("SELECT EXISTS (SELECT FROM person)").fetchone() or [False])[0])


def _welcome(running: Settings) -> None:
    click.echo(f"\nThe demonstration runs at {running.address}\nEverybody signs in with the password “{PASSWORD}”:")
    for key, part in CAST.items():
        whose = f", {part.organisation}" if part.organisation else ""
        click.echo(f"  {email(key):<22} {part.role or 'applicant':<14} {part.name}{whose}")
    click.echo(f"Mails are shown at {running.address}/mailbox. Stop with Ctrl-C.\n")
