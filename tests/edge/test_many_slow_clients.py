"""Sixty-four clients that send forms slowly, and open each connection again at once, hardly slow down the pages."""

from __future__ import annotations

import pytest

from config import Settings
from tests.edge.serving import Answered, Drips, resident, served, slowest

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(300)]
SECONDS = 40.0
"""Longer than a slow body is given twice, so that every connection is closed and opened again."""


def test_sixty_four_slow_clients_do_not_slow_down_pages(settings: Settings) -> None:
    with served(settings, processes=2) as web:
        quiet = web.pages(SECONDS / 4, "/")
        with Drips(web.port, 64, reopened=True) as drips:
            busy = web.pages(SECONDS, "/")
        memory = resident(web)
    shown = f"{drips.opened} connections, {memory:.1f} MiB"
    print(_described("quiet", quiet), _described("64 slow clients", busy), shown)  # noqa: T201 - figures for the ADR

    assert {answer.status for answer in quiet + busy} == {200}
    assert drips.opened > 128
    assert {one[:12] for one in drips.received if one} == {b"HTTP/1.1 408"}
    assert slowest(busy) < 3 * slowest(quiet)


def _described(what: str, answers: list[Answered]) -> str:
    seconds = sum(answer.seconds for answer in answers)
    return f"{what}: {len(answers) / seconds:.0f} pages/s, p99 {slowest(answers) * 1_000:.1f} ms;"
