"""What commands that change people share: the database of the installation, their actor, errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import click
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError

import config
from config import Settings
from grants.cli.embedded import kept
from grants.db import ConstraintViolated, Unsafe, bind_app, transaction
from grants.models import Person
from grants.queries import persons
from grants.services.refusals import Refused
from workflows.engine.roles import Actor, Role
from workflows.programmes import read_also

OPERATOR = Actor(person=None, role=Role.CLOCK, via="command")
"""Who has access to the command line acts as the system does."""
CONSTRAINTS = {
    "appointment_current_key": "This person already has this role.",
    "person_email_key": "An account with this email address already exists.",
}


@contextmanager
def installation() -> Iterator[Settings]:
    """The database of the installation for the length of the block, in one transaction; errors end with a sentence."""
    try:
        with kept(_settings()) as settings, bind_app(settings, "grants.command").app_context(), transaction():
            yield settings
    except Refused as error:
        raise click.ClickException(" ".join(map(str, error.reasons))) from error
    except ConstraintViolated as error:
        raise click.ClickException(CONSTRAINTS.get(error.constraint, str(error))) from error
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable):
            raise
        raise click.ClickException("The tables of the database are not up to date. Run `grants init`.") from error
    except OperationalError as error:
        raise click.ClickException(str(error.orig).strip().splitlines()[0]) from error
    except Unsafe as error:
        raise click.ClickException(str(error)) from error


def _settings() -> Settings:
    """The settings, with the programmes of the operator read; ClickException for a file that is no programme."""
    settings = config.read()
    try:
        read_also(settings.programmes)
    except ValueError as error:
        raise click.ClickException(f"GRANTS_PROGRAMMES: {error}.") from error
    return settings


def day(at: date) -> str:
    """A day as sentences write it: 5 December 2026."""
    return f"{at.day} {at:%B %Y}"


def person_at(address: str) -> Person:
    """The person with this address; ClickException if there is none, or if the account is closed."""
    found = persons.at(address)
    if found is None:
        raise click.ClickException(
            f"There is no account with the email address {address}. `grants person list` lists all accounts."
        )
    if found.ended_at is not None:
        raise click.ClickException(f"The account of {found.name} was closed on {day(found.ended_at)}.")
    return found
