"""`grants person`: add people, list them, close their accounts, and give them a link to set a password."""

from __future__ import annotations

import click

from grants.cli.commands import OPERATOR, day, installation, person_at
from grants.forms.cleaning import cleaned, on_one_line
from grants.models import Appointment, Person
from grants.queries import persons as found
from grants.services import links, persons, provider_accounts, transitions
from grants.services.factors import registry
from workflows.engine.roles import ROLES


@click.group()
def person() -> None:
    """People with an account."""


@person.command()
@click.argument("email")
@click.option("--name", required=True, help="The name as printed in emails and letters.")
@click.option("--language", default="en", show_default=True, help="The language code for emails.")
@click.option("--timezone", default="UTC", show_default=True, help="The time zone, such as Europe/Paris.")
def add(email: str, name: str, language: str, timezone: str) -> None:
    """Create an account and print a link for setting the password."""
    with installation() as settings:
        if (known := found.at(email)) is not None:
            raise click.ClickException(_taken(known))
        made = persons.add(
            email=email,
            name=on_one_line(cleaned(name)) or "",
            password_hash=None,
            language=language,
            timezone=timezone,
            actor=OPERATOR,
        )
        token, named = persons.set_up_link(made, actor=OPERATOR), made.name
        address = settings.address
    click.echo(f"{named} now has an account. Assign a role with `grants role give`.")
    _print_link(address, token, named)


@person.command(name="list")
def list_() -> None:
    """List all people by address, with their roles."""
    with installation():
        lines = [_line(one, held) for one, held in found.everyone()]
    click.echo("\n".join(lines) if lines else "There are no accounts yet. Add one with `grants person add`.")


@person.command()
@click.argument("email")
def end(email: str) -> None:
    """Close an account: end its roles, memberships, sessions and links. Its history stays."""
    with installation():
        ending = person_at(email)
        ended = persons.end(ending, actor=OPERATOR, apply=transitions.apply)
        lines = [
            f"The account of {ending.name} is closed. Its sessions and links have ended.",
            *(f"Ended: {scoped(appointment)}." for appointment in ended.appointments),
            *(f"No longer acts for {membership.organisation.name}." for membership in ended.memberships),
        ]
    click.echo("\n".join(lines))


@person.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a new link for setting a password. It replaces the earlier one."""
    with installation() as settings:
        linked = person_at(email)
        token, named = persons.set_up_link(linked, actor=OPERATOR), linked.name
        address = settings.address
    _print_link(address, token, named)


@person.command(name="reset-factors")
@click.argument("email")
@click.option("--reason", required=True, help="Why, and how you made sure who asked for it; kept in history.")
def reset_factors(email: str, reason: str) -> None:
    """Remove all second factors and recovery codes of a person who has lost them, and sign them out everywhere.

    Accounts at an identity provider are no longer linked either.
    """
    with installation() as settings:
        lost = person_at(email)
        if not (why := on_one_line(cleaned(reason)) or ""):
            raise click.ClickException("Give the reason.")
        ended, named = registry.reset(lost, reason=why, actor=OPERATOR), lost.name
        provider_accounts.remove_all(lost, settings, actor=OPERATOR)
    click.echo(f"{named} has no second factor now ({ended} removed) and is signed out. An email says so.")


def scoped(appointment: Appointment) -> str:
    """The role of an appointment with its scope, as the commands name it."""
    parts = [str(ROLES[appointment.role])]
    if appointment.call_id is not None:
        parts.append(f"call {appointment.call_id}")
    if appointment.programme:
        parts.append(f"programme {appointment.programme}")
    if appointment.ends_on:
        parts.append(f"until {day(appointment.ends_on)}")
    return ", ".join(parts)


def _taken(known: Person) -> str:
    if known.ended_at is None:
        return (
            f"An account with this email address already exists: {known.name}. `grants person link` prints a new link."
        )
    return f"The account with this email address was closed on {day(known.ended_at)}. Use another address."


def _line(one: Person, held: list[Appointment]) -> str:
    state = "closed" if one.ended_at else "" if one.password_hash else "no password yet"
    return "  ".join(filter(None, [one.email, one.name, "; ".join(map(scoped, held)), state and f"({state})"]))


def _print_link(address: str, token: str, name: str) -> None:
    days = links.LIFETIMES[links.SET_UP].days
    click.echo(
        f"{name} can set a password with this link. It works once and is valid for {days} days. "
        "Do not give it to anyone else:"
    )
    click.echo(f"\n    {address}/link/{token}\n")
