"""`grants role`: give roles to people, and end them."""

from __future__ import annotations

from datetime import datetime

import click

from grants.cli.commands import OPERATOR, installation, person_at
from grants.cli.person import scoped
from grants.db import db
from grants.models import Call, Person
from grants.queries import persons as found
from grants.services import persons, transitions
from grants.services.authority import Place
from workflows.engine.roles import APPOINTED, Role
from workflows.forms.values import WHOLE
from workflows.programmes import programmes

LARGEST_ID = 2**31 - 1
EMAIL, ROLE = click.argument("email"), click.argument("role")
PROGRAMME = click.option("--programme", default="", help="Only in the programme with this code.")
CALL = click.option("--call", default="", help="Only in the call with this number, as in its address /office/calls/…")


@click.group()
def role() -> None:
    """Roles of people at the Foundation."""


@role.command()
@EMAIL
@ROLE
@PROGRAMME
@CALL
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day, such as 2027-03-31, at whose beginning in UTC the role ends.",
)
def give(email: str, role: str, programme: str, call: str, until: datetime | None) -> None:
    """Assign a role to a person, everywhere or in one programme or call. This ends the person’s sessions."""
    with installation():
        person, place = person_at(email), _place(programme, call)
        made = persons.appoint(
            person,
            _role(role),
            programme=place.programme,
            call_id=place.call_id,
            ends_on=until.date() if until else None,
            actor=OPERATOR,
        )
        line = f"{person.name} now has the role: {scoped(made)}."
    click.echo(line)


@role.command()
@EMAIL
@ROLE
@PROGRAMME
@CALL
def end(email: str, role: str, programme: str, call: str) -> None:
    """End a role and close the open reviews that depend on it. This ends the person’s sessions."""
    with installation():
        person, place, wanted = person_at(email), _place(programme, call), _role(role)
        held = found.held(person)
        ending = next((one for one in held if (one.role, one.programme, one.call_id) == (wanted, *place)), None)
        if ending is None:
            named = "; ".join(map(scoped, held)) or "none"
            raise click.ClickException(
                f"{person.name} does not have this role with this scope. Roles of this person: {named}."
            )
        persons.dismiss(ending, actor=OPERATOR, apply=transitions.apply)
        line = _ended(person, scoped(ending))
    click.echo(line)


def _ended(person: Person, ended: str) -> str:
    """What was done, and whether anybody can still give roles on the pages."""
    line = f"{person.name} no longer has the role: {ended}."
    if found.has_administrator():
        return line
    return (
        f"{line} No administrator for all programmes is left. Assign one with `grants role give EMAIL administrator`."
    )


def _role(name: str) -> Role:
    if name not in APPOINTED:
        raise click.ClickException(f"There is no role {name}. Roles: {', '.join(APPOINTED)}.")
    return Role(name)


def _place(programme: str, call: str) -> Place:
    """The scope that the options name; ClickException if there is none, or if both are given."""
    if programme and call:
        raise click.ClickException("Give either --programme or --call.")
    if programme and programme not in programmes():
        raise click.ClickException(f"There is no programme {programme}. Programmes: {', '.join(programmes())}.")
    if not call:
        return Place(programme or None)
    id = int(call) if WHOLE.fullmatch(call) else 0
    if not 0 < id <= LARGEST_ID or db.session.get(Call, id) is None:
        raise click.ClickException(f"There is no call {call}.")
    return Place(None, id)
