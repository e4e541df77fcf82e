"""`grants draw`: generate the page of flows from their tables, and the table of printable characters."""

from __future__ import annotations

import click

from config import ROOT
from workflows.flows import reference
from workflows.forms import printable

PAGE = ROOT / "docs" / "flows.md"


@click.command()
@click.option(
    "--characters", is_flag=True, help="Also generate workflows/forms/printable.txt, from the fonts of this machine."
)
def draw(*, characters: bool) -> None:
    """Generate docs/flows.md."""
    if characters:
        from reports import fonts  # flows do not need the print engine

        printable.TABLE.write_text(printable.table(fonts.characters()), encoding="ascii")
        click.echo(f"Generated: {printable.TABLE.relative_to(ROOT)}")
    PAGE.write_text(reference.page(), encoding="utf-8")
    click.echo(f"Generated: {PAGE.relative_to(ROOT)}")
