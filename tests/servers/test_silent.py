"""Commands that need a database when none answers: they print one message with the remedy and create nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grants.cli import main
from grants.outside.servers import Postgres
from tests.servers_fixture import erase

NOBODY = "postgresql+psycopg://grants_app:x@127.0.0.1:9/grants"
CURE = (
    "Set GRANTS_INSTANCE to the folder of the system you want to use, "
    "or GRANTS_DATABASE_URL to the URL of its database.\n"
)


def run(instance: Path, *words: str, **settings: str) -> Result:
    """The output of a command in this instance."""
    return CliRunner().invoke(main, words, env={"GRANTS_INSTANCE": str(instance), **settings})


def test_next_to_a_demonstration_verify_names_its_folder_and_creates_nothing(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()

    done = run(tmp_path, "verify")

    assert done.exit_code == 1
    assert done.output == (
        f"Error: No database is reachable for the instance {tmp_path}. Set GRANTS_INSTANCE to the folder of the system "
        f"you want to use (that of the demonstration is {tmp_path / 'demo'}), "
        f"or GRANTS_DATABASE_URL to the URL of its database.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_server_without_our_database_is_reported_as_none(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    server.start()

    done = run(tmp_path, "verify", GRANTS_REDIS_URL="redis://127.0.0.1:9")

    server.stop()
    erase(server)
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: No database is reachable for the instance {tmp_path} (")
    assert done.output.endswith(f'database "grants" does not exist). {CURE}')


@pytest.mark.parametrize("words", [["verify"], ["init"], ["worker", "default"], ["relay"]])
def test_every_command_reports_an_address_that_does_not_answer(tmp_path: Path, words: list[str]) -> None:
    given = {"GRANTS_DATABASE_URL": NOBODY, "GRANTS_OWNER_DATABASE_URL": NOBODY, "GRANTS_REDIS_URL": "redis://none"}

    done = run(tmp_path, *words, **given)

    assert done.exit_code == 1
    assert done.output.startswith(f"Error: No database is reachable for the instance {tmp_path} (")
    assert done.output.endswith(f"Connection refused). {CURE}")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize("words", [["worker", "default"], ["relay"]])
def test_no_database_is_guessed_if_none_is_set(tmp_path: Path, words: list[str]) -> None:
    done = run(tmp_path, *words)

    assert (done.exit_code, done.output) == (1, f"Error: No database is reachable for the instance {tmp_path}. {CURE}")
