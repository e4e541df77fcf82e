"""`grants draw`: the flows as a page, drawn from the rows that the program follows."""

from __future__ import annotations

import click

from config import ROOT
from workflows import drawing

PAGE = ROOT / "docs" / "flows.md"


@click.command()
def draw() -> None:
    """Write docs/flows.md anew."""
    PAGE.write_text(drawing.page(), encoding="utf-8")
    click.echo(f"Drawn: {PAGE.relative_to(ROOT)}")
