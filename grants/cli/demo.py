"""`grants story` plays one grant and stops; `grants demo` plays it once and keeps the system running."""

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
from grants.demo import crowd
from grants.demo.cast import CAST, PASSWORD, email, seat
from grants.demo.outcome import facts
from grants.demo.stage import Stage
from grants.demo.story import OPENED, play, written_down
from grants.jobs import program
from grants.outside import mailbox
from grants.outside.servers import Postgres, Unstartable
from grants.outside.servers.postgres import plain

SIGNERS = """
    SELECT p.email, o.name
    FROM application a
    JOIN person p ON p.id = a.created_by
    JOIN organisation o ON o.id = a.organisation_id
    WHERE a.step IN ('decision', 'agreement') AND p.email <> ALL(%s)
    ORDER BY a.id"""


@click.command()
def story() -> None:
    """Play one grant from the call to the impact report through the real web server and workers, then stop."""
    settings = config.read()
    target = settings.instance / "story"
    with _system(replace(settings, instance=target / "system", port=0), fresh=True) as system:
        _play(_running(system), target)
    for name in ("award-letter.pdf", "impact-report.pdf", "story.json"):
        click.echo(f"  {target / name}")


@click.command()
def demo() -> None:
    """Run a demonstration until Ctrl-C or SIGTERM. The first start plays the story of one grant."""
    settings = config.read()
    target = settings.instance / "demo"
    played = (target / "story.json").exists()
    with _system(replace(settings, instance=target), fresh=not played) as system:
        if not played:
            _play(_running(system), target, crowded=True)
        _welcome(_running(system))
        system.wait()


@contextmanager
def _system(settings: Settings, *, fresh: bool) -> Iterator[System]:
    """Run a demonstration for this block; `fresh` first removes what an interrupted story left in the instance.

    It keeps no anchors, which would be among those of the real system. Raises ClickException if the system cannot be
    started or ends before the block does.
    """
    settings = replace(settings, demo=True, anchors_url="")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        if not settings.smtp_host:
            mailbox.require()
        if fresh and not settings.database_url:
            _empty(settings)
        click.echo("Starting PostgreSQL, Valkey, web, workers, relay, clock and sealer …")
        with System(settings) as system:
            yield system
    except (Unstartable, Ended) as error:
        raise click.ClickException(str(error)) from error


def _running(system: System) -> Settings:
    """The settings of the system with the URLs of its servers."""
    return addressed(system.settings, servers(system.settings))


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Exit on a signal, so that everything that was started is stopped."""
    sys.exit(0)


def _empty(settings: Settings) -> None:
    """Delete the database, queues, files and emails of an earlier story."""
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
    """Create the people of the story and play it; raises ClickException if the database is not empty.

    story.json is written last: if it is missing, a later start knows that this one was interrupted.
    """
    if _somebody_there(running):
        raise click.ClickException(
            "The database is not empty, but the story needs an empty one. Set GRANTS_DATABASE_URL to an empty database."
        )
    target.mkdir(parents=True, exist_ok=True)
    stage = Stage(running, click.echo)
    stage.at(OPENED + 1)
    with program.build(running).app_context():
        seat(running)
    click.echo("Playing the story of one grant …")
    with program.build(running).app_context():
        reported = play(stage, target, (lambda: crowd.gather(stage)) if crowded else lambda: None)
        if crowded:
            crowd.finish()
    written_down(reported | facts(running), target / "story.json")
    click.echo(f"Played {len(stage.steps)} steps by {len({step['person'] for step in stage.steps})} people.")


def _somebody_there(running: Settings) -> bool:
    with psycopg.connect(plain(running.read_database_url)) as reader:
        return bool((reader.execute("SELECT EXISTS (SELECT FROM person)").fetchone() or [False])[0])


def _contacts(running: Settings) -> list[tuple[str, str]]:
    """The other people who sign the agreement of what can be awarded now, with their organisation."""
    with psycopg.connect(plain(running.read_database_url)) as reader:
        found = reader.execute(SIGNERS, [[email(key) for key in CAST]]).fetchall()
    return [(address, f"{chapter}: signs its agreement after you award the grant") for address, chapter in found]


def _welcome(running: Settings) -> None:
    click.echo(f"\nThe demonstration runs at {running.address}\nEveryone signs in with the password “{PASSWORD}”.")
    click.echo(f"People with a role also enter a code, which {running.address}/mailbox shows:")
    for key, part in CAST.items():
        whose = f", {part.organisation}" if part.organisation else ""
        click.echo(f"  {email(key):<32} {part.role or 'applicant':<14} {part.name}{whose}")
    for address, chapter in _contacts(running):
        click.echo(f"  {address:<32} {'applicant':<14} {chapter}")
    click.echo(f"Emails are shown at {running.address}/mailbox. Stop with Ctrl-C.\n")
