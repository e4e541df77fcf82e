"""Every form says what it does, for the page that signs in on the spot where its session has ended."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
WITHOUT = {"layout.html", "sessions/new.html", "documents/_form.html", "send_again.html", "macros/fields.html"}
"""Forms that are open to all, and the one that repeats what another said."""


def test_every_form_says_what_its_button_does() -> None:
    silent = {
        name
        for path in TEMPLATES.rglob("*.html")
        if (name := str(path.relative_to(TEMPLATES))) not in WITHOUT
        for call in re.findall(r"\bhidden\((.*?)\) *}}", path.read_text("utf-8"), re.DOTALL)
        if "doing=" not in call
    }

    assert silent == set()
