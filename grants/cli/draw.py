"""`grants draw`: the flows as a page, drawn from the rows that the program follows; and what can be printed."""

from __future__ import annotations

import click

from config import ROOT
from workflows import drawing, printable

PAGE = ROOT / "docs" / "flows.md"


@click.command()
@click.option("--characters", is_flag=True, help="Write workflows/printable.txt anew too, from this machine's fonts.")
def draw(*, characters: bool) -> None:
    """Write docs/flows.md anew."""
    if characters:
        from reports import fonts  # the print engine is not loaded for flows

        printable.TABLE.write_text(printable.table(fonts.characters()), encoding="ascii")
        click.echo(f"Drawn: {printable.TABLE.relative_to(ROOT)}")
    PAGE.write_text(drawing.page(), encoding="utf-8")
    click.echo(f"Drawn: {PAGE.relative_to(ROOT)}")
