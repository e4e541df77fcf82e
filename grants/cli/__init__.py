"""The `grants` command, for operators and for the processes that `grants up` starts.

The module of a command is imported when the command is called, so that a small command does not load the whole system.
"""

from __future__ import annotations

import importlib

import click

import config

COMMANDS = {
    "check": "grants.cli.check",
    "cron": "grants.cli.work",
    "demo": "grants.cli.demo",
    "draw": "grants.cli.draw",
    "init": "grants.cli.init",
    "key": "grants.cli.key",
    "mailbox": "grants.cli.mailbox",
    "person": "grants.cli.person",
    "relay": "grants.cli.work",
    "reprint": "grants.cli.reprint",
    "restored": "grants.cli.restored",
    "role": "grants.cli.role",
    "sealer": "grants.cli.sealer",
    "story": "grants.cli.demo",
    "up": "grants.cli.up",
    "verify": "grants.cli.verify",
    "worker": "grants.cli.work",
}


class Late(click.Group):
    """A group that imports a command from its module, where a function has the name of the command."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; settings that cannot work end it with a sentence for each."""
        try:
            return super().invoke(ctx)
        except config.Invalid as error:
            raise click.ClickException("\n".join(["Not started:", *(f"- {line}" for line in error.problems)])) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        return found


@click.command(cls=Late, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Foundation Grants: proposals, reviews, awards, payments, reports."""
