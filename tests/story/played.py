"""The whole story in Chromium with script, against a running system; then its most used pages, wide and narrow."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config import Settings
from grants.cli.embedded import addressed, servers
from grants.cli.running import System
from grants.db import bind_app, db
from grants.demo import crowd
from grants.demo.cast import seat
from grants.demo.outcome import facts
from grants.demo.stage import Stage
from grants.demo.story import OPENED, begin, play
from grants.outside.servers import Postgres, Valkey
from grants.outside.servers.postgres import plain
from tests.locks import LOGGED, read_log
from tests.servers_fixture import erase
from tests.story.chromium import PHONE, WIDE, Chromium, Room, room


@dataclass(frozen=True, slots=True)
class Look:
    """A page in a window of some width, the width of the page (both in pixels), and its screenshot."""

    principal: str
    path: str
    window: int
    takes: int
    picture: str


@dataclass(frozen=True, slots=True)
class Played:
    """Results of the story, contents of the database, errors reported by the browser, and screenshots of pages.

    locks: what was wrong with the locks of all processes; locked: the tables that they locked.
    """

    facts: dict[str, Any]
    complaints: tuple[str, ...]
    looks: tuple[Look, ...]
    locks: tuple[str, ...]
    locked: tuple[str, ...]


def play_in_browser(folder: Path, program: Path) -> Played:
    """Start a system in an empty folder, play the story, take screenshots, and stop it; only the screenshots remain."""
    settings = Settings(instance=folder / "system", demo=True, port=0, argon2_time=1, argon2_kib=8)
    homes = Postgres(settings.instance), Valkey(settings.instance)
    try:
        with System(settings) as system, room(program) as people:
            running = addressed(system.settings, servers(system.settings))
            log_statements(homes[0])
            return _act(running, people, folder)
    finally:
        for server in homes:
            erase(server)


def log_statements(server: Postgres) -> None:
    """Make a running server write every statement to its log."""
    with psycopg.connect(plain(server.url("postgres", "postgres")), autocommit=True) as superuser:
        for name, value in LOGGED.items():
            superuser.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        superuser.execute("SELECT pg_reload_conf()")


def _act(running: Settings, people: Room, folder: Path) -> Played:
    """Play the story on an empty database, then take screenshots."""
    text_found: list[str] = []
    stage = Stage(running, text_found.append, people.visitor)
    stage.at(OPENED + 1)
    with bind_app(running, "grants.story").app_context():
        seat(running)
        db.engine.dispose()
    outcome = play(stage, folder) | facts(running)
    with bind_app(running, "grants.story").app_context():
        call = crowd.open_current(crowd.receive())["BTN-L"].id
        db.engine.dispose()
    looks = [
        look
        for principal, path in pages(stage, outcome, call)
        for look in _look(stage, principal, path, folder / "pictures")
    ]
    locks = read_log((running.instance / "log" / "postgres.log").read_text("utf-8"), "grants_app")
    locked = {table for pair in locks.pairs for table in pair}
    return Played(outcome, tuple(people.complaints), tuple(looks), tuple(locks.findings), tuple(sorted(locked)))


def pages(stage: Stage, outcome: dict[str, Any], call: int) -> list[tuple[str, str]]:
    """The most used pages, by the person who uses them. The first is a draft started for this purpose in an open call.

    call: the open call; that of the story has closed.
    """
    wanjiru = stage.browser("wanjiru")
    draft, grant = begin(wanjiru, call), outcome["applications"]["granted"]
    return [
        ("wanjiru", f"/applications/{draft}/write"),
        ("wanjiru", f"/calls/{call}"),
        ("hanta", "/"),
        ("hanta", "/inbox"),
        ("hanta", f"/applications/{grant}"),
        ("hanta", f"/applications/{grant}/award"),
        ("hanta", "/reports/2"),
        ("nia", "/inbox"),
        ("nia", f"/applications/{grant}"),
        ("nia", "/applications"),
        ("nia", f"/office/calls/{outcome['call']}"),
        ("ines", "/reviews"),
        ("rosa", "/batches/1"),
        ("rosa", "/funds/1"),
    ]


def _look(stage: Stage, principal: str, path: str, pictures: Path) -> list[Look]:
    pictures.mkdir(exist_ok=True)
    visitor, found = stage.browser(principal), []
    assert isinstance(visitor, Chromium)
    for size in (WIDE, PHONE):
        picture = pictures / f"{principal}{path.replace('/', '-')}-{size[0]}.jpg"
        found.append(Look(principal, path, size[0], visitor.look_at(path, size, picture), str(picture)))
    return found


def kept(played: Played) -> str:
    """The play as JSON, for the other test processes."""
    return json.dumps(asdict(played))


def read(text: str) -> Played:
    """The play read from its JSON."""
    found = json.loads(text)
    looks = tuple(Look(**look) for look in found["looks"])
    return Played(found["facts"], tuple(found["complaints"]), looks, tuple(found["locks"]), tuple(found["locked"]))
