"""`grants key`: a new key for the sealer."""

from __future__ import annotations

import secrets

import click

from grants.outside.signing import BYTES, Signer


@click.command()
def key() -> None:
    """Print a new key that signs checkpoints, and its public key. Nothing is stored."""
    private = secrets.token_urlsafe(BYTES)
    click.echo(f"GRANTS_SEAL_KEY={private}")
    click.echo(f"GRANTS_SEAL_PUBLIC_KEYS={Signer(private).public}")
