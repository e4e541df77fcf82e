"""`grants mailbox`: the demo's own mail server."""

from __future__ import annotations

import asyncio

import click

import config
from grants.outside import mailbox as mails
from grants.outside.servers import Unstartable


@click.command()
@click.option("--port", type=int, required=True, help="Port on 127.0.0.1 to listen on.")
def mailbox(port: int) -> None:
    """Take the demo's mails and keep them as files under instance/mailbox."""
    settings = config.read()
    try:
        mails.require()
    except Unstartable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Mails to 127.0.0.1:{port} are kept in {settings.instance / 'mailbox'}.")
    asyncio.run(mails.serve(settings.instance, "127.0.0.1", port))
