"""Numbers and codes of documents stay on one line: everywhere in the text of a page, and nowhere else."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.web.site.unbroken import unbroken


def whole(text: str) -> str:
    """As a page holds it."""
    return f'<span class="reference">{text}</span>'


@pytest.mark.parametrize(
    "number", ["L-2026-0042", "BTN-2026-0003", "G-2026-123456", "A-2026-0005 / 1", "7K2M-9QX4T-B3WD"]
)
@pytest.mark.parametrize(
    "around", ["<p>{}</p>", "<a href='/x'>Receipt {}</a>, later", "<b>({})</b>", "<li>{}, {}.</li>"]
)
def test_a_number_is_kept_whole(number: str, around: str) -> None:
    assert unbroken(around.format(number, number)) == around.format(whole(number), whole(number))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/v/L-2026-0042/7K2M-9QX4T-B3WD" title="L-2026-0042">View</a>',
        "<title>Receipt L-2026-0042 · Foundation Grants</title>",
        "<textarea>as in L-2026-0042 &lt; you wrote</textarea><p>",
        "<select><option>L-2026-0042</option></select>",
        "<p>2026-03-16, XL-2026-00421234, L-2026-0042-3, ABCDE-2026-0042, +261-2026-0042x</p>",
    ],
)
def test_anything_else_is_unchanged(html: str) -> None:
    assert unbroken(html) == html


def test_the_hint_of_a_page_keeps_its_number_whole(app: Flask) -> None:
    page = app.test_client().get("/check").get_data(as_text=True)

    assert f"such as {whole('L-2026-0042')}." in page
    assert f"such as {whole('7K2M-9QX4T-B3WD')}." in page
