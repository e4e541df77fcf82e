"""`grants draw`: generate the pages of flows and mails from the code, and the table of printable characters."""

from __future__ import annotations

import click

from config import ROOT
from grants.jobs import mails_page
from workflows.flows import reference
from workflows.forms import printable

PAGE = ROOT / "docs" / "flows.md"


@click.command()
@click.option(
    "--characters", is_flag=True, help="Also generate workflows/forms/printable.txt, from the fonts of this machine."
)
def draw(*, characters: bool) -> None:
    """Generate docs/flows.md and docs/mails.md."""
    if characters:
        from reports import fonts  # flows do not need the print engine

        printable.TABLE.write_text(printable.table(fonts.characters()), encoding="ascii")
        click.echo(f"Generated: {printable.TABLE.relative_to(ROOT)}")
    for page, text in ((PAGE, reference.page()), (mails_page.PAGE, mails_page.page())):
        page.write_text(text, encoding="utf-8")
        click.echo(f"Generated: {page.relative_to(ROOT)}")
