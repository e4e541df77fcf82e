"""The structure described in `docs/adr/0001-layers.md`: sizes, names, imports, and actions with a single place."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys

import pytest

from config import ROOT
from tests.conventions import code

LINES, FUNCTION, TEMPLATE_LINE, STATIC_LINE = 400, 40, 140, 120
FLAT = 8
DRAWERS = {"utils", "helpers", "common", "manager", "managers", "misc", "util"}
TOP = {
    "grants", "templates", "workflows", "reports", "tests", "docs", "config.py", "wsgi.py", "pyproject.toml",
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Makefile", "requirements.lock", "requirements-dev.lock",
    ".ci", ".gitignore", "deploy",
}  # fmt: skip


def test_no_file_has_more_than_400_lines() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in (*code.python(), *code.tests(), *code.templates(), *code.static(), *code.print_styles())
        if (n := len(p.read_text("utf-8").splitlines())) > LINES
    }

    assert long == {}


def test_no_line_of_a_template_stylesheet_or_script_is_too_long() -> None:
    limits = [(code.templates(), TEMPLATE_LINE), (code.static(), STATIC_LINE)]
    long = [
        (str(path.relative_to(ROOT)), number, len(line))
        for paths, most in limits
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > most
    ]

    assert long == []


def test_every_stylesheet_and_script_begins_with_a_sentence() -> None:
    first = {str(path.relative_to(ROOT)): path.read_text("utf-8").splitlines()[0] for path in code.static()}

    assert {path: line for path, line in first.items() if not re.fullmatch(r"/\* [A-Z].*\. \*/", line)} == {}


def test_the_pages_stand_in_folders() -> None:
    flat = [path.name for path in (ROOT / "grants" / "web").iterdir() if path.is_file()]

    assert len(flat) <= FLAT, flat


def test_no_function_has_more_than_40_lines() -> None:
    long = [
        (path, name, lines) for path, tree in code.trees() for name, lines in code.functions(tree) if lines > FUNCTION
    ]

    assert long == []


def test_the_median_file_and_function_are_small() -> None:
    files = statistics.median(len(p.read_text("utf-8").splitlines()) for p in code.python())
    functions = statistics.median(lines for _, tree in code.trees() for _, lines in code.functions(tree))

    assert files <= 110, files
    assert functions <= 9, functions


def test_no_module_has_a_catch_all_name() -> None:
    assert [str(p) for p in code.python() if p.stem in DRAWERS or re.search(r"\d$", p.stem)] == []
    assert [p for p in code.python() if p.stem == "base" and p.parent.name != "forms"] == []


def test_the_top_level_contains_the_standard_files_only() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )

    assert {path.split("/")[0] for path in listed if path} - TOP == set()


def test_imports_follow_the_layers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_config_imports_no_project_module_and_nothing_imports_wsgi() -> None:
    imported = {path: _imported(tree) for path, tree in code.trees()}

    assert imported["config.py"] & {"grants", "workflows", "reports", "wsgi"} == set()
    assert [path for path, names in imported.items() if "wsgi" in names] == []


def _imported(tree: ast.Module) -> set[str]:
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def test_only_one_module_sets_steps() -> None:
    written = {path for path, tree in code.trees() if path.startswith("grants") for _ in code.assigned(tree, "step")}

    assert written == {"grants/services/transitions.py"}


def test_only_the_clock_of_the_database_is_read() -> None:
    others = ("datetime.now", "datetime.utcnow", "date.today", "time.time", "func.now", "func.current_timestamp")
    read = {
        path
        for path, tree in code.trees()
        if path.startswith(("grants", "workflows", "reports"))
        for _ in code.calls(tree, *others)
    }

    assert read == set()


def test_only_the_settings_read_the_environment() -> None:
    texts = {path: ast.unparse(tree) for path, tree in code.trees()}
    read = {path for path, text in texts.items() if "os.environ" in text or "getenv" in text}

    assert read == {"config.py"}


def test_transactions_are_opened_at_the_edge_only() -> None:
    edge = ("grants/web/", "grants/jobs/", "grants/cli/", "grants/demo/")
    opened = {path for path, tree in code.trees() for _ in code.calls(tree, "transaction")}

    assert "grants/web/transitions.py" in opened
    assert {path for path in opened if not path.startswith(edge)} == set()


def test_services_never_commit() -> None:
    below = ("grants/services/", "grants/queries/", "grants/models/", "grants/access/")
    commits = [
        path
        for path, tree in code.trees()
        if path.startswith(below)
        for _ in code.calls(tree, "db.session.commit", "session.commit")
    ]

    assert commits == []


def test_no_handler_catches_every_exception() -> None:
    broad = [
        (path, node.lineno)
        for path, tree in code.trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception")
    ]

    assert broad == []


@pytest.fixture(scope="module")
def carried() -> set[str]:
    """The modules loaded by a web process."""
    probe = "import sys, grants.web; grants.web.blueprints(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["weasyprint", "scipy", "numpy", "rq", "redis"])
def test_a_web_process_loads_neither_the_print_engine_nor_the_queue(carried: set[str], module: str) -> None:
    assert "grants.web.tasks.routes" in carried
    assert module not in carried


def test_no_machine_path_and_no_package_registry_is_named() -> None:
    named = re.compile(
        r"(?<![\w.])/(work|root/\.)(/|\b)|pypi\.org/simple|files\.pythonhosted|registry\.npmjs|deb\.debian\.org"
    )
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    texts = [
        p
        for p in listed
        if p.endswith((".py", ".html", ".md", ".css", ".js", ".toml", ".sh", "Makefile"))
        and p != "tests/conventions/test_conventions.py"
    ]

    assert [path for path in texts if (ROOT / path).is_file() and named.search((ROOT / path).read_text("utf-8"))] == []
