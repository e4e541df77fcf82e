"""`grants mailbox`: the mail server of the demonstration."""

from __future__ import annotations

import asyncio

import click

import config
from grants.outside import mailbox as mails
from grants.outside.servers import Unstartable


@click.command()
@click.option("--port", type=int, required=True, help="Port on 127.0.0.1 to listen on.")
def mailbox(port: int) -> None:
    """Receive the emails of the demonstration and store them in instance/mailbox."""
    settings = config.read()
    try:
        mails.require()
    except Unstartable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Emails to 127.0.0.1:{port} are stored in {settings.instance / 'mailbox'}.")
    asyncio.run(mails.serve(settings.instance, "127.0.0.1", port))
