"""`grants up`: all servers and processes of the system, in one terminal or as one system service."""

from __future__ import annotations

import socket
import sys
import time
from dataclasses import replace

import click

import config
from config import ROOT, Settings
from grants.cli.administrator import how_to_begin
from grants.cli.embedded import addressed, servers
from grants.cli.process import Process
from grants.cli.supervisor import Supervisor
from grants.cli.unsafe import is_loopback, unsafe
from grants.cli.unworkable import misspelt, silent, unworkable
from grants.outside import mailbox
from grants.outside.servers import Postgres, Unstartable, Valkey, child
from grants.outside.servers.claims import claim

COMMAND = (sys.executable, "-m", "grants.cli")
PORT_SECONDS = 15.0
MEMORY = {"MALLOC_MMAP_THRESHOLD_": "131072"}
"""glibc returns the memory of argon2 to the system after each password. By default it soon keeps 19 MiB for each thread
that has compared one."""
SEALER = ("instance", "seal_database_url", "seal_key", "seal_public_keys", "anchors_url")
"""The settings of the sealer."""


@click.command()
def up() -> None:
    """Start the servers and all processes, and keep them running until Ctrl-C or SIGTERM."""
    settings = config.read()
    refuse_unworkable(settings)
    refuse_unsafe(settings)
    try:
        with claim(settings.instance / "up.lock", "The system"):
            ours = servers(settings)
            mailbox_port = None
            if settings.demo and not settings.smtp_host:
                mailbox.require()
                mailbox_port = free_port()
            parts = stages(addressed(settings, ours), mailbox_port)
            for process in (process for stage in parts for process in stage):
                process.end_orphan()
            wait_for_port(settings)
            Supervisor(ours, parts, log, lambda: begin(settings, ours)).run()
    except Unstartable as error:
        raise click.ClickException(str(error)) from error


def refuse_unworkable(settings: Settings) -> None:
    """Raise ClickException for settings that cannot work, and for servers that do not answer."""
    if found := [*unworkable(settings), *silent(settings)]:
        raise click.ClickException("\n".join(["Not started:", *(f"- {finding}" for finding in found)]))


def refuse_unsafe(settings: Settings) -> None:
    """Raise ClickException for unsafe settings if other machines can reach the system."""
    if is_loopback(settings.host) and is_loopback(settings.public_host):
        log(
            "system",
            f"reachable from this machine only, at {settings.address}; "
            "`grants check` lists what to change before others can use it",
        )
        return
    if found := [*misspelt(), *unsafe(settings)]:
        raise click.ClickException("\n".join(["Not started:", *(f"- {finding}" for finding in found)]))


def wait_for_port(settings: Settings) -> None:
    """Wait until the port of the web server is free, while processes of a killed system end; raises Unstartable."""
    until = time.monotonic() + PORT_SECONDS
    while True:
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, settings.port))
            except OSError as error:
                if time.monotonic() > until:
                    raise Unstartable(f"{settings.host}:{settings.port}: {error.strerror}. Set GRANTS_PORT.") from error
            else:
                return
        time.sleep(0.2)


def free_port() -> int:
    """An unused port on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def begin(settings: Settings, ours: list[Postgres | Valkey]) -> None:
    """Migrate the database, and print how to make the first administrator if there is none.

    A demonstration gets its people as soon as it runs.
    """
    prepare(settings)
    for line in [] if settings.demo else how_to_begin(addressed(settings, ours).database_url):
        log("system", line)


def prepare(settings: Settings) -> None:
    """Migrate the database in a separate process, so that this one stays small; raises Unstartable.

    Does nothing for an operator's own database without GRANTS_OWNER_DATABASE_URL: the operator runs `grants init`.
    """
    if settings.database_url and not settings.owner_database_url:
        return
    done = child.spawn([*COMMAND, "init"], env=config.exported(settings), output=sys.stdout.fileno(), cwd=ROOT)
    if done.wait():
        raise Unstartable("The database could not be migrated. The lines above give the reason.")


def stages(settings: Settings, mailbox_port: int | None) -> list[list[Process]]:
    """The mail server of a demonstration, then all other processes.

    None of them gets the URL of the owner, and only the sealer gets its role and key. It is started on the host that
    has the URL of its role.
    """
    seal = sealer(settings)
    settings = replace(settings, owner_database_url="", seal_database_url="", seal_key="")
    if mailbox_port:
        settings = replace(settings, smtp_host="127.0.0.1", smtp_port=mailbox_port, smtp_tls=False)
    env = config.exported(settings)

    def command(name: str, *words: str, patience: float = 10.0) -> Process:
        return Process(name, (*COMMAND, *words), env, settings.instance, patience)

    first = [command("mailbox", "mailbox", "--port", str(mailbox_port))] if mailbox_port else []
    web = Process("web", gunicorn(settings), env | MEMORY, settings.instance, patience=30.0)
    letters = command("letters", "worker", "letters", patience=60.0)
    default = command("default", "worker", "default", patience=60.0)
    return [first, [web, letters, default, command("relay", "relay"), command("cron", "cron"), *seal]]


def sealer(settings: Settings) -> list[Process]:
    """The sealer, with the settings that it reads and no other; none without the URL of its role."""
    if not settings.seal_database_url:
        return []
    own = Settings(**{name: getattr(settings, name) for name in SEALER})
    return [Process("sealer", (*COMMAND, "sealer"), config.exported(own), settings.instance)]


def gunicorn(settings: Settings) -> tuple[str, ...]:
    """The command line of the web server. Each request is a greenlet, so that slow clients stop nobody (ADR 0017).

    No header of a proxy is believed here; `web.site.proxies` knows the addresses of our proxies.

    The application is loaded once and then forked, so that a second worker adds no start-up time and little memory.
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return (
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--bind", f"{host}:{settings.port}"),
        *("--workers", str(settings.web_processes)),
        *("--worker-class", "gevent"),
        *("--worker-connections", "500"),
        *("--keep-alive", "15"),
        *("--forwarded-allow-ips", ""),
        *("--timeout", "60"),
        *("--graceful-timeout", "25"),
        *("--preload", "--no-control-socket"),
    )


def log(name: str, line: str) -> None:
    """Print one line with the name of its process."""
    click.echo(f"{name:<8} | {line}")
