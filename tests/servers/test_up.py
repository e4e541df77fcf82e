"""The processes that `grants up` starts, and the cases in which it refuses."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import click
import pytest
from flask import Flask

import config
from config import Settings
from grants.cli import up
from grants.cli.administrator import how_to_begin
from grants.db import db, transaction
from grants.outside.servers import Unstartable
from grants.services import persons, transitions
from tests import world as w
from tests.servers.test_unsafe import SAFE
from workflows.engine.roles import Role


def test_the_processes_match_the_design_and_none_uses_the_owner(tmp_path: Path) -> None:
    settings = replace(SAFE, instance=tmp_path)

    mailbox, rest = up.stages(settings, None)

    assert mailbox == []
    assert [process.name for process in rest] == ["web", "letters", "default", "relay", "cron", "sealer"]
    shared = replace(settings, owner_database_url="", seal_database_url="", seal_key="")
    assert {config.read(process.env) for process in rest[:-1]} == {shared}


def test_only_the_sealer_has_its_key_and_it_has_no_other_secret(tmp_path: Path) -> None:
    _, (*others, sealer) = up.stages(
        replace(SAFE, instance=tmp_path, secret_key="s" * 40, smtp_password="p" * 40), None
    )

    assert sealer.argv[-1:] == ("sealer",)
    assert [process.name for process in others if SAFE.seal_key in process.env.values()] == []
    assert config.read(sealer.env) == Settings(
        instance=tmp_path,
        seal_database_url=SAFE.seal_database_url,
        seal_key=SAFE.seal_key,
        seal_public_keys=SAFE.seal_public_keys,
        anchors_url=SAFE.anchors_url,
    )


def test_a_host_without_the_role_of_the_sealer_starts_none(tmp_path: Path) -> None:
    _, rest = up.stages(replace(SAFE, instance=tmp_path, seal_database_url=""), None)

    assert "sealer" not in {process.name for process in rest}


def test_the_demonstration_sends_its_mail_to_its_own_mailbox(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, demo=True)

    (mailbox,), rest = up.stages(settings, 2525)

    assert mailbox.argv[-2:] == ("--port", "2525")
    visible = {config.read(process.env) for process in rest}
    assert visible == {replace(settings, smtp_host="127.0.0.1", smtp_port=2525, smtp_tls=False)}


@pytest.mark.parametrize("changed", [{"host": "0.0.0.0"}, {"public_url": "https://grants.foundation.example"}])  # noqa: S104 - refused
def test_unsafe_settings_are_refused_on_a_reachable_host(changed: dict[str, str]) -> None:
    with pytest.raises(click.ClickException, match="Not started:\n- GRANTS_DEMO"):
        up.refuse_unsafe(replace(Settings(demo=True), **changed))  # type: ignore[arg-type]


def test_the_same_settings_start_on_a_local_host() -> None:
    """Counter-test: the settings are unsafe only on a reachable host."""
    up.refuse_unsafe(Settings(demo=True))


def test_safe_settings_start_on_any_host() -> None:
    up.refuse_unsafe(replace(SAFE, host="0.0.0.0"))  # noqa: S104 - allowed


def test_an_occupied_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "PORT_SECONDS", 0.1)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Unstartable, match=f"127.0.0.1:{port}: Address already in use. Set GRANTS_PORT."):
            up.wait_for_port(Settings(port=port))


def test_the_start_says_how_to_make_the_first_administrator(app: Flask, settings: Settings) -> None:
    before = how_to_begin(settings.database_url)
    with app.app_context(), transaction():
        ada = w.person("ada")
        persons.appoint(ada, Role.ADMINISTRATOR, actor=w.SYSTEM)
    after = how_to_begin(settings.database_url)
    with app.app_context(), transaction():
        persons.end(db.session.merge(ada), actor=w.SYSTEM, apply=transitions.apply)

    assert before == [
        "There is no administrator yet. Create the first one with:",
        '    grants person add you@example.org --name "Your Name"',
        "    grants role give you@example.org administrator",
    ]
    assert (after, how_to_begin(settings.database_url)) == ([], before)


def test_a_silent_database_adds_nothing_to_the_start() -> None:
    assert how_to_begin("postgresql://nobody@127.0.0.1:9/grants") == []


@pytest.mark.parametrize(("demo", "printed"), [(False, ["begin"]), (True, [])])
def test_the_start_of_a_demonstration_mentions_no_administrator(
    monkeypatch: pytest.MonkeyPatch, *, demo: bool, printed: list[str]
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(up, "prepare", lambda _: None)
    monkeypatch.setattr(up, "how_to_begin", lambda _: ["begin"])
    monkeypatch.setattr(up, "log", lambda _, line: lines.append(line))

    up.begin(replace(SAFE, demo=demo), [])

    assert lines == printed
