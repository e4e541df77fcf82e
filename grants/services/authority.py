"""Whether the actor of a command still holds their role and was never on an applicant's side, once its rows are held.

A page gives its actor before anything is locked. Until the locks are obtained, the role may end or get another
scope, and a conflict of interest may be declared; each of these holds the person or the application alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from grants.access.principals import Principal, covers_place, load_principal, roles_on
from grants.access.rights import holders, organisation_of
from grants.db import Model, db
from grants.models import Person
from grants.queries.applications import involvements
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.rights import Right, lacking
from workflows.engine.roles import Actor, Role
from workflows.rules.involvements import IMPARTIAL, objections

LOST = Message("You no longer have the role this requires, or can no longer use it for this record.")


class Place(NamedTuple):
    """What something that a command creates or ends belongs to: a programme, a call or, with neither, everything."""

    programme: str | None = None
    call_id: int | None = None


def confirm(
    actor: Actor,
    rows: Sequence[Any],
    *,
    place: Place | None = None,
    impartial: bool = True,
    rights: Sequence[Right] = (Right.EDIT,),
) -> None:
    """Raise Refused unless the actor, whose person is held, has their role on each of these rows; one statement.

    On a person, and on a history to which an event is added, it suffices to hold the role at all. The clock needs none,
    nor does a person who proves by a mailed link that they may (public); a reviewer's appointment is asked by the
    guards of their flow. place: what the role must cover as a whole.
    impartial: in a role of the Foundation, also raise Refused, with the sentence of the guards, for a person who was
    involved on the side of an applicant: so a command need not ask, whether it is a transition or not. False only for
    what such a person may do: declare a conflict of interest. rights: of which an applicant needs one in each
    organisation concerned.
    """
    if actor.person is None or actor.role in {Role.REVIEWER, Role.PUBLIC}:
        return
    principal = load_principal(db.session.get_one(Person, actor.person))
    judging = actor.role is not Role.APPLICANT
    held = replace(principal, organisations=frozenset(), involved=frozenset()) if judging else principal
    if actor.role not in held.roles or not all(_has_role(actor, row, held) for row in rows):
        raise Refused(LOST)
    if not judging:
        _confirm_rights(actor, rows, held, rights)
    if place is not None and not covers_place(held, actor.role, programme=place.programme, call_id=place.call_id):
        raise Refused(LOST)
    if judging and impartial and (reasons := objections(involvements.of_rows(rows, principal), actor, IMPARTIAL)):
        raise Refused(*reasons)


def _confirm_rights(actor: Actor, rows: Sequence[Any], principal: Principal, wanted: Sequence[Right]) -> None:
    """Raise Refused unless the applicant has one of the rights in every organisation concerned."""
    concerned = {organisation_of(row) for row in rows if isinstance(row, Model)} | {actor.on_behalf_of}
    for id in concerned - {None}:
        if principal.rights.get(id or 0, frozenset()).isdisjoint(wanted):
            raise Refused(lacking(wanted, holders(frozenset({id or 0}))))


def _has_role(actor: Actor, row: Any, principal: Principal) -> bool:
    return not isinstance(row, Model) or isinstance(row, Person) or actor.role in roles_on(row, principal)
