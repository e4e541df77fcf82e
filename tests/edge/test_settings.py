"""Each setting that cannot work, or is unsafe, is refused with a sentence that says what to enter."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path

import click
import psycopg
import pytest
from click.testing import CliRunner

import config
from config import ROOT, Settings
from grants.cli import main, unworkable, up
from grants.cli.check import database
from grants.cli.unsafe import Finding, unsafe
from grants.outside.servers import Postgres
from grants.outside.storage import Storage
from grants.web import create_app
from tests.browser import anonymous
from tests.servers.test_unsafe import SAFE
from tests.sweeps import swept

FOLDER = Path("/var/tmp/foundation-grants")  # noqa: S108 - nothing is written there
"""A folder that could be created, outside of the one for temporary files, where the home of a test run may lie."""
SETTINGS = replace(SAFE, instance=FOLDER / "instance", files_url="", anchors_url=f"file://{FOLDER}/anchors")
FILE = "/bin/sh"
TABLE = Path(__file__).with_name("settings.txt").read_text("utf-8")
CASES = re.findall(r"^(GRANTS_\w+)=(.*)\n    (.+)$", TABLE, re.MULTILINE)
"""The setting, a value, and the whole sentence."""


def variables(settings: Settings) -> dict[str, str]:
    """The settings as environment variables."""
    names = {f"GRANTS_{item.name.upper()}" for item in fields(Settings)}
    return {name: text for name, text in config.exported(settings).items() if name in names}


def problems(environ: dict[str, str]) -> list[str]:
    """What `grants check` and `grants up` say about these settings, before they ask a server."""
    try:
        settings = config.read(environ)
    except config.Invalid as error:
        return list(error.problems)
    return list(dict.fromkeys(str(one) for one in (*unworkable.unworkable(settings), *unsafe(settings))))


def test_settings_that_work_and_are_safe_have_no_problem() -> None:
    assert problems(variables(SETTINGS)) == []


@pytest.mark.parametrize(("name", "value", "sentence"), CASES, ids=[f"{name}={value}" for name, value, _ in CASES])
def test_a_value_is_refused_with_a_sentence(name: str, value: str, sentence: str) -> None:
    assert problems(variables(SETTINGS) | {name: value.replace("\\n", "\n")}) == [sentence]


def test_all_values_that_cannot_work_are_named_at_once() -> None:
    found = problems(variables(SETTINGS) | {"GRANTS_PORT": "abc", "GRANTS_DEMO": "maybe", "GRANTS_HOST": ""})

    assert [sentence.partition(" ")[0] for sentence in found] == ["GRANTS_HOST", "GRANTS_PORT", "GRANTS_DEMO"]


def test_no_sentence_repeats_a_secret() -> None:
    secrets = {f"GRANTS_{item.name.upper()}": "hush\n" for item in fields(Settings) if item.metadata["secret"]}

    found = problems(variables(SETTINGS) | secrets)

    assert len(found) == len(secrets) >= 10
    assert "hush" not in "".join(found)


@pytest.mark.parametrize("check", unworkable.CHECKS, ids=lambda check: check.__name__)
def test_without_its_check_a_value_that_cannot_work_passes(
    check: Callable[[Settings], Iterator[Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    wrong = replace(
        SETTINGS,
        instance=Path(FILE),
        files_url="nosuch://",
        programmes=("/nonexistent",),
        seal_key="short",
        smtp_user="grants",
        oidc_client_id="grants",
        database_url="",
    )
    found = list(check(wrong))
    monkeypatch.setattr(unworkable, "CHECKS", [one for one in unworkable.CHECKS if one is not check])

    assert found
    assert not set(found) & set(unworkable.unworkable(wrong))


@pytest.mark.parametrize(("hosts", "status"), [(("localhost",), 400), ((), 200), ((".org",), 200)])
def test_such_trusted_hosts_would_accept_the_address_of_another_site(
    settings: Settings, hosts: tuple[str, ...], status: int
) -> None:
    """Counter-test: the effect of values that are refused."""
    app = create_app(replace(settings, trusted_hosts=hosts))

    assert anonymous(app).get("/", headers={"Host": "elsewhere.org"}).status_code == status


def test_such_values_would_end_the_start_with_a_traceback() -> None:
    """Counter-test: the effect of further ones."""
    with pytest.raises(OverflowError):
        up.wait_for_port(Settings(port=99_999))
    with pytest.raises(ValueError, match="Protocol not known"):
        Storage("nosuch://")
    with pytest.raises(psycopg.ProgrammingError):
        psycopg.connect("garbage")


COMMANDS = [(*up.COMMAND, name) for name in ("check", "up", "demo", "init", "verify", "relay", "cron", "sealer")]
WSGI = (sys.executable, "-c", "import wsgi")


@pytest.mark.parametrize("command", swept([pytest.param(one) for one in [*COMMANDS, WSGI]], lambda one: one is WSGI))
def test_each_program_ends_with_the_sentences_and_without_a_traceback(command: tuple[str, ...]) -> None:
    env = config.exported(Settings()) | {"GRANTS_PORT": "abc", "GRANTS_TRUSTED_HOSTS": ".org"}

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    printed = done.stdout + done.stderr
    assert done.returncode == 1
    assert "GRANTS_PORT is 'abc'; enter a whole number." in printed
    assert "GRANTS_TRUSTED_HOSTS is '.org'; it would accept any host name; list the hosts one by one." in printed
    assert "Traceback" not in printed


def started(settings: Settings) -> str:
    """What `grants up` says when it refuses to start with these settings."""
    result = CliRunner().invoke(main, ["up"], env=variables(settings))

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.output


@pytest.mark.parametrize("name", [f"{role}database_url" for role in ("", "owner_", "read_", "seal_")])
def test_a_server_that_does_not_answer_is_named(name: str, postgres: Postgres, template: str, tmp_path: Path) -> None:
    url = postgres.url("grants_app", template)
    settings = Settings(
        instance=tmp_path,
        database_url=url,
        owner_database_url=url,
        read_database_url=url,
        seal_database_url=url,
        redis_url=f"unix://{tmp_path}/none.sock",
    )
    wrong = replace(settings, **{name: "postgresql+psycopg://grants_app:x@127.0.0.1:9/grants"})  # type: ignore[arg-type]

    printed = started(wrong)

    assert f"- GRANTS_{name.upper()}: The connection failed: " in printed
    assert "- GRANTS_REDIS_URL: The connection failed: " in printed
    assert printed.count("- GRANTS_") == 2


def test_a_wrong_password_is_named(postgres: Postgres, template: str, tmp_path: Path) -> None:
    url = postgres.url("grants_app", template).replace("grants_app:", "grants_app:not-")

    assert 'failed: password authentication failed for user "grants_app".' in started(
        Settings(instance=tmp_path, database_url=url)
    )


def test_a_misspelt_setting_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANTS_TRUSTED_HOST", "grants.foundation.example")
    sentence = "GRANTS_TRUSTED_HOST: There is no such setting. Correct its name, or remove it."

    assert [str(finding) for finding in unworkable.misspelt()] == [sentence]
    with pytest.raises(click.ClickException, match=sentence):
        up.refuse_unsafe(SETTINGS)
    monkeypatch.delenv("GRANTS_TRUSTED_HOST")
    up.refuse_unsafe(SETTINGS)


def test_a_programme_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("import nothing_like_this\n")

    found = problems(variables(SETTINGS) | {"GRANTS_PROGRAMMES": str(tmp_path)})

    wrong = "own.py: ModuleNotFoundError: No module named 'nothing_like_this'."
    assert found == [f"GRANTS_PROGRAMMES: {wrong} Correct it, or set it to the folder of your programmes."]


def test_a_server_with_too_few_connections_for_the_web_processes_is_found(postgres: Postgres, template: str) -> None:
    found = [finding.name for finding in database(postgres.url("grants_app", template), 64)]

    assert "PostgreSQL max_connections" in found
    assert "PostgreSQL max_connections" not in {one.name for one in database(postgres.url("grants_app", template), 2)}


def test_the_table_is_read_whole() -> None:
    assert len(CASES) == len(re.findall("^GRANTS_", TABLE, re.MULTILINE)) >= 90
