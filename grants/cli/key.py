"""`grants key`: a new key for the sealer, or the public key of the one in use."""

from __future__ import annotations

import secrets

import click

import config
from grants.cli.sealer import unusable
from grants.outside.signing import BYTES, BadKey, Signer, own_public


@click.command()
@click.option("--current", is_flag=True, help="Instead, print the public key of this host’s signing key.")
def key(*, current: bool) -> None:
    """Print a new key that signs checkpoints, and its public key. Nothing is stored."""
    if not current:
        private = secrets.token_urlsafe(BYTES)
        click.echo(f"GRANTS_SEAL_KEY={private}")
    try:
        public = own_public(config.read()) if current else Signer(private).public
    except BadKey as error:
        raise unusable(error) from error
    if not public:
        raise click.ClickException("This host has no key. The sealer generates one when it starts.")
    click.echo(f"GRANTS_SEAL_PUBLIC_KEYS={public}")
