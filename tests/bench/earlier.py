"""Pages compared with those of the first release, in turn, each release in its own folder and environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from config import ROOT
from tests.bench.figures import Broken, Figure

RELEASE = "1357a98"
SIZE, ROUNDS, WARM = 3_000, 15, 3
PART = f"Pages at {SIZE:,} applications, against the release {RELEASE}"
TIMED = Path(__file__).with_name("timed.py")
PAGES: dict[str, tuple[float | None, tuple[tuple[str, str], ...]]] = {
    "a list": (0.57, (("olga", "/applications"), ("olga", "/applications?list=under_way"))),
    "an application": (
        0.56,
        (("olga", "/applications/700"), ("olga", "/applications/1500"), ("olga", "/applications/2500")),
    ),
    "an award": (None, (("olga", "/awards/50"),)),
    "an inbox": (None, (("olga", "/inbox"), ("pia", "/inbox"), ("mg1", "/inbox"))),
}
"""The pages, with the most that their time may be of the earlier one."""


@dataclass
class Release:
    """A release that answers with the time of a page."""

    process: subprocess.Popen[str]

    def milliseconds(self, name: str, address: str) -> float:
        """The time of the page. Raises Broken if it does not answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{name} {address}\n")
        self.process.stdin.flush()
        return float(json.loads(_line(self.process))[0])


def measure(runs: int) -> list[list[Figure]]:
    """The ratio of the medians, for each kind of page, in each run. Empty where the earlier release is not at hand."""
    folder = _folder()
    if folder is None:
        return []
    with ExitStack() as stack:
        before = stack.enter_context(_started(folder))
        now = stack.enter_context(_started(ROOT))
        return [
            [
                Figure(PART, f"{kind}: time, of the earlier", _ratio(before, now, pages), most=most)
                for kind, (most, pages) in PAGES.items()
            ]
            for _ in range(runs)
        ]


def _ratio(before: Release, now: Release, pages: tuple[tuple[str, str], ...]) -> float:
    found = []
    for page in pages:
        for release in (before, now) * WARM:
            release.milliseconds(*page)
        rounds = [(before.milliseconds(*page), now.milliseconds(*page)) for _ in range(ROUNDS)]
        found.append(median(new for _, new in rounds) / median(old for old, _ in rounds))
    return median(found)


def _folder() -> Path | None:
    """A folder with the earlier release and its environment, made once."""
    folder = ROOT / "instance" / f"release-{RELEASE}"
    known = subprocess.run(["git", "cat-file", "-e", RELEASE], cwd=ROOT, check=False, capture_output=True)
    if known.returncode:
        return None
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(folder)], check=True)
        subprocess.run(["git", "checkout", "--quiet", RELEASE], cwd=folder, check=True)
    subprocess.run(["sh", ".ci/setup", "tests"], cwd=folder, check=True, stdout=sys.stderr)
    return folder


@contextmanager
def _started(folder: Path) -> Iterator[Release]:
    command = [str(folder / ".venv" / "bin" / "python"), str(TIMED), str(SIZE)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, text=True) as process:
        while _line(process).strip() != "ready":
            pass
        yield Release(process)
        assert process.stdin is not None
        process.stdin.close()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise Broken(f"A release has ended: {process.args!r}")
    return line
