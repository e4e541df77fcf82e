"""`grants restored`: state that a backup was restored, so that history is sealed again from there."""

from __future__ import annotations

import click

import config
from grants.cli.embedded import kept
from grants.cli.sealer import app_for, unusable
from grants.jobs.sealing import NothingLost, NotSealed, Sealer
from grants.outside.signing import BadKey


@click.command()
@click.option(
    "--reason", required=True, help="Why a backup was restored. `grants verify` prints this reason from then on."
)
def restored(reason: str) -> None:
    """Record that a backup was restored, so that sealing continues. Needs the key and the role of the sealer."""
    if not reason.strip():
        raise click.ClickException("Give the reason.")
    settings = config.read()
    try:
        with kept(settings) as running, app_for(running).app_context():
            row = Sealer(running).restart(reason.strip())
    except NothingLost as error:
        raise click.ClickException(
            "No anchor goes beyond the checkpoints, so there is no restore to record."
        ) from error
    except BadKey as error:
        raise unusable(error) from error
    except (NotSealed, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Checkpoint {row.id} begins epoch {row.epoch}. What was sealed after checkpoint {row.id - 1} is lost, up to "
        f"checkpoint {row.lost_number} of epoch {row.lost_epoch}."
    )
