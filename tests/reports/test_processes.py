"""Modules and threads of processes: no print engine in a web process, no extra thread in a warm worker."""

from __future__ import annotations

import subprocess
import sys

import pytest

LIGHT = """
import sys
import reports.snapshots, reports.charts.world, reports.charts.money, reports.charts.indicators, reports.charts.timeline
print([name for name in ("weasyprint", "PIL", "jinja2", "numpy") if name in sys.modules])
"""
WARM = """
import os, threading, reports
reports.warm()
print(threading.active_count(), len(os.listdir("/proc/self/task")) if os.path.exists("/proc/self/task") else 1)
"""
FORKED = """
import os, reports
from tests.reports import examples
reports.warm()
read, write = os.pipe()
if not os.fork():
    os.write(write, reports.render(examples.award_letter()).sha256.encode())
    os._exit(0)
os.wait()
print(os.read(read, 64).decode() == reports.render(examples.award_letter()).sha256)
"""


def text_found(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.strip()


def test_snapshots_and_charts_load_no_print_engine() -> None:
    assert text_found(LIGHT) == "[]"


@pytest.mark.system
def test_warming_up_leaves_no_thread() -> None:
    assert text_found(WARM) == "1 1"


@pytest.mark.system
def test_a_child_of_a_warm_worker_prints_the_same_bytes() -> None:
    assert text_found(FORKED) == "True"
