"""The same snapshot gives the same bytes: twice, in another process, under another clock, time zone and hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import reports
from reports.snapshots import Snapshot
from tests.reports import examples, reading

pytestmark = pytest.mark.sweep

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = """
import json, sys
import reports
from reports.snapshots import parse
reports.warm()
print(json.dumps([reports.render(parse(one)).sha256 for one in json.load(sys.stdin)]))
"""
KINDS = (examples.award_letter, examples.decline_letter, examples.receipt, examples.impact_report)
EVERY_KIND = (*KINDS, *(partial(make, "ar") for make in KINDS))


def printed_elsewhere(stored: list[dict[str, object]], cwd: Path, **environ: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=json.dumps(stored).encode(),
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        check=True,
    )
    hashes: list[str] = json.loads(done.stdout)
    return hashes


@pytest.mark.system
def test_another_process_prints_the_same_bytes(tmp_path: Path) -> None:
    snapshots = [make() for make in EVERY_KIND]
    here = [reports.render(snapshot).sha256 for snapshot in snapshots]
    stored = [snapshot.model_dump(mode="json") for snapshot in snapshots]

    there = printed_elsewhere(
        stored, tmp_path, PYTHONHASHSEED="1", TZ="Pacific/Apia", LC_ALL="C", SOURCE_DATE_EPOCH="1"
    )

    assert there == here


@pytest.mark.parametrize("make", EVERY_KIND)
def test_printing_twice_gives_the_same_bytes(make: Callable[[], Snapshot]) -> None:
    assert reports.render(make()).pdf == reports.render(make()).pdf


def test_another_snapshot_gives_other_bytes_and_another_identifier() -> None:
    one, other = reports.render(examples.award_letter()), reports.render(examples.award_letter(version=2))

    assert one.sha256 != other.sha256
    assert reading.tagged(one.pdf).identifier != reading.tagged(other.pdf).identifier


def test_the_dates_in_the_file_are_the_date_of_the_letter() -> None:
    assert reading.tagged(reading.printed(examples.award_letter).pdf).days == ("D:20260112", "D:20260112")


def test_the_build_record_names_libraries_and_every_font_in_the_file() -> None:
    printed = reports.render(examples.award_letter())

    made_with = printed.made_with
    assert [name for name in made_with if not name.startswith("font ")] == [
        "templates", "weasyprint", "pydyf", "pillow", "babel", "jinja2", "segno", "pango", "harfbuzz", "zlib", "python",
    ]  # fmt: skip
    assert [name for name in made_with if name.startswith("font ")] == [
        "font Noto Sans Bold", "font Noto Sans Regular", "font Noto Serif Bold", "font Noto Serif Regular",
    ]  # fmt: skip
    assert all(", sha256 " in fact for name, fact in made_with.items() if name.startswith("font "))
